// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Image transfer (class 18): the firmware's part of an upgrade, over a boot loader of the rig's.
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"
#include "tests/firmware/meter/image_fixture.hpp"

namespace {

using namespace image_test;
using testing::AnyOf;
using testing::Contains;
using testing::Not;

const Attribute kSchedule{classes::SingleActionSchedule::kId, classes::kImageActivationSchedule,
                          classes::SingleActionSchedule::kExecutionTime};

// One that finds itself broken.
const meter_firmware* broken_firmware() {
  static const meter_firmware table = [] {
    meter_firmware broken = *meter_ad11a_firmware();
    broken.boot = [](void*, meter_boot_reason) {};  // confirms nothing, and writes nothing
    return broken;
  }();
  return &table;
}

TEST(Upgrade, FromTheFirstBlockToAnotherFirmware) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  meter.consume({240.0, 10.0}, 3600);
  const auto before = meter.rows(LogId::load);
  const auto octets = container();
  const meter_firmware* const first = meter.firmware;
  {
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    EXPECT_EQ(talk.status(), ImageStatus::not_initiated);
    ASSERT_EQ(talk.transfer(octets), AccessResult::success);
    const auto map = talk.client().get(attribute(3));
    ASSERT_TRUE(map);
    EXPECT_EQ(*map, (std::vector<std::uint8_t>{0x04, 3, 0xE0}));  // three blocks, all there
    EXPECT_EQ(talk.status(), ImageStatus::initiated);
    ASSERT_EQ(talk.verify(), AccessResult::success);
    EXPECT_EQ(talk.status(), ImageStatus::verification_successful);
    const auto info = talk.client().get(attribute(ImageTransfer::kImageToActivateInfo));
    ASSERT_TRUE(info);
    axdr::Cursor in(*info);
    EXPECT_EQ(in.array(), 1u);
    in.structure(3);
    EXPECT_EQ(in.unsigned_number(), octets.size());
    const Bytes name = in.octet_string();
    EXPECT_EQ(std::string(name.begin(), name.end()), "AD11A 1.1.0");
    EXPECT_EQ(in.octet_string().size(), image::kSignatureOctets);
    EXPECT_TRUE(in.at_end());
    ASSERT_EQ(talk.activate(), AccessResult::success);
    EXPECT_EQ(talk.status(), ImageStatus::activation_initiated);
  }
  EXPECT_EQ(meter.firmware, first);
  meter.run_for_us(90 * kSecond_us);
  EXPECT_EQ(meter.firmware, good_firmware());
  EXPECT_EQ(meter.confirmations, 1);
  EXPECT_THAT(codes(meter), Contains(17));
  EXPECT_EQ(codes(meter).back(), 18);
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  EXPECT_EQ(talk.status(), ImageStatus::activation_successful);
  EXPECT_EQ(talk.initiate(octets), AccessResult::success);  // the next one may come
  // What was measured is still there, and goes on.
  const auto after = meter.rows(LogId::load);
  ASSERT_GE(after.size(), before.size());
  EXPECT_EQ(after[0].values, before[0].values);
  meter.consume({240.0, 10.0}, 3600);
  EXPECT_NEAR(meter.rows(LogId::load).back().values[0] - before.back().values[0], 2400, 60);
}

TEST(Upgrade, AnImageThatFindsItselfBrokenGoesBack) {
  MeterFixture meter(kStart);
  const Maker maker(meter, broken_firmware());
  const meter_firmware* const first = meter.firmware;
  {
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    ASSERT_EQ(talk.transfer(container()), AccessResult::success);
    ASSERT_EQ(talk.verify(), AccessResult::success);
    ASSERT_EQ(talk.activate(), AccessResult::success);
  }
  meter.run_for_us(90 * kSecond_us);
  EXPECT_EQ(meter.firmware, first);
  EXPECT_EQ(meter.confirmations, 0);
  EXPECT_EQ(codes(meter).back(), 248);
  EXPECT_THAT(codes(meter), Not(Contains(18)));
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  EXPECT_EQ(talk.status(), ImageStatus::activation_failed);
  EXPECT_EQ(talk.activate(), AccessResult::temporary_failure);
}

TEST(Upgrade, WhatIsNotGoodIsRefusedAndNothingChanges) {
  const auto forged = [] {
    auto octets = image::make_container("AD11A", "1.1.0", image::stand_in(Bytes{}, 900), {9});
    return octets;
  }();
  auto damaged = container();
  damaged.back() ^= 1;
  auto headless = container();
  headless[0] = 'X';
  for (const auto& octets : {forged, damaged, headless, container("AD13A")}) {
    MeterFixture meter(kStart);
    const Maker maker(meter);
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    ASSERT_EQ(talk.transfer(octets), AccessResult::success);
    EXPECT_EQ(talk.verify(), AccessResult::other_reason);
    EXPECT_EQ(talk.status(), ImageStatus::verification_failed);
    EXPECT_EQ(talk.activate(), AccessResult::temporary_failure);
    EXPECT_EQ(*talk.client().get(attribute(7)), (std::vector<std::uint8_t>{0x01, 0}));
    EXPECT_EQ(codes(meter).back(), 51);
    meter.run_for_us(120 * kSecond_us);
    EXPECT_EQ(meter.confirmations, 0);
    // The good one after it is taken.
    Talk again(meter);
    ASSERT_TRUE(again.open());
    ASSERT_EQ(again.transfer(container()), AccessResult::success);
    EXPECT_EQ(again.first_asked, 0u);
    EXPECT_EQ(again.verify(), AccessResult::success);
  }
}

TEST(Upgrade, WhatCannotBeIsRefusedByName) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  const auto octets = container();
  Talk talk(meter);
  ASSERT_TRUE(talk.open());
  EXPECT_EQ(talk.block(0, Bytes(octets).first(960)), AccessResult::temporary_failure);
  EXPECT_EQ(talk.verify(), AccessResult::temporary_failure);
  EXPECT_EQ(talk.activate(), AccessResult::temporary_failure);
  EXPECT_EQ(talk.initiate(octets, ""), AccessResult::other_reason);
  EXPECT_EQ(talk.initiate(octets, std::string(33, 'x')), AccessResult::other_reason);
  EXPECT_EQ(talk.initiate(Bytes(octets).first(128)), AccessResult::other_reason);
  EXPECT_EQ(talk.initiate(std::vector<std::uint8_t>(256 * 1024)), AccessResult::other_reason);
  EXPECT_EQ(talk.call(ImageTransfer::kImageTransferInitiate, encoded([](Writer& out) {
                        axdr::begin_structure(1, out);
                        axdr::put_null(out);
                      })),
            AccessResult::other_reason);
  ASSERT_EQ(talk.initiate(octets), AccessResult::success);
  EXPECT_EQ(unsigned_in(talk.client(), attribute(2)), 960u);
  EXPECT_EQ(talk.block(3, Bytes(octets).first(960)), AccessResult::other_reason);
  EXPECT_EQ(talk.block(2, Bytes(octets).first(960)), AccessResult::other_reason);  // too long
  EXPECT_EQ(talk.block(0, Bytes(octets).first(959)), AccessResult::other_reason);
  // One out of turn is taken; the first that is missing is told.
  EXPECT_EQ(talk.block(1, Bytes(octets).subspan(960, 960)), AccessResult::success);
  EXPECT_EQ(unsigned_in(talk.client(), attribute(4)), 0u);
  EXPECT_EQ(*talk.client().get(attribute(3)), (std::vector<std::uint8_t>{0x04, 3, 0x40}));
  EXPECT_EQ(talk.verify(), AccessResult::temporary_failure);
  // Switched off.
  const auto off = encoded([](Writer& out) { axdr::put_boolean(false, out); });
  ASSERT_TRUE(talk.client().set(attribute(ImageTransfer::kImageTransferEnabled), off));
  EXPECT_EQ(talk.block(0, Bytes(octets).first(960)), AccessResult::read_write_denied);
  EXPECT_EQ(talk.initiate(octets), AccessResult::read_write_denied);
}

TEST(Upgrade, ComesAtItsTimeByTheScriptToo) {
  MeterFixture meter(kStart);
  const Maker maker(meter);
  const auto at = [](int hour, int minute) {
    return encoded([&](Writer& out) {
      const std::array<std::uint8_t, 4> time{static_cast<std::uint8_t>(hour),
                                             static_cast<std::uint8_t>(minute), 0, 0};
      const std::array<std::uint8_t, 5> date{2026 >> 8, 2026 & 0xFF, 2, 10, 0xFF};
      axdr::begin_array(1, out);
      axdr::begin_structure(2, out);
      axdr::put_octet_string(time, out);
      axdr::put_octet_string(date, out);
    });
  };
  {
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    EXPECT_FALSE(talk.client().set(kSchedule, at(25, 0)));
    EXPECT_EQ(talk.client().refusal, AccessResult::other_reason);
    ASSERT_TRUE(talk.client().set(kSchedule, at(12, 30)));  // local time of CET
    ASSERT_EQ(talk.transfer(container()), AccessResult::success);
    ASSERT_EQ(talk.verify(), AccessResult::success);
    const auto back = talk.client().get(kSchedule);
    ASSERT_TRUE(back);
    EXPECT_TRUE(std::equal(back->begin(), back->begin() + 10, at(12, 30).begin()));
  }
  meter.run_to(rigs::utc_s(2026, 2, 10, 11, 29, 59));
  EXPECT_EQ(meter.confirmations, 0);
  meter.run_to(rigs::utc_s(2026, 2, 10, 11, 31, 0));
  EXPECT_EQ(meter.confirmations, 1);
  {
    Talk talk(meter);
    ASSERT_TRUE(talk.open());
    EXPECT_EQ(*talk.client().get(kSchedule), (std::vector<std::uint8_t>{0x01, 0}));
    ASSERT_EQ(talk.transfer(container()), AccessResult::success);
    ASSERT_EQ(talk.verify(), AccessResult::success);
    const Method script{classes::ScriptTable::kId, classes::kImageActivationScripts,
                        classes::ScriptTable::kExecute};
    ASSERT_TRUE(talk.client().action(
        script, encoded([](Writer& out) { axdr::put_long_unsigned(1, out); })));
  }
  meter.run_for_us(90 * kSecond_us);
  EXPECT_EQ(meter.confirmations, 2);
}

// Cut at every write from the first block to the first boot of the other firmware: one of the two
// is whole, runs and measures, and the transfer goes on where it stopped.
TEST(Upgrade, CutAtEveryWriteItIsTheOldOrTheNewAndGoesOn) {
  const auto octets = container();
  std::uint64_t went_on = 0;
  for (std::uint64_t at = 1;; ++at) {
    MeterFixture meter(kStart);
    const Maker maker(meter);
    const auto upgrade = [&] {
      Talk talk(meter);
      if (!talk.open() || talk.status() == ImageStatus::activation_initiated) return;
      if (talk.transfer(octets) != AccessResult::success) return;
      if (talk.first_asked > 0) ++went_on;
      if (talk.verify() == AccessResult::success) talk.activate();
    };
    meter.cut_at_operation(at, 3);
    upgrade();
    if (!meter.cut_happened()) meter.run_for_us(90 * kSecond_us);
    const bool cut = meter.cut_happened();
    meter.cut_at_operation(0, 0);
    if (cut) {
      meter.power_off(false);
      meter.power_on(METER_BOOT_POWER);
      EXPECT_THAT(meter.firmware, AnyOf(meter_ad11a_firmware(), good_firmware())) << at;
      if (meter.confirmations == 0) upgrade();
      meter.run_for_us(90 * kSecond_us);
    }
    EXPECT_EQ(meter.firmware, good_firmware()) << at;
    Talk talk(meter);
    ASSERT_TRUE(talk.open()) << at;
    EXPECT_EQ(talk.status(), ImageStatus::activation_successful) << at;
    meter.consume({240.0, 10.0}, 1800);
    const auto rows = meter.rows(LogId::load);
    ASSERT_FALSE(rows.empty()) << at << " confirmed " << meter.confirmations;
    EXPECT_NEAR(rows.back().values[0], 1200, 400) << at;
    if (cut) continue;
    EXPECT_GT(at, 20u);
    break;
  }
  EXPECT_GE(went_on, 4u);
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Pushes: what the communication module gets when it polls, and what happens when it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/dlms/server.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

using meter::fw::LogId;
using rigs::kDay_s;
using rigs::kHour_s;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::WireRow;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr std::int64_t kPeriod_s = 900;

struct Notified {
  std::uint32_t counter = 0;
  std::uint32_t number = 0;
  bool alarm = false;
  std::vector<WireRow> rows;
};

class Push : public testing::Test {
 protected:
  std::unique_ptr<MeterFixture> meter = std::make_unique<MeterFixture>(kStart);
  std::unique_ptr<TestClient> module = std::make_unique<TestClient>(*meter, rigs::push_client());
  protocol::crypto::OpensslEngine crypto{[](protocol::MutableBytes) {}};

  void SetUp() override { ASSERT_TRUE(module->connect()); }
  void restart(const meter_provision& provision) {
    module.reset();
    meter = std::make_unique<MeterFixture>(kStart, provision);
    module = std::make_unique<TestClient>(*meter, rigs::push_client());
    ASSERT_TRUE(module->connect());
  }
  // Opened with the head-end's keys; every octet of it is checked.
  Notified open(const std::vector<std::uint8_t>& apdu) {
    Notified notified;
    protocol::dlms::Keys keys;
    std::memcpy(keys.unicast.data(), meter->provision.unicast_key, 16);
    std::memcpy(keys.authentication.data(), meter->provision.authentication_key, 16);
    std::vector<std::uint8_t> plain(apdu.size());
    const auto opened = protocol::dlms::open_general_glo(apdu, keys, crypto, plain);
    EXPECT_TRUE(opened.ok());
    if (!opened.ok()) return notified;
    const auto title = protocol::dlms::sender_of_general_glo(apdu);
    EXPECT_TRUE(title.ok());
    EXPECT_EQ(std::memcmp(title->data(), meter->provision.system_title, 8), 0);
    const auto notification = protocol::dlms::decode_notification(opened->apdu);
    EXPECT_TRUE(notification.ok());
    if (!notification.ok()) return notified;
    notified.counter = opened->invocation_counter;
    notified.number = notification->long_invoke_id;
    notified.alarm = protocol::cosem::take_alarm_notice(notification->body).has_value();
    if (notified.alarm) return notified;
    protocol::axdr::Cursor in(notification->body);
    in.structure(3);
    const auto setup = protocol::cosem::obis(0, 0, 25, 9, 0);
    const auto profile = protocol::cosem::obis(1, 0, 99, 1, 0);
    EXPECT_EQ(std::memcmp(in.octet_string().data(), setup.octets.data(), 6), 0);
    EXPECT_EQ(std::memcmp(in.octet_string().data(), profile.octets.data(), 6), 0);
    notified.rows.resize(in.array());
    for (WireRow& row : notified.rows) row = rigs::take_row(in);
    EXPECT_TRUE(in.at_end());
    return notified;
  }
  // A link that the meter gave up in the meantime is found dead, then opened again.
  Notified take() {
    std::vector<std::uint8_t> apdu = module->poll();
    if (!module->is_open()) apdu = module->poll();
    Notified notified = apdu.empty() ? Notified{} : open(apdu);
    while (notified.alarm) {  // goes before rows
      apdu = module->poll();
      notified = apdu.empty() ? Notified{} : open(apdu);
    }
    return notified;
  }
  // Quarters of an hour since the start.
  std::vector<std::int64_t> take_quarters() {
    std::vector<std::int64_t> all;
    for (const WireRow& row : take().rows) all.push_back((row.time.utc_s - kStart) / kPeriod_s);
    return all;
  }
};

TEST_F(Push, AnHourOfRowsIsOfferedAtTheHour) {
  meter->consume({240.0, 10.0}, kHour_s - 60);
  EXPECT_THAT(take_quarters(), ElementsAre());
  meter->consume({240.0, 10.0}, 60);
  const Notified hour = take();
  ASSERT_EQ(hour.rows.size(), 4u);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(hour.rows[k].time.utc_s, kStart + static_cast<std::int64_t>(k + 1) * kPeriod_s);
    EXPECT_EQ(hour.rows[k].time.deviation_min, -60);
    // Number 1 is the entry about the start.
    EXPECT_THAT(hour.rows[k].values, ElementsAre(600u * (k + 1), 0u, 0u, 0u, 0u, 0u, k + 2));
  }
  EXPECT_THAT(take_quarters(), ElementsAre());
  EXPECT_EQ(meter->buffers_out, 0);
}

// The cursor moves with the acknowledgement, and is in the flash then.
TEST_F(Push, fault_28_what_arrived_is_not_sent_again_and_what_did_not_is) {
  meter->run_to(kStart + kHour_s);
  meter->frames.clear();
  EXPECT_EQ(take().rows.size(), 4u);  // not acknowledged yet: that comes with the next poll
  meter->power_off(false);
  meter->power_on(METER_BOOT_POWER);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  EXPECT_THAT(take_quarters(), ElementsAre());  // the next period offers them
  meter->run_to(kStart + 2 * kHour_s);
  module->disconnect();  // 900 s of silence
  ASSERT_TRUE(module->connect());
  EXPECT_THAT(take_quarters(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(take_quarters(), ElementsAre());  // and this poll acknowledged them
  meter->power_off(false);
  meter->power_on(METER_BOOT_POWER);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  meter->run_to(kStart + 3 * kHour_s);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  EXPECT_THAT(take_quarters(), ElementsAre(9, 10, 11, 12));
}

TEST_F(Push, ManyRowsComeSixteenAtATime) {
  meter->run_to(kStart + 10 * kHour_s);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  std::vector<std::size_t> sizes;
  std::uint32_t counter = 0;
  std::vector<std::uint32_t> numbers;
  for (Notified push = take(); !push.rows.empty(); push = take()) {
    sizes.push_back(push.rows.size());
    EXPECT_GT(push.counter, counter);
    counter = push.counter;
    numbers.push_back(push.number);
  }
  EXPECT_THAT(sizes, ElementsAre(16, 16, 8));
  EXPECT_THAT(numbers, ElementsAre(0, 1, 2));
}

TEST_F(Push, EveryRowArrivesOnceOverALineThatLoses) {
  std::vector<std::int64_t> quarters;
  int frames = 0;
  module->on_wire = [&](std::vector<std::uint8_t>& frame) {
    if (++frames % 3 == 0) frame.clear();
    if (frames % 5 == 0 && !frame.empty()) frame[4] ^= 0x21;
  };
  for (std::int64_t at = 60; at <= kDay_s + 600; at += 60) {
    meter->run_to(kStart + at);
    for (const std::int64_t quarter : take_quarters()) quarters.push_back(quarter);
  }
  ASSERT_EQ(quarters.size(), 96u);
  for (std::size_t k = 0; k < 96; ++k) EXPECT_EQ(quarters[k], static_cast<std::int64_t>(k + 1));
}

TEST_F(Push, TheDelaySpreadsAStreet) {
  meter_provision provision = rigs::make_provision();
  provision.push_delay_s = 437;
  restart(provision);
  meter->run_to(kStart + kHour_s + 436);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  EXPECT_THAT(take_quarters(), ElementsAre());
  meter->run_to(kStart + kHour_s + 437);
  EXPECT_THAT(take_quarters(), ElementsAre(1, 2, 3, 4));
}

TEST_F(Push, NoPeriodNoPush) {
  meter_provision provision = rigs::make_provision();
  provision.push_period_s = 0;
  restart(provision);
  meter->run_to(kStart + kDay_s);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  EXPECT_THAT(take_quarters(), ElementsAre());
}

TEST_F(Push, ARingThatTurnedBeginsWithItsOldestRow) {
  meter->run_to(kStart + 70 * kDay_s);
  module->disconnect();
  ASSERT_TRUE(module->connect());
  EXPECT_EQ(take_quarters().front(), 7 * 96 + 1);
}

TEST_F(Push, AClockSetOverTheHourOffersAtOnce) {
  meter->run_to(kStart + 3000);
  meter->set_clock(kStart + kHour_s + 30);
  EXPECT_THAT(take_quarters(), ElementsAre(1, 2, 3, 4));
  meter->set_clock(kStart + 3000);  // and back: the hour comes again
  meter->run_to(kStart + kHour_s);
  EXPECT_THAT(take_quarters(), ElementsAre(4));
}

TEST_F(Push, OnlyThePushClientOnRs485GetsThem) {
  meter->run_to(kStart + kHour_s);
  TestClient reader(*meter, rigs::reading_client(meter->provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  EXPECT_TRUE(reader.poll().empty());
  reader.disconnect();
  TestClient optical(*meter, rigs::push_client(), METER_UART_OPTICAL);
  ASSERT_TRUE(optical.connect());
  EXPECT_TRUE(optical.poll().empty());
  optical.disconnect();
  // And the push client reads nothing by asking.
  EXPECT_FALSE(module->get(
      {protocol::cosem::classes::Register::kId, protocol::cosem::obis(1, 0, 1, 8, 0), 2}));
  EXPECT_THAT(take_quarters(), ElementsAre(1, 2, 3, 4));
}

// Cut inside every flash operation of two hours of pushing: rows may come twice, never not at all.
TEST_F(Push, NoCutLosesARow) {
  for (std::uint64_t at = 1;; ++at) {
    restart(rigs::make_provision());
    meter->cut_at_operation(at, 11);
    std::vector<bool> seen(20);
    const auto collect = [&] {
      for (const std::int64_t quarter : take_quarters()) {
        seen[static_cast<std::size_t>(quarter)] = true;
      }
    };
    std::int64_t t = 0;
    while (t < 2 * kHour_s && !meter->cut_happened()) {
      meter->run_to(kStart + (t += 300));
      if (!meter->cut_happened()) collect();
    }
    const bool complete = !meter->cut_happened();
    meter->power_off(false);
    meter->power_on(METER_BOOT_POWER);
    module->disconnect();
    ASSERT_TRUE(module->connect());
    for (; t < 4 * kHour_s; collect()) meter->run_to(kStart + (t += 300));
    collect();
    for (const rigs::StoredRow& row : meter->rows(LogId::load)) {
      const std::int64_t quarter = (row.head.utc_s - kStart) / kPeriod_s;
      EXPECT_TRUE(seen[static_cast<std::size_t>(quarter)]) << quarter << " cut " << at;
    }
    if (complete) break;
  }
}

}  // namespace

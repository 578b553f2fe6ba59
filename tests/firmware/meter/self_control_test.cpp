// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The meter's control of itself: bits that turn in working memory, in program memory and in flash,
// and counts that no mains make.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <tuple>

#include "meter/fw/core/core.hpp"
#include "protocol/crc32.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using meter::fw::EventCode;
using meter::fw::LogId;
using rigs::make_sums;
using rigs::MeterFixture;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);

std::ptrdiff_t noted(const MeterFixture& meter, EventCode event) {
  const auto codes = meter.event_codes(LogId::standard_events);
  return std::ranges::count(codes, static_cast<std::uint8_t>(event));
}
meter::fw::DurableState durable_of(const rigs::FakePlatform& meter) {
  meter::fw::Durable durable;
  const meter::fw::Hal hal(&meter.hal);
  meter::fw::Parameters parameters;
  parameters.open(hal);
  durable.open(hal, parameters);
  return durable.state;
}

TEST(SelfControl, ATurnedBitInWorkingMemoryIsTakenBackBeforeEnergyIsMadeOfIt) {
  MeterFixture meter(kStart);
  MeterFixture whole(kStart);
  const auto checked = meter.firmware->checked_memory;
  if (checked == nullptr) GTEST_SKIP() << "working memory of the target image is its own";
  const meter_sums sums = make_sums({238.0, 7.7, 25.0, 50.02});
  std::ptrdiff_t turned = 0;
  std::uint32_t bytes = 0;
  for (std::uint32_t part = 0; checked(meter.instance(), part, &bytes) != nullptr; ++part) {
    for (std::uint32_t bit = part; bit < 8 * bytes; bit += 61, ++turned) {
      meter.sums(sums, 3);
      whole.sums(sums, 3);
      auto* const octets = static_cast<std::uint8_t*>(checked(meter.instance(), part, &bytes));
      octets[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    }
  }
  meter.sums(sums, 1);
  whole.sums(sums, 1);
  ASSERT_GT(turned, 40);
  EXPECT_EQ(noted(meter, EventCode::ram_error), std::min<std::ptrdiff_t>(turned, 100));
  const auto a = durable_of(meter), b = durable_of(whole);
  for (std::size_t k = 0; k < a.energy.size(); ++k) {
    EXPECT_EQ(a.energy[k].wh, b.energy[k].wh) << k;
    EXPECT_EQ(a.energy[k].rest_uj, b.energy[k].rest_uj) << k;
  }
  EXPECT_EQ(a.pulse_rest_uj, b.pulse_rest_uj);
  EXPECT_EQ(meter.pulses, whole.pulses);
  EXPECT_EQ(a.error_register, 0u) << "mended: nothing stands";
  EXPECT_NE(a.alarm.raised & meter::fw::kAlarmRam, 0u);
}

TEST(SelfControl, ATurnedBitOfTheSavedCopyIsNotTakenForOneOfTheWorkingOne) {
  MeterFixture meter(kStart);
  MeterFixture whole(kStart);
  const meter_sums sums = make_sums({238.0, 7.7, 25.0, 50.02});
  for (std::size_t octet = 0; octet < 2 * meter::fw::kRetainedCopyOctets; octet += 7) {
    meter.sums(sums, 3);
    whole.sums(sums, 3);
    meter.retained[octet] ^= 0x10;
  }
  meter.sums(sums, 3);
  whole.sums(sums, 3);
  EXPECT_EQ(durable_of(meter).energy[0].wh, durable_of(whole).energy[0].wh);
  EXPECT_EQ(durable_of(meter).energy[0].rest_uj, durable_of(whole).energy[0].rest_uj);
}

TEST(SelfControl, CountsThatNoMainsMakeAreNoEnergy) {
  MeterFixture meter(kStart);
  MeterFixture whole(kStart);
  const meter_sums sums = make_sums({240.0, 10.0});
  meter_sums noise = sums;
  const double all = 8'388'608.0 * 8'388'608.0 * noise.n_samples;
  noise.element[0] = {all, all, all, 0};
  meter.sums(sums, 5);
  meter.sums(noise, 1);
  meter.sums(sums, 5);
  whole.sums(sums, 11);
  EXPECT_EQ(durable_of(meter).energy[0].wh, durable_of(whole).energy[0].wh);
  EXPECT_EQ(durable_of(meter).energy[0].rest_uj, durable_of(whole).energy[0].rest_uj);
  EXPECT_EQ(noted(meter, EventCode::measurement_error), 1);
  EXPECT_EQ(durable_of(meter).error_register, 0u);
  // A front end that stays like this is an error that stands, and rows say so.
  meter.sums(noise, 3);
  meter.sums(noise, 3);
  meter.run_to(kStart + 900);
  EXPECT_EQ(noted(meter, EventCode::measurement_error), 2);
  EXPECT_EQ(durable_of(meter).error_register, meter::fw::kErrorMeasurement);
  const auto rows = meter.rows(LogId::load);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows.back().head.status & meter::fw::kCriticalError, meter::fw::kCriticalError);
}

TEST(SelfControl, AFrontEndIsBrokenFromTheFifthWindowInARowOn) {
  MeterFixture meter(kStart);
  const meter_sums sums = make_sums({240.0, 10.0});
  meter_sums noise = sums;
  noise.element[0].vv *= 9;
  meter.sums(sums, 1);
  meter.sums(noise, 4);
  EXPECT_EQ(durable_of(meter).error_register, 0u);
  meter.sums(sums, 1);
  meter.sums(noise, 4);
  EXPECT_EQ(durable_of(meter).error_register, 0u) << "not in a row";
  meter.sums(noise, 1);
  EXPECT_EQ(durable_of(meter).error_register, meter::fw::kErrorMeasurement);
}

// Each of the two alone, and what is just possible is a reading.
TEST(SelfControl, VoltageAndCurrentHaveTheirLimits) {
  for (const auto& [voltage_v, current_a, possible] : {std::tuple{440.0, 10.0, true},
                                                       {460.0, 10.0, false},
                                                       {240.0, 160.0, true},
                                                       {240.0, 170.0, false}}) {
    MeterFixture meter(kStart);
    meter.sums(make_sums({voltage_v, current_a}), 1);
    EXPECT_EQ(noted(meter, EventCode::measurement_error), possible ? 0 : 1)
        << voltage_v << " V, " << current_a << " A";
  }
}

TEST(SelfControl, ProgramMemoryIsReadThroughAndThrough) {
  MeterFixture meter(kStart);
  meter.program.assign(3000, 0x5A);
  const std::uint32_t crc = protocol::crc32(meter.program);
  for (unsigned k = 0; k < 4; ++k) {
    meter.program.push_back(static_cast<std::uint8_t>(crc >> (8 * k)));
  }
  meter.run_to(kStart + 8 * rigs::kHour_s);
  EXPECT_EQ(noted(meter, EventCode::program_memory_error), 0);
  meter.program[1777] ^= 1;
  meter.run_to(kStart + 16 * rigs::kHour_s);
  EXPECT_EQ(noted(meter, EventCode::program_memory_error), 1) << "once, though it stands";
  EXPECT_EQ(durable_of(meter).error_register, meter::fw::kErrorProgram);
  EXPECT_NE(durable_of(meter).alarm.raised & meter::fw::kAlarmProgram, 0u);
  EXPECT_NE(meter.rows(LogId::load).back().head.status & meter::fw::kCriticalError, 0);
}

TEST(SelfControl, ATurnedBitOfTheConstantsInFlashIsMendedAtMidnight) {
  MeterFixture meter(kStart);
  const std::string serial(meter.provision.serial);
  auto found = std::search(meter.flash.begin(), meter.flash.end(), serial.begin(), serial.end());
  ASSERT_NE(found, meter.flash.end());
  while (found != meter.flash.end()) {  // every copy there is
    *found ^= 0x01;
    found = std::search(found, meter.flash.end(), serial.begin(), serial.end());
  }
  meter.run_to(kStart + rigs::kDay_s + 60);
  EXPECT_EQ(noted(meter, EventCode::nv_memory_error), 1);
  meter.run_to(kStart + 2 * rigs::kDay_s + 60);
  EXPECT_EQ(noted(meter, EventCode::nv_memory_error), 1) << "it was mended";
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  rigs::TestClient client(meter, rigs::management_client(meter.provision, 1));
  EXPECT_TRUE(client.connect() && client.associate()) << "it still knows who it is";
}

// Turns a bit of every copy that flash has of these octets.
void turn_in_flash(MeterFixture& meter, std::span<const std::uint8_t> octets) {
  auto found = std::ranges::search(meter.flash, octets);
  ASSERT_FALSE(found.empty());
  while (!found.empty()) {
    found.front() ^= 0x01;
    found = std::ranges::search(found.begin(), meter.flash.end(), octets.begin(), octets.end());
  }
}

TEST(SelfControl, ConstantsThatFlashRefusesToMendAreToldEachDay) {
  MeterFixture meter(kStart);
  const std::string serial(meter.provision.serial);
  meter.failing_pages = {0, 1};  // of parameters
  for (int day = 1; day <= 2; ++day) {
    turn_in_flash(meter, {reinterpret_cast<const std::uint8_t*>(serial.data()), serial.size()});
    meter.run_to(kStart + day * rigs::kDay_s + 60);
    EXPECT_EQ(noted(meter, EventCode::nv_memory_error), day);
  }
}

// Constants of a bench that has turned the front end by a twentieth.
void calibrate(MeterFixture& meter, const meter_sums& sums) {
  const meter_reference reference{252, 10.5, 2646, 0, 0};
  for (const auto step : {METER_CALIBRATE_GAIN, METER_CALIBRATE_STORE}) {
    ASSERT_EQ(meter.firmware->calibrate(meter.instance(), step, &sums, &reference), 0);
  }
}

TEST(SelfControl, ConstantsThatFlashDoesNotGiveStayAsTheyAreAndAreNotWrittenOverIt) {
  MeterFixture meter(kStart);
  const auto checked = meter.firmware->checked_memory;
  if (checked == nullptr) GTEST_SKIP() << "working memory of the target image is its own";
  const meter_sums sums = make_sums({240.0, 10.0});
  calibrate(meter, sums);
  std::uint32_t bytes = 0;
  auto* const octets = static_cast<std::uint8_t*>(checked(meter.instance(), 3, &bytes));
  const std::vector<std::uint8_t> whole(octets, octets + bytes);
  turn_in_flash(meter, whole);
  octets[0] ^= 0x02;  // of the last bits of a number
  std::vector<std::uint8_t> turned(octets, octets + bytes);
  const auto wh = [&] { return durable_of(meter).energy[0].wh; };
  meter.sums(sums, 5 * 3600);
  EXPECT_NEAR(wh(), 2646, 2) << "and not 2400, of no constants";
  EXPECT_EQ(noted(meter, EventCode::ram_error), 1);
  EXPECT_EQ(noted(meter, EventCode::nv_memory_error), 1);
  EXPECT_EQ(durable_of(meter).error_register, meter::fw::kErrorNvMemory);
  EXPECT_NE(durable_of(meter).alarm.raised & meter::fw::kAlarmRam, 0u);
  meter.run_to(kStart + rigs::kDay_s + 60);
  EXPECT_TRUE(std::equal(turned.begin(), turned.end(), octets)) << "kept";
  EXPECT_TRUE(std::ranges::search(meter.flash, turned).empty()) << "nobody knows that it is right";
  EXPECT_EQ(noted(meter, EventCode::nv_memory_error), 2) << "each day";
  // Flash reads well again: what it has is right.
  std::vector<std::uint8_t> damaged = whole;
  damaged[0] ^= 0x01;
  turn_in_flash(meter, damaged);
  meter.run_to(kStart + 2 * rigs::kDay_s + 60);
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), octets));
  EXPECT_EQ(noted(meter, EventCode::nv_memory_error), 2);
}

}  // namespace

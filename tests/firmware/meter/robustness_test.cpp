// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What the firmware must withstand and what it may cost.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <sstream>
#include <string>

#include "meter/fw/device/meter.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using rigs::MeterFixture;
using rigs::TestClient;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);

std::uint32_t next_random(std::uint32_t& state) {
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

// ---- Hostile lines ----

TEST(Hostile, NoiseOnBothPortsIsCountedAndDropped) {
  MeterFixture meter(kStart);
  std::uint32_t state = 7;
  for (int k = 0; k < 20'000; ++k) {
    std::vector<std::uint8_t> octets(next_random(state) % 700);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(next_random(state));
    if (!octets.empty() && k % 2 == 0) octets.front() = octets.back() = 0x7E;
    meter.firmware->on_uart(meter.instance(), k % 3 == 0 ? METER_UART_OPTICAL : METER_UART_RS485,
                            octets.data(), static_cast<std::uint32_t>(octets.size()));
  }
  EXPECT_EQ(meter.buffers_out, 0);
  TestClient reader(meter, rigs::reading_client(meter.provision));
  EXPECT_TRUE(reader.connect() && reader.associate());
}

// Good frames around damaged APDUs: each octet of real conversations, one at a time.
TEST(Hostile, DamagedApdusNeverCrashAndNeverOpenTheDoor) {
  const protocol::cosem::Attribute energy{protocol::cosem::classes::Register::kId,
                                          protocol::cosem::obis(1, 0, 1, 8, 0), 2};
  std::uint32_t state = 99;
  for (int run = 0; run < 3000; ++run) {
    MeterFixture meter(kStart);
    TestClient client(meter, run % 2 == 0 ? rigs::management_client(meter.provision)
                                          : rigs::reading_client(meter.provision));
    ASSERT_TRUE(client.connect());
    std::vector<std::uint8_t> apdu(1 + next_random(state) % 120);
    for (auto& octet : apdu) octet = static_cast<std::uint8_t>(next_random(state));
    const std::uint8_t tags[] = {0x60, 0xC0, 0xC1, 0xC3, 0xC8, 0xC9, 0xCB, 0x62, 0xDB};
    apdu[0] = tags[next_random(state) % std::size(tags)];
    static_cast<void>(client.exchange(apdu));
    EXPECT_FALSE(client.get(energy));
    client.disconnect();
    EXPECT_EQ(meter.buffers_out, 0);
  }
}

TEST(Hostile, AnExhaustedPoolDelaysAndDoesNotBreak) {
  MeterFixture meter(kStart);
  TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect());
  meter.buffers_max = 0;
  EXPECT_FALSE(reader.associate());
  meter.buffers_max = 4;
  reader.disconnect();
  EXPECT_TRUE(reader.connect() && reader.associate());
}

TEST(Hostile, AnUnprovisionedMeterMeasuresAndIsSilent) {
  rigs::FakePlatform meter(meter_ad11a_firmware());
  meter.power_on(METER_BOOT_FIRST);
  const meter_sums sums = rigs::make_sums({240.0, 10.0});
  meter.firmware->on_sums(meter.instance(), &sums, 18000);
  TestClient anyone(meter, rigs::public_client());
  EXPECT_FALSE(anyone.connect());
  meter.run_for_us(rigs::kDay_s * rigs::kSecond_us);
  EXPECT_EQ(meter.pulses[METER_PULSE_ACTIVE], 2400u);
}

template <typename Spoil>
bool refused(Spoil&& spoil) {
  rigs::FakePlatform meter(meter_ad11a_firmware());
  meter.construct();
  meter_provision provision = rigs::make_provision();
  spoil(provision);
  return meter.firmware->provision(meter.instance(), &provision) != 0;
}

TEST(Hostile, ProvisionsThatCannotWorkAreRefused) {
  EXPECT_FALSE(refused([](meter_provision&) {}));
  EXPECT_TRUE(refused([](meter_provision& p) { p.capture_period_s = 0; }));
  EXPECT_TRUE(refused([](meter_provision& p) { p.capture_period_s = 700; }));
  EXPECT_TRUE(refused([](meter_provision& p) { p.push_period_s = 1000; }));
  EXPECT_TRUE(refused([](meter_provision& p) { p.time_zone_min = 900; }));
}

// ---- Cost ----

TEST(Cost, AnInstanceFitsSixKibibytes) {
  RecordProperty("instance_bytes", static_cast<int>(meter_ad11a_firmware()->instance_bytes));
  EXPECT_LE(meter_ad11a_firmware()->instance_bytes, 6144u);
  EXPECT_EQ(meter_ad11a_firmware()->instance_bytes, sizeof(meter::fw::Meter));
  RecordProperty("plc_bytes", static_cast<int>(meter_ad11a_firmware()->plc_bytes));
  EXPECT_LE(meter_ad11a_firmware()->plc_bytes, 5120u);
}

TEST(Cost, NothingIsScheduledThatNobodyObserves) {
  MeterFixture meter(kStart);
  meter.run_to(kStart + rigs::kDay_s);
  EXPECT_EQ(meter.alarms, 0u);
  EXPECT_LE(meter.rtc_upcalls.size(), 98u);  // 96 captures, a closing
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kInstrumented = true;
#else
constexpr bool kInstrumented = false;
#endif

// Microseconds of processor a day, for `work(day)` done many times over.
template <typename Work>
double cost_us(int days, Work&& work) {
  const std::clock_t begin = std::clock();
  for (int day = 0; day < days; ++day) work(day);
  return 1e6 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / days;
}

// Captures, closings and pushes of a day, the module's end of the line included: well below a
// millisecond. The bounds are several times what is measured, for slow and busy machines.
TEST(Cost, ADayTakesWellUnderAMillisecond) {
  constexpr int kDays = 50;
  MeterFixture meter(kStart);
  TestClient module(meter, rigs::push_client());
  ASSERT_TRUE(module.connect());
  const double sums_us = cost_us(kDays, [&](int day) {
    for (int minute = 0; minute < 1440; ++minute) {
      meter.sums(rigs::make_sums({240.0, 1.0 + (minute + day) % 17, 10.0, 50.0}), 300);
    }
  });
  const double polls_us = cost_us(kDays, [&](int) {
    for (int minute = 0; minute < 1440; ++minute) module.poll();
  });
  module.disconnect();  // its last acknowledgement
  std::size_t pushes = 0;
  const double day_us = cost_us(kDays, [&](int day) {
    for (int hour = 1; hour <= 24; ++hour) {
      meter.run_to(kStart + day * rigs::kDay_s + hour * 3600);
      while (true) {
        if (!module.poll().empty()) {
          ++pushes;
        } else if (module.is_open()) {
          break;
        }
      }
    }
  });
  std::printf("a day: %.0f us captures and pushes, %.0f us 1440 sums, %.0f us 1440 empty polls\n",
              day_us, sums_us, polls_us);
  EXPECT_EQ(pushes, 24u * kDays);
  if (kInstrumented) return;
  EXPECT_LT(day_us, 3000.0);
  EXPECT_LT(sums_us, 2000.0);
  EXPECT_LT(polls_us, 8000.0);
}

// ---- The object files ----

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> chunk;
  while (const std::size_t n = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    text.append(chunk.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

TEST(ObjectFiles, HaveNoMutableData) {
  if (kInstrumented) GTEST_SKIP() << "sanitizers add data of their own";
  std::istringstream lines(output_of("size -A '" METER_FW_ARCHIVE "'"));
  std::size_t text_octets = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string section;
    std::size_t octets = 0;
    words >> section >> octets;
    if (section.rfind(".text", 0) == 0) text_octets += octets;
    if (section.rfind(".data.rel.ro", 0) == 0) continue;  // constant tables with pointers
    for (const char* prefix : {".data", ".bss", ".tdata", ".tbss"}) {
      EXPECT_FALSE(section.rfind(prefix, 0) == 0 && octets > 0) << line;
    }
  }
  EXPECT_GT(text_octets, 10'000u);  // the archive was really looked at
}

TEST(ObjectFiles, NeedNoHeapNoExceptionsNoStreams) {
  std::istringstream lines(output_of("nm -u '" METER_FW_ARCHIVE "'"));
  std::size_t symbols = 0;
  for (std::string line; std::getline(lines, line); ++symbols) {
    for (const char* banned : {" malloc", " free", " _Znwm", " _Znam", " _ZdlPv", " __cxa_throw",
                               " __cxa_guard", " _ZNSo", " _ZTI"}) {
      EXPECT_EQ(line.find(banned), std::string::npos) << line;
    }
  }
  EXPECT_GT(symbols, 50u);
}

// Four links for four clients: whoever is not known must not take one.
TEST(Hostile, StrangersDoNotTakeTheLinksOfKnownClients) {
  MeterFixture meter(kStart);
  for (const std::uint16_t sap : {77, 78, 79, 80, 81}) {
    protocol::dlms::ClientConfig config = rigs::public_client();
    config.client_sap = sap;
    TestClient stranger(meter, config);
    EXPECT_FALSE(stranger.connect()) << sap;
  }
  TestClient known(meter, rigs::public_client());
  EXPECT_TRUE(known.connect() && known.associate());
}

}  // namespace

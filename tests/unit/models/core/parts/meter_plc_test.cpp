// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A meter and its power line modem: what passes between them, in whose time, and when.
#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "tests/rigs/devices/meter_bench.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using kernel::kNsPerUs;
using protocol::prime::FilterRule;
using Octets = std::vector<std::uint8_t>;

// A modem that notes what it is asked for.
struct FakeModem final : plc::Modem {
  struct Sent {
    Octets mpdu;
    plc::Scheme scheme;
    unsigned level;
    kernel::TimeNs at;
  };
  explicit FakeModem(kernel::Agenda& now) : agenda(now) {}

  void set_client(protocol::prime::ModemClient* who, const plc::Clock& its) override {
    client = who;
    clock = &its;
  }
  std::int64_t now_us() override { return clock->us_at(agenda.now()); }
  void power(bool on) override {
    powered = on;
    switched.push_back(agenda.now());
  }
  bool send(protocol::Bytes mpdu, plc::Scheme scheme, unsigned level) override {
    sent.push_back({{mpdu.begin(), mpdu.end()}, scheme, level, agenda.now()});
    return takes;
  }
  bool busy() override { return carrier; }
  void set_filter(std::span<const FilterRule> rules) override {
    filter.assign(rules.begin(), rules.end());
    ++filters;
  }
  void search(bool on) override { searching = on; }
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override {
    const std::size_t n = std::min(out.size(), sources.size());
    std::copy_n(sources.begin(), n, out.begin());
    return n;
  }
  void watch(const protocol::prime::BeaconWatch* watch) override {
    watched = watch == nullptr ? std::nullopt : std::optional(*watch);
  }
  bool frame_time(protocol::prime::FrameTime& out) override {
    if (time) out = *time;
    return time.has_value();
  }
  void set_beacon(const protocol::prime::BeaconPlan* beacon) override {
    plan = beacon == nullptr ? std::nullopt : std::optional(*beacon);
  }

  kernel::Agenda& agenda;
  protocol::prime::ModemClient* client = nullptr;
  const plc::Clock* clock = nullptr;
  bool powered = false;
  bool takes = true;
  bool carrier = false;
  bool searching = false;
  int filters = 0;
  std::vector<kernel::TimeNs> switched;
  std::vector<Sent> sent;
  std::vector<FilterRule> filter;
  std::vector<protocol::prime::HeardBeacon> sources;
  std::optional<protocol::prime::BeaconWatch> watched;
  std::optional<protocol::prime::FrameTime> time;
  std::optional<protocol::prime::BeaconPlan> plan;
};

// A processor crystal 20 ppm too fast: whoever forgets to translate is found out.
MeterBenchOptions fast_crystal() {
  MeterBenchOptions options;
  options.tolerance.mcu_ppb = 20'000;
  return options;
}

struct PlcBench : MeterBench {
  explicit PlcBench(const MeterBenchOptions& options = fast_crystal())
      : MeterBench(options), modem(agenda) {
    node->attach_plc(modem);
    meter_script().has_plc_memory = options.firmware == &scripted_meter();
  }
  void start_and_run(kernel::TimeNs span) {
    start();
    run_for(span);
  }
  // Microseconds of the meter at a time of the world, by the rate itself.
  static std::int64_t uptime_of(kernel::TimeNs at) {
    const __int128 since_boot_ns = at - 500 * kNsPerMs;
    const __int128 fs = since_boot_ns * 1'000'020'000;
    const __int128 whole = fs / 1'000'000'000'000;
    return static_cast<std::int64_t>(fs < 0 && fs % 1'000'000'000'000 != 0 ? whole - 1 : whole);
  }

  FakeModem modem;
};

protocol::prime::BeaconMpdu beacon_mpdu(std::uint8_t first) {
  protocol::prime::BeaconMpdu mpdu;
  for (std::size_t k = 0; k < mpdu.size(); ++k) mpdu[k] = static_cast<std::uint8_t>(first + k);
  return mpdu;
}

TEST(MeterPlc, WithoutAModemTheTableHasNone) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  EXPECT_EQ(bench.hal().size, sizeof(meter_hal));
  EXPECT_EQ(bench.hal().plc, nullptr);
}

TEST(MeterPlc, ModemIsOnWhileTheFirmwareLives) {
  PlcBench bench;
  bench.start();
  bench.node->power(kNsPerMinute, false);
  bench.node->power(2 * kNsPerMinute, true);
  bench.run_for(400 * kNsPerMs);
  EXPECT_FALSE(bench.modem.powered);
  bench.run_for(kNsPerSecond);
  EXPECT_TRUE(bench.modem.powered);
  bench.run_for(kNsPerMinute);
  EXPECT_FALSE(bench.modem.powered);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_TRUE(bench.modem.powered);
  EXPECT_FALSE(bench.saw("dirty memory"));
  EXPECT_EQ(bench.modem.switched,
            (std::vector<kernel::TimeNs>{500 * kNsPerMs, kNsPerMinute + 30 * kNsPerMs,
                                         2 * kNsPerMinute + 500 * kNsPerMs}));
}

TEST(MeterPlc, ModemIsThereWhenTheFirmwareBoots) {
  PlcBench bench;
  meter_script().boot = [&](auto) { bench.hal().plc->search(bench.context(), 1); };
  bench.start_and_run(kNsPerSecond);
  EXPECT_TRUE(bench.modem.searching);
}

TEST(MeterPlc, FramesComeInTheMetersOwnMicroseconds) {
  PlcBench bench;
  std::vector<MeterScript::PlcFrame> frames;
  meter_script().plc = [&](const auto& frame) { frames.push_back(frame); };
  bench.start_and_run(100 * kNsPerSecond);
  const Octets mpdu{1, 2, 3, 4, 5};
  const kernel::TimeNs start = bench.agenda.now() - 13'248 * kNsPerUs;
  bench.modem.client->on_frame({mpdu, plc::Scheme::dqpsk_f, -123, bench.modem.clock->us_at(start)});
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].mpdu, mpdu);
  EXPECT_EQ(frames[0].scheme, 5u);
  EXPECT_EQ(frames[0].snr_cdb, -123);
  EXPECT_EQ(frames[0].start_us, PlcBench::uptime_of(start));
  // 20 ppm of 99.5 s: two milliseconds beside the world's microseconds.
  EXPECT_NEAR(static_cast<double>(frames[0].start_us - (start - 500 * kNsPerMs) / 1000), 1990, 2);
}

TEST(MeterPlc, WindowsComeFirstAndNothingNests) {
  PlcBench bench;
  std::uint64_t windows = 0;
  meter_script().plc = [&](const auto&) {
    windows = meter_script().windows;
    const std::uint8_t mpdu[10] = {};
    EXPECT_EQ(bench.hal().plc->send(bench.context(), mpdu, sizeof mpdu, 4, 0), 0);
    bench.hal().clock->alarm_us(bench.context(), 0);
  };
  bench.start_and_run(kNsPerMinute + 500 * kNsPerMs);
  bench.modem.client->on_frame({Octets(9), plc::Scheme::dbpsk_f, 0, bench.modem.now_us()});
  EXPECT_EQ(windows, 299u);
  EXPECT_EQ(meter_script().log.back(), "60001200 plc 9");  // the alarm is not inside
  bench.run_for(0);
  EXPECT_EQ(meter_script().log.back(), "60001200 alarm");
  EXPECT_FALSE(meter_script().nested);
}

TEST(MeterPlc, SendGoesOutNowWhateverTheProcessorIsBusyWith) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  const meter_hal& hal = bench.hal();
  hal.cpu->work(bench.context(), METER_WORK_GET, 100);
  const Octets mpdu(30, 7);
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), 30, 6, 3), 0);
  ASSERT_EQ(bench.modem.sent.size(), 1u);
  EXPECT_EQ(bench.modem.sent[0].at, kNsPerSecond);
  EXPECT_EQ(bench.modem.sent[0].mpdu, mpdu);
  EXPECT_EQ(bench.modem.sent[0].scheme, plc::Scheme::d8psk_f);
  EXPECT_EQ(bench.modem.sent[0].level, 3u);
  bench.modem.takes = false;
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), 30, 4, 0), -1);
  EXPECT_EQ(bench.node->totals().bad_downcalls, 0u);
}

TEST(MeterPlc, WorkDoneIsWhenAFrameWouldLeaveTheUart) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  const meter_hal& hal = bench.hal();
  const auto& times = models::kServiceTimes;
  const kernel::TimeNs work = models::service_time(times, METER_WORK_GET, 100) +
                              models::service_time(times, METER_WORK_CRYPTO, 33);
  hal.cpu->work(bench.context(), METER_WORK_GET, 100);
  hal.cpu->work(bench.context(), METER_WORK_CRYPTO, 33);
  const std::int64_t done_us = hal.cpu->done_us(bench.context());
  EXPECT_GE(done_us, PlcBench::uptime_of(kNsPerSecond + work));
  EXPECT_LE(done_us, PlcBench::uptime_of(kNsPerSecond + work) + 1);
  // An alarm at that time fires when the work is done, never before.
  kernel::TimeNs fired = 0;
  meter_script().alarm = [&] { fired = bench.agenda.now(); };
  bench.alarm_at(done_us);
  bench.run_for(kNsPerSecond);
  EXPECT_GE(fired, kNsPerSecond + work);
  EXPECT_LE(fired, kNsPerSecond + work + 2 * kNsPerUs);
  EXPECT_EQ(hal.cpu->done_us(bench.context()), PlcBench::uptime_of(bench.agenda.now()));
}

TEST(MeterPlc, FilterPassesThroughAndALongOneChangesNothing) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  std::vector<meter_plc_rule> rules;
  for (std::uint64_t k = 0; k < METER_PLC_RULES + 1; ++k) {
    rules.push_back({0xFFFF000000000000u | k, 0x0001000000000000u + k});
  }
  bench.hal().plc->filter(bench.context(), rules.data(), METER_PLC_RULES);
  ASSERT_EQ(bench.modem.filter.size(), METER_PLC_RULES);
  for (std::size_t k = 0; k < METER_PLC_RULES; ++k) {
    EXPECT_EQ(bench.modem.filter[k].mask, rules[k].mask);
    EXPECT_EQ(bench.modem.filter[k].value, rules[k].value);
  }
  bench.hal().plc->filter(bench.context(), rules.data(), METER_PLC_RULES + 1);
  EXPECT_EQ(bench.modem.filters, 1);
  EXPECT_EQ(bench.node->totals().bad_downcalls, 1u);
  bench.hal().plc->filter(bench.context(), nullptr, 0);
  EXPECT_TRUE(bench.modem.filter.empty());
}

TEST(MeterPlc, WhatNoModemAcceptsIsCounted) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  const Octets mpdu(METER_PLC_MPDU_BYTES + 1, 0);
  const meter_hal& hal = bench.hal();
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), METER_PLC_MPDU_BYTES + 1, 6, 0), -1);
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), 20, 3, 0), -1);
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), 20, 7, 0), -1);
  EXPECT_EQ(hal.plc->send(bench.context(), mpdu.data(), 20, 4, 8), -1);
  meter_plc_plan plan{};
  plan.sequence_offset = 32;
  hal.plc->beacon(bench.context(), &plan);
  EXPECT_EQ(bench.node->totals().bad_downcalls, 5u);
  EXPECT_TRUE(bench.modem.sent.empty());
  EXPECT_FALSE(bench.modem.plan);
}

TEST(MeterPlc, BeaconsAreToldAndSoIsTheirLoss) {
  PlcBench bench;
  std::vector<meter_plc_beacon> told;
  int lost = 0;
  meter_script().plc_beacon = [&](const meter_plc_beacon* beacon) {
    if (beacon == nullptr) {
      ++lost;
    } else {
      told.push_back(*beacon);
    }
  };
  bench.start_and_run(10 * kNsPerSecond);
  const protocol::prime::HeardBeacon beacon{beacon_mpdu(40), 1234,
                                            bench.modem.clock->us_at(9 * kNsPerSecond), 17, 3};
  bench.modem.client->on_beacon(beacon);
  bench.modem.client->on_beacon_lost();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(std::memcmp(told[0].mpdu, beacon.mpdu.data(), METER_PLC_BEACON_BYTES), 0);
  EXPECT_EQ(told[0].snr_cdb, 1234);
  EXPECT_EQ(told[0].start_us, PlcBench::uptime_of(9 * kNsPerSecond));
  EXPECT_EQ(told[0].received, 17u);
  EXPECT_EQ(told[0].missed, 3u);
  EXPECT_EQ(lost, 1);
}

TEST(MeterPlc, HeardSourcesAreHandedOverInTheirOrder) {
  PlcBench bench;
  bench.start_and_run(10 * kNsPerSecond);
  for (std::uint8_t k = 0; k < 5; ++k) {
    bench.modem.sources.push_back(
        {beacon_mpdu(k), 100 * k, bench.modem.clock->us_at((4 + k) * kNsPerSecond), k, 0});
  }
  std::array<meter_plc_beacon, 3> out{};
  ASSERT_EQ(bench.hal().plc->heard(bench.context(), out.data(), 3), 3u);
  for (std::uint8_t k = 0; k < 3; ++k) {
    EXPECT_EQ(out[k].mpdu[0], k);
    EXPECT_EQ(out[k].start_us, PlcBench::uptime_of((4 + k) * kNsPerSecond));
  }
  EXPECT_EQ(bench.hal().plc->heard(bench.context(), nullptr, 0), 0u);
}

TEST(MeterPlc, FrameTimeIsTheMetersAndMayBeginBeforeItsBoot) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  std::int64_t start_us = 77;
  std::uint32_t sequence = 77;
  const auto ask = [&] {
    return bench.hal().plc->frame_time(bench.context(), &start_us, &sequence);
  };
  EXPECT_EQ(ask(), -1);
  EXPECT_EQ(start_us, 77);
  bench.modem.time = protocol::prime::FrameTime{bench.modem.clock->us_at(800 * kNsPerMs + 1), 31};
  EXPECT_EQ(ask(), 0);
  EXPECT_EQ(start_us, PlcBench::uptime_of(800 * kNsPerMs + 1));
  EXPECT_EQ(sequence, 31u);
  bench.modem.time = protocol::prime::FrameTime{bench.modem.clock->us_at(400 * kNsPerMs), 5};
  EXPECT_EQ(ask(), 0);
  EXPECT_EQ(start_us, PlcBench::uptime_of(400 * kNsPerMs));
  EXPECT_LT(start_us, -99'999);
}

TEST(MeterPlc, WatchAndBeaconPlanPassThroughAndEnd) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  meter_plc_watch watch{};
  std::memcpy(watch.mpdu, beacon_mpdu(9).data(), sizeof watch.mpdu);
  watch.miss_limit = 5;
  bench.hal().plc->watch(bench.context(), &watch);
  ASSERT_TRUE(bench.modem.watched);
  EXPECT_EQ(bench.modem.watched->mpdu, beacon_mpdu(9));
  EXPECT_EQ(bench.modem.watched->miss_limit, 5u);
  meter_plc_plan plan{};
  std::memcpy(plan.mpdu, beacon_mpdu(60).data(), sizeof plan.mpdu);
  plan.sequence_offset = 31;
  bench.hal().plc->beacon(bench.context(), &plan);
  ASSERT_TRUE(bench.modem.plan);
  EXPECT_EQ(bench.modem.plan->mpdu, beacon_mpdu(60));
  EXPECT_EQ(bench.modem.plan->sequence_offset, 31u);
  EXPECT_FALSE(bench.modem.plan->own_time);
  bench.hal().plc->watch(bench.context(), nullptr);
  bench.hal().plc->beacon(bench.context(), nullptr);
  EXPECT_FALSE(bench.modem.watched || bench.modem.plan);
  bench.modem.carrier = true;
  EXPECT_EQ(bench.hal().plc->busy(bench.context()), 1);
}

TEST(MeterPlc, AFirmwareWithoutModemUpcallsLeavesItOff) {
  MeterBenchOptions options;
  options.firmware = &scripted_meter_without_plc();
  PlcBench bench(options);
  meter_script().boot = [&](auto) { bench.hal().plc->search(bench.context(), 1); };
  bench.start_and_run(kNsPerMinute);
  EXPECT_FALSE(bench.modem.powered);
  EXPECT_FALSE(bench.modem.searching);
  EXPECT_EQ(bench.hal().plc->send(bench.context(), nullptr, 0, 4, 0), -1);
  EXPECT_EQ(meter_script().log, std::vector<std::string>{"0 boot 0"});
  EXPECT_TRUE(bench.node->running());
}

TEST(MeterPlc, NothingIsSentOrHeardWithoutSupply) {
  PlcBench bench;
  bench.start_and_run(kNsPerSecond);
  bench.node->power(2 * kNsPerSecond, false);
  bench.run_for(2 * kNsPerSecond);
  const std::size_t entries = meter_script().log.size();
  bench.modem.client->on_frame({Octets(9), plc::Scheme::dbpsk_f, 0, bench.modem.now_us()});
  bench.modem.client->on_beacon({});
  bench.modem.client->on_beacon_lost();
  EXPECT_EQ(meter_script().log.size(), entries);
  const std::uint8_t mpdu[10] = {};
  EXPECT_EQ(bench.hal().plc->send(bench.context(), mpdu, sizeof mpdu, 4, 0), -1);
  EXPECT_TRUE(bench.modem.sent.empty());
}

TEST(MeterPlc, AFlashCutWhileAFrameIsHandledTakesTheModemDownToo) {
  PlcBench bench;
  meter_script().plc = [&](const auto&) {
    const Octets record(8, 0);
    bench.hal().flash->write(bench.context(), 0, record.data(), 8);
    EXPECT_EQ(bench.hal().plc->send(bench.context(), record.data(), 8, 4, 0), -1);
  };
  bench.start_and_run(kNsPerSecond);
  bench.node->flash().cut_power_at(1);
  bench.modem.client->on_frame({Octets(9), plc::Scheme::dbpsk_f, 0, bench.modem.now_us()});
  EXPECT_FALSE(bench.node->running());
  EXPECT_FALSE(bench.modem.powered);
  EXPECT_TRUE(bench.modem.sent.empty());
}

}  // namespace

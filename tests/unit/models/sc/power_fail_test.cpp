// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A sag that becomes a power fail, on a detailed metering point: what the VCD shows, and that the
// SystemC modules see what the same devices see on one plain agenda.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include <unistd.h>

#include "models/core/wan/cell.hpp"
#include "models/sc/kernel.hpp"
#include "tests/rigs/devices/meter_bench.hpp"
#include "tests/unit/models/sc/vcd.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using sc_test::Vcd;
using Octets = std::vector<std::uint8_t>;

constexpr kernel::TimeNs kSag = 60 * kNsPerSecond;
constexpr kernel::TimeNs kBetter = kSag + 230 * kNsPerMs;
constexpr kernel::TimeNs kWhole = kSag + 260 * kNsPerMs;
constexpr kernel::TimeNs kOutage = kSag + 300 * kNsPerMs;
constexpr kernel::TimeNs kBack = 70 * kNsPerSecond;
constexpr kernel::TimeNs kEnd = 90 * kNsPerSecond;
constexpr std::uint32_t kMeter = 7;

struct FarEnd final : models::wan::WanPeer {
  void on_open(models::wan::ConnectionId id, std::uint32_t, std::string_view,
               std::uint16_t) override {
    cell->send(id, Octets{0x00, 0x01});
  }
  void on_data(models::wan::ConnectionId, std::span<const std::uint8_t> octets) override {
    received += octets.size();
  }
  void on_closed(models::wan::ConnectionId, models::wan::CloseReason) override {}
  models::wan::Cell* cell = nullptr;
  std::size_t received = 0;
};

// The module asks every 250 ms, the meter answers with 80 octets; the module goes online and
// answers what the head-end sends.
void write_scripts() {
  meter_script() = {};
  module_script() = {};
  meter_script().boot = [](meter_boot_reason) {
    const meter_hal* hal = meter_script().hal;
    hal->pulses->emit(hal->context, METER_PULSE_ACTIVE, 30, 60'000'000);
  };
  meter_script().uart = [](Octets) {
    const meter_hal* hal = meter_script().hal;
    Octets answer(80, 0x55);
    answer[0] = 0x7E;
    answer[1] = 0xA0;
    answer[2] = 78;
    answer[5] = 0x30;  // I frame
    hal->cpu->work(hal->context, METER_WORK_FRAME, 80);
    hal->uarts->send(hal->context, METER_UART_RS485, answer.data(), 80);
  };
  module_script().boot = [] {
    const cm1_hal* hal = module_script().hal;
    hal->modem_power(hal->context, 1);
    hal->alarm_us(hal->context, 250'000);
  };
  module_script().alarm = [] {
    const cm1_hal* hal = module_script().hal;
    const Octets poll = {0x7E, 0xA0, 0x08, 0x03, 0x03, 0x11, 0, 0, 0x7E};
    hal->rs485_send(hal->context, poll.data(), static_cast<std::uint32_t>(poll.size()));
    hal->alarm_us(hal->context, hal->uptime_us(hal->context) + 250'000);
  };
  module_script().modem = [](cm1_modem_state state) {
    const cm1_hal* hal = module_script().hal;
    if (state == CM1_MODEM_SEARCHING) hal->modem_connect(hal->context, "iot");
    if (state == CM1_MODEM_ONLINE) hal->socket_open(hal->context, CM1_TCP, "10.0.0.1", 4059);
  };
  module_script().data = [](int socket, Octets octets) {
    const cm1_hal* hal = module_script().hal;
    octets.push_back(0xFF);
    hal->socket_send(hal->context, socket, octets.data(),
                     static_cast<std::uint32_t>(octets.size()));
    hal->led(hal->context, CM1_LED_STATE, CM1_LED_GREEN);
  };
}

struct World {
  World()
      : mains({.frequency_spread_hz = 0, .voltage_spread_percent = 0}, kernel::kNsPerDay),
        supply(mains, load),
        afe(1, kMeter, 1, {}, false),
        pool(METER_BUFFER_BYTES),
        cell(fleet, models::wan::CellConfig{}) {
    far_end.cell = &cell;
    cell.set_peer(far_end);
    write_scripts();
  }
  void build(kernel::Agenda& meter_agenda, kernel::Agenda& line_agenda,
             kernel::Agenda& module_agenda, models::sc::DetailedPoint* point) {
    models::MeterNodeConfig config;
    config.firmware = &scripted_meter();
    config.meter = kMeter;
    config.detailed = true;
    node = std::make_unique<models::MeterNode>(
        models::NodeServices{meter_agenda, crypto, pool, 1}, config,
        std::make_unique<models::ElectricalFeed>(supply, afe, models::FeedTier::detailed));
    line = std::make_unique<models::Rs485Line>(line_agenda,
                                               models::node_id(kMeter, models::kNodeLine));
    modem = std::make_unique<models::wan::Modem>(fleet, cell, kMeter,
                                                 models::node_id(kMeter, models::kNodeModem));
    models::Cm1NodeConfig module_config;
    module_config.firmware = &scripted_module();
    module_config.module = kMeter;
    models::wan::ModemPort& port =
        point == nullptr ? static_cast<models::wan::ModemPort&>(*modem) : point->modem_port(*modem);
    module = std::make_unique<models::Cm1Node>(models::NodeServices{module_agenda, crypto, pool, 1},
                                               module_config, port);
    if (point != nullptr) {
      point->join(*node, afe, *line, *module);
    } else {
      node->board().uarts.attach(METER_UART_RS485, line->end(0));
      line->attach(0, node->board().uarts.receiver(METER_UART_RS485));
      module->attach(line->end(1));
      line->attach(1, *module);
      node->set_supply_listener(*module);
    }
    node->power(0, true);
    node->supply().sag(kSag, kOutage, 0.6);
    node->supply().sag(kBetter, kWhole, 0.8);  // 30 ms inside a window
    node->power(kOutage, false);
    node->power(kBack, true);
  }
  std::vector<std::string> story() const {
    std::vector<std::string> all = meter_script().log;
    all.insert(all.end(), module_script().log.begin(), module_script().log.end());
    all.push_back(std::to_string(meter_script().windows) + " windows");
    all.push_back(std::to_string(far_end.received) + " received");
    all.push_back(std::to_string(line->totals(0).frames) + " frames");
    return all;
  }

  ConstantLoad load;
  models::MainsSchedule mains;
  models::SupplyPoint supply;
  models::Afe afe;
  PlainCrypto crypto;
  models::BufferPool pool;
  kernel::Agenda fleet;
  models::wan::Cell cell;
  FarEnd far_end;
  std::unique_ptr<models::MeterNode> node;
  std::unique_ptr<models::Rs485Line> line;
  std::unique_ptr<models::wan::Modem> modem;
  std::unique_ptr<models::Cm1Node> module;
};

std::vector<std::string> plain_story() {
  World world;
  world.build(world.fleet, world.fleet, world.fleet, nullptr);
  world.fleet.run_until(kEnd);
  return world.story();
}

// Samples follow the mains at once: peaks of one cycle each.
void expect_samples_at_once(const Vcd::Changes& samples) {
  const auto peak = [&](std::int64_t from) {
    double highest = 0;
    for (const auto& [time, value] : samples) {
      if (time < from || time >= from + 20 * kNsPerMs) continue;
      const auto counts = static_cast<std::int32_t>(std::stoll(value, nullptr, 2));
      highest = std::max(highest, std::abs(static_cast<double>(counts)));
    }
    return highest;
  };
  const double whole = peak(kWhole + kNsPerMs);
  EXPECT_NEAR(peak(kSag + 10 * kNsPerMs) / whole, 0.6, 0.01);
  EXPECT_NEAR(peak(kBetter - 21 * kNsPerMs) / whole, 0.6, 0.01);
  EXPECT_NEAR(peak(kBetter + 9 * kNsPerMs) / whole, 0.8, 0.01);
}

// One process, one SystemC simulation: all of it in one test.
TEST(PowerFail, ShowsInTheVcdAsItHappens) {
  const std::vector<std::string> plain = plain_story();
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("amitwin_power_fail_" + std::to_string(::getpid())))
                               .string();
  std::vector<std::string> detailed;
  {
    World world;
    models::sc::Kernel kernel(world.fleet);
    models::sc::DetailedPoint& point = kernel.add_point(kMeter);
    world.build(point.meter_agenda(), point.line_agenda(), point.module_agenda(), &point);
    kernel.trace({path, kMeter, kSag - 10 * kNsPerMs, kOutage + 50 * kNsPerMs});
    for (kernel::TimeNs t = 0; t <= kEnd; t += kNsPerSecond) kernel.run_until(t);  // in slices
    EXPECT_EQ(kernel.now(), kEnd);
    EXPECT_EQ(world.fleet.now(), kEnd);
    EXPECT_EQ(kernel.reports(), 0u) << kernel.first_report();
    EXPECT_FALSE(meter_script().nested || module_script().nested);
    detailed = world.story();
    world.module.reset();
    world.modem.reset();
    world.line.reset();
    world.node.reset();
  }
  ASSERT_EQ(plain.size(), detailed.size());
  for (std::size_t n = 0; n < plain.size(); ++n) EXPECT_EQ(plain[n], detailed[n]) << n;

  Vcd vcd(path + ".vcd");
  const std::string meter = "meter_7.", line = "line_7.", cm1 = "cm1_7.";
  ASSERT_TRUE(vcd.has(meter + "mains_v")) << vcd.names();
  EXPECT_NEAR(std::stod(vcd.value_at(meter + "mains_v", kSag - 1)), 230, 0.01);
  EXPECT_NEAR(std::stod(vcd.value_at(meter + "mains_v", kSag)), 138, 0.01);
  EXPECT_NEAR(std::stod(vcd.value_at(meter + "mains_v", kOutage)), 0, 0.01);
  EXPECT_EQ(vcd.time_of(meter + "power_fail", "1"), kOutage + 10 * kNsPerMs);
  const std::int64_t off = kOutage + 30 * kNsPerMs;
  EXPECT_EQ(vcd.time_of(meter + "supply_good", "0", 1), off);  // the first is the initial value
  EXPECT_EQ(vcd.value_at(cm1 + "rail_12v", off - 1), "1");
  EXPECT_EQ(vcd.value_at(cm1 + "rail_12v", off), "0");

  // The last frame: the meter was sending when its supply ended.
  std::int64_t began = -1, ended = -1;
  for (const auto& [time, value] : vcd.of(line + "meter_txd")) {
    if (time > off) break;
    (value == "1" ? began : ended) = time;
  }
  EXPECT_LT(began, off);
  EXPECT_GT(began, off - 45 * kNsPerMs);  // 80 octets take 41.7 ms
  EXPECT_EQ(ended, off);
  EXPECT_EQ(std::stoll(vcd.value_at(line + "frame_length", began), nullptr, 2), 78);
  EXPECT_EQ(std::stoll(vcd.value_at(line + "frame_control", began), nullptr, 2), 0x30);
  EXPECT_LT(std::stoll(vcd.value_at(line + "octets_sent", off), nullptr, 2), 80);

  // Samples inside their window only: 6 400 a second.
  const auto& samples = vcd.of(meter + "v_counts");
  std::size_t inside = 0;
  for (const auto& [time, value] : samples) {
    if (time == 0) continue;  // initial value
    EXPECT_GE(time, kSag - 10 * kNsPerMs);
    EXPECT_LT(time, kOutage + 50 * kNsPerMs);
    if (time > kSag && time < kOutage) ++inside;
  }
  EXPECT_NEAR(static_cast<double>(inside), 0.3 * 6400, 60);
  expect_samples_at_once(samples);
  EXPECT_EQ(vcd.of(meter + "led_active").size() % 2, 1u);
  EXPECT_GT(vcd.of(meter + "led_active").size(), 55u);
  std::filesystem::remove(path + ".vcd");
}

}  // namespace

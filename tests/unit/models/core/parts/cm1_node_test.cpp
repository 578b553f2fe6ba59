// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/cm1/cm1_node.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "models/core/wan/cell.hpp"
#include "models/core/wan/modem.hpp"
#include "tests/rigs/devices/meter_bench.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using models::wan::ConnectionId;
using Octets = std::vector<std::uint8_t>;

struct FarEnd final : models::wan::WanPeer {
  void on_open(ConnectionId id, std::uint32_t module, std::string_view host,
               std::uint16_t port) override {
    opened.push_back(id);
    text = std::to_string(module) + " " + std::string(host) + ":" + std::to_string(port);
  }
  void on_data(ConnectionId, std::span<const std::uint8_t> octets) override {
    received.insert(received.end(), octets.begin(), octets.end());
  }
  void on_closed(ConnectionId id, models::wan::CloseReason) override { closed.push_back(id); }
  std::vector<ConnectionId> opened, closed;
  std::string text;
  Octets received;
};

// A meter with its module, under a cell, with a far end: everything scripted.
struct PointBench : MeterBench {
  PointBench()
      : cell(agenda, quiet()), modem(agenda, cell, 0, models::node_id(0, models::kNodeModem)) {
    module_script() = {};
    cell.set_peer(far_end);
    models::Cm1NodeConfig config;
    config.firmware = &scripted_module();
    config.log_leds = true;
    module = std::make_unique<models::Cm1Node>(services, config, modem);
    module->attach(line.end(1));
    line.attach(1, *module);
    node->set_supply_listener(*module);
  }
  ~PointBench() {
    node.reset();
    module.reset();
  }
  static models::wan::CellConfig quiet() {
    models::wan::CellConfig config;
    config.radio.packet_loss = 0;
    config.modem.attach_failure = config.modem.pdp_failure = 0;
    return config;
  }
  const cm1_hal& cm1() { return *module_script().hal; }
  void* cm1_context() { return module_script().hal->context; }
  void script_online() {
    module_script().boot = [this] { cm1().modem_power(cm1_context(), 1); };
    module_script().modem = [this](cm1_modem_state state) {
      if (state == CM1_MODEM_SEARCHING) cm1().modem_connect(cm1_context(), "iot");
      if (state == CM1_MODEM_ONLINE) {
        EXPECT_EQ(cm1().socket_open(cm1_context(), CM1_TCP, "10.0.0.1", 4059), 0);
      }
    };
  }

  models::wan::Cell cell;
  FarEnd far_end;
  models::wan::Modem modem;
  std::unique_ptr<models::Cm1Node> module;
};

TEST(Cm1Node, LivesOnTheMetersTwelveVolts) {
  PointBench bench;
  bench.start();
  bench.node->power(kNsPerMinute, false);
  bench.node->power(2 * kNsPerMinute, true);
  bench.run_for(70 * kNsPerSecond);
  EXPECT_FALSE(bench.module->running());
  bench.run_for(70 * kNsPerSecond);
  EXPECT_TRUE(bench.module->running());
  EXPECT_EQ(module_script().log, (std::vector<std::string>{"0 boot", "0 boot"}));
}

TEST(Cm1Node, ReachesTheFarEndAndIsReachedByIt) {
  PointBench bench;
  bench.script_online();
  const auto say_hello = [&bench](int socket) -> void {
    const Octets hello = {1, 2, 3};
    EXPECT_EQ(bench.cm1().socket_send(bench.cm1_context(), socket, hello.data(), 3), 3);
    EXPECT_EQ(bench.cm1().socket_unacknowledged(bench.cm1_context(), socket), 3u);
  };
  module_script().open = [&](int socket, bool) { say_hello(socket); };
  Octets got;
  module_script().data = [&](int, Octets octets) { got = octets; };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.far_end.text, "0 10.0.0.1:4059");
  EXPECT_EQ(bench.far_end.received, (Octets{1, 2, 3}));
  ASSERT_TRUE(bench.cell.send(bench.far_end.opened[0], Octets{9, 8}));
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(got, (Octets{9, 8}));
  EXPECT_FALSE(module_script().nested);
}

TEST(Cm1Node, TalksToItsMeterAndTheMeterAnswers) {
  PointBench bench;
  module_script().boot = [&] { bench.cm1().alarm_us(bench.cm1_context(), 5'000'000); };
  module_script().alarm = [&] {
    const Octets poll = {0x7E, 0xA0, 0x7E};
    EXPECT_EQ(bench.cm1().rs485_send(bench.cm1_context(), poll.data(), 3), 0);
  };
  meter_script().uart = [&](Octets frame) {
    frame.push_back(0x55);
    bench.hal().uarts->send(bench.context(), METER_UART_RS485, frame.data(), 4);
  };
  Octets answer;
  module_script().rs485 = [&](Octets frame) { answer = frame; };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(answer, (Octets{0x7E, 0xA0, 0x7E, 0x55}));
}

TEST(Cm1Node, OutageOfTheMeterTakesModemAndConnectionAlong) {
  PointBench bench;
  bench.script_online();
  bench.start();
  bench.run_for(kNsPerMinute);
  ASSERT_EQ(bench.far_end.opened.size(), 1u);
  bench.node->power(bench.agenda.now(), false);
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.modem.state(), models::wan::ModemState::kOff);
  EXPECT_TRUE(bench.far_end.closed.empty());  // nobody told it
  bench.run_for(kNsPerHour);
  EXPECT_EQ(bench.far_end.closed, bench.far_end.opened);
}

TEST(Cm1Node, LedsKeepALogOfTheirChanges) {
  PointBench bench;
  module_script().boot = [&] {
    bench.cm1().led(bench.cm1_context(), CM1_LED_STATE, CM1_LED_BLUE);
    bench.cm1().led(bench.cm1_context(), CM1_LED_STATE, CM1_LED_BLUE);
    bench.cm1().led(bench.cm1_context(), static_cast<cm1_led>(7), CM1_LED_RED);
  };
  bench.start();
  bench.run_for(kNsPerSecond);
  EXPECT_EQ(bench.module->leds().colour(CM1_LED_STATE), CM1_LED_BLUE);
  bench.node->power(2 * kNsPerSecond, false);
  bench.run_for(10 * kNsPerSecond);
  ASSERT_EQ(bench.module->leds().log().size(), 2u);
  EXPECT_EQ(bench.module->leds().log()[0].at, 800 * kNsPerMs);
  EXPECT_EQ(bench.module->leds().log()[1].colour, CM1_LED_OFF);
  EXPECT_EQ(bench.module->leds().log()[1].at, 2030 * kNsPerMs);
  EXPECT_EQ(bench.module->totals().bad_downcalls, 1u);
}

TEST(Cm1Node, CommissioningComesBeforeTheFirstPowerOn) {
  PointBench bench;
  cm1_provision provision{};
  provision.head_end_port = 4059;
  ASSERT_TRUE(bench.module->provision(provision));
  EXPECT_EQ(module_script().provisioned.head_end_port, 4059);
  EXPECT_TRUE(module_script().log.empty());
}

}  // namespace

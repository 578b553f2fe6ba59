// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Lockstep with a real child process, and what a killed one leaves.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "tests/rigs/head_end/head_end_process.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::World;

std::string hex(protocol::Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) text += fmt::format("{:02x}", octet);
  return text;
}

std::string inventory_json(const Inventory& inventory) {
  std::string meters;
  for (const MeterEntry& meter : inventory.meters()) {
    meters += fmt::format(
        R"({}{{"serial":"{}","logical_device_name":"{}","system_title":"{}","model":"{}",)"
        R"("firmware":"{}","capture_period_s":{},"unicast_key":"{}","authentication_key":"{}"}})",
        meters.empty() ? "" : ",", meter.serial, meter.logical_device_name, hex(meter.system_title),
        meter.model, meter.firmware, meter.capture_period_s, hex(meter.keys.unicast),
        hex(meter.keys.authentication));
  }
  return "{\"meters\":[" + meters + "]}";
}

class ProcessTest : public testing::Test {
 protected:
  ProcessTest()
      : base_(testing::TempDir() + "hes_process_" + std::to_string(getpid())),
        inventory_(hes_test::fake_inventory(2)),
        world_(2) {
    std::ofstream(base_ + ".json") << inventory_json(inventory_);
    std::ofstream(base_ + ".type.json") << to_json(hes_test::fake_type());
  }
  ~ProcessTest() override {
    for (const char* end : {".json", ".type.json", ".sqlite", ".sqlite-wal", ".sqlite-shm"}) {
      std::remove((base_ + end).c_str());
    }
  }
  std::vector<std::string> arguments() const {
    return {"--control",   "127.0.0.1:0",     "--listen",   "127.0.0.1:0",
            "--inventory", base_ + ".json",   "--template", base_ + ".type.json",
            "--store",     base_ + ".sqlite", "--fresh"};
  }

  std::string base_;
  Inventory inventory_;
  World world_;
  hes_test::SeededRandom random_{5};
  hes_test::Recorder seen_;
};

TEST_F(ProcessTest, AChildServesARunAndLeavesItsStore) {
  hes_test::HeadEndProcess process(HES_TEST_PROGRAM, arguments());
  {
    LockstepClient far("127.0.0.1", process.control_port(), EngineConfig{}, {2, 0}, world_, random_,
                       seen_, World::kBegin);
    world_.attach(far);
    for (std::size_t m = 0; m < 2; ++m) {
      world_.live(m, world_.connect(m), 6, [](int hour) { return hour != 3; });
    }
    world_.run_for_s(9 * 3600);
    far.finish();
    EXPECT_EQ(far.rows(), 48u);
  }
  EXPECT_EQ(process.wait(), 0);
  Store store(StoreOptions{base_ + ".sqlite", false, false});
  EXPECT_EQ(store.rows(), 48u);
  EXPECT_EQ(seen_.rows, 48);
}

TEST_F(ProcessTest, AKilledChildLeavesAStoreThatOpensAndAnErrorForTheSimulator) {
  for (const int hours : {1, 2, 5}) {
    World world(2);
    hes_test::Recorder seen;
    auto process = std::make_unique<hes_test::HeadEndProcess>(HES_TEST_PROGRAM, arguments());
    LockstepClient far("127.0.0.1", process->control_port(), EngineConfig{}, {2, 0}, world, random_,
                       seen, World::kBegin);
    world.attach(far);
    for (std::size_t m = 0; m < 2; ++m) {
      world.live(m, world.connect(m), 8, [](int) { return true; });
    }
    world.run_for_s(hours * 3600 + 125);
    process.reset();  // SIGKILL
    EXPECT_THROW(world.run_for_s(3600), std::runtime_error);
    Store store(StoreOptions{base_ + ".sqlite", false, false});
    EXPECT_EQ(store.rows(), 8u * static_cast<unsigned>(hours));  // up to the last full minute
  }
}

TEST_F(ProcessTest, AChildThatCannotStartIsAnError) {
  EXPECT_THROW(hes_test::HeadEndProcess("/nonexistent/amitwin", {"hes"}), std::runtime_error);
  EXPECT_THROW(hes_test::HeadEndProcess(HES_TEST_PROGRAM, {"--control", "127.0.0.1:0"}),
               std::runtime_error);
}

}  // namespace
}  // namespace hes

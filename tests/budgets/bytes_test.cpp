// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What one meter more costs in memory: its objects one by one, and all it holds after a quarter of
// a day, timers, flash pages and the head-end's state included.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "cm1/fw/entry.hpp"
#include "dcu/fw/node.hpp"
#include "hes-stub/ports/observer.hpp"
#include "meter/fw/device/firmware.h"
#include "models/core/load/household.hpp"
#include "plc-channel/medium/station_modem.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/assembly/world.hpp"
#include "tests/budgets/counted_new.hpp"
#include "tests/rigs/budget/budget.hpp"

namespace {

using namespace sim::run;

const char* const kFile = "tests/budgets/bytes.txt";
constexpr rigs::Tolerance kExact{0, 0};
constexpr rigs::Tolerance kHeap{2, 2};

TEST(Bytes, ObjectsOfAMeter) {
  rigs::Budget budget(kFile);
  const meter_firmware& ad11a = *meter_ad11a_firmware();
  const meter_firmware& ad13a = *meter_ad13a_firmware();
  const std::pair<const char*, std::size_t> sizes[] = {
      {"AD11A.instance", ad11a.instance_bytes},
      {"AD13A.instance", ad13a.instance_bytes},
      {"meter.plc_instance", ad11a.plc_bytes},
      {"meter.retained", ad11a.retained_bytes},
      {"meter.MeterNode", sizeof(models::MeterNode)},
      {"meter.Afe", sizeof(models::Afe)},
      {"meter.ElectricalFeed", sizeof(models::ElectricalFeed)},
      {"meter.Household", sizeof(models::Household)},
      {"meter.SupplyPoint", sizeof(models::SupplyPoint)},
      {"meter.Home", sizeof(Home)},
      {"cm1.instance", cm1_builtin_firmware()->instance_bytes},
      {"cm1.Cm1Node", sizeof(models::Cm1Node)},
      {"cm1.Modem", sizeof(models::wan::Modem)},
      {"cm1.Rs485Line", sizeof(models::Rs485Line)},
      {"cm1.Stream", sizeof(models::wan::Stream)},
      {"dcu.Node", sizeof(dcu::fw::Node)},
      {"plc.StationModem", sizeof(plc::StationModem)},
  };
  for (const auto& [name, bytes] : sizes) budget.hold(name, bytes, kExact);
}

// ---- All that a fleet holds ----

Scenario fleet(std::int64_t n, MeterModel model, bool power_line) {
  Scenario scenario;
  scenario.file = "in-code.toml";
  scenario.general.duration_h = 6;
  scenario.meters.count = n;
  scenario.meters.model = model;
  scenario.meters.push_period_s = 3600;
  if (power_line) {
    ConcentratorRow row;
    row.meters.ranges = {{1, static_cast<std::uint32_t>(n)}};
    row.collect_period_s = 3600;
    scenario.concentrators.push_back(row);
  }
  return scenario;
}

// In a child: SystemC elaborates once a process.
std::size_t heap_after_six_hours(const Scenario& scenario) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    std::string folder = std::filesystem::temp_directory_path() / "amitwin-XXXXXX";
    const bool made = mkdtemp(folder.data()) != nullptr;
    const std::size_t before = budgets::octets_held();
    World world(scenario, nullptr);
    hes::NullObserver nobody;
    HeadEnd head_end(world, scenario, folder, nobody);
    world.run_until(6 * kernel::kNsPerHour);
    const std::size_t bytes = budgets::octets_held() - before;
    std::filesystem::remove_all(folder);
    _exit(made && write(ends[1], &bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : 1);
  }
  close(ends[1]);
  std::size_t bytes = 0;
  const bool told = read(ends[0], &bytes, sizeof(bytes)) == sizeof(bytes);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(told && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return bytes;
}

void hold_heap(const std::string& name, MeterModel model, bool power_line) {
  // More than the head-end speaks with at once (EngineConfig::max_sessions): its sessions are a
  // pool. A concentrator has a session for all.
  const std::int64_t n_few = power_line ? 8 : 72;
  constexpr std::int64_t kMore = 16;
  const std::size_t few = heap_after_six_hours(fleet(n_few, model, power_line));
  const std::size_t many = heap_after_six_hours(fleet(n_few + kMore, model, power_line));
  rigs::Budget(kFile).hold(name, (many - few) / kMore, kHeap);
}

TEST(Bytes, HeapOfAnAd11aWithModule) { hold_heap("heap.AD11A_cm1", MeterModel::ad11a, false); }
TEST(Bytes, HeapOfAnAd11aOnThePowerLine) { hold_heap("heap.AD11A_plc", MeterModel::ad11a, true); }
TEST(Bytes, HeapOfAnAd13aWithModule) { hold_heap("heap.AD13A_cm1", MeterModel::ad13a, false); }

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Events of meters, from what happens to them to the head-end, on both roads, as the scenario alone
// has them; and firmwares that forget some.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "meter/fw/device/firmware.h"
#include "meter/fw/events/event_tables.hpp"
#include "protocol/cosem/event_names.hpp"
#include "sim/result/h5_file.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::RelayOrder;
using sim::run::Scenario;

Event contact(kernel::TimeNs at, EventType type, std::uint32_t meter, double duration_s) {
  Event made;
  made.at = at;
  made.type = type;
  made.meters = sim::run::MeterSet::one(meter);
  made.duration_s = duration_s;
  return made;
}
Event button(kernel::TimeNs at, std::uint32_t meter) {
  Event made = contact(at, EventType::button, meter, 0);
  made.duration_ms = 300;
  return made;
}

// All that happens to three meters in a bit more than two hours.
std::vector<Event> a_bad_night() {
  return {contact(clock(0, 40), EventType::cover, 1, 600),
          contact(clock(0, 50), EventType::magnet, 1, 1800),
          contact(clock(1, 10), EventType::cover, 1, 0.015),  // bounces
          contact(clock(1, 15), EventType::seal, 2, 300), button(clock(1, 20), 2),
          // Opened while nothing lives, closed in the light again.
          outage(clock(1, 0), 3, 900), contact(clock(1, 5), EventType::terminal_cover, 3, 1200),
          // Open before and behind.
          outage(clock(1, 45), 3, 600), contact(clock(1, 46), EventType::magnet, 3, 60),
          clock_shift(clock(1, 30), 1, 37), relay(clock(1, 40), 1, RelayOrder::open),
          relay(clock(2, 5), 1, RelayOrder::close)};
}

Scenario gprs_street() {
  Scenario scenario = street(3, 5);
  scenario.hes.event_period_s = 3600;
  scenario.hes.in_time_s = 3600;
  set_events(scenario, a_bad_night());
  return scenario;
}

std::size_t entries(const Folder& folder, double group, double code) {
  const std::string result = folder.path() + "/result.h5";
  const auto groups = column_of(result, "log_entries", "group");
  const auto codes = column_of(result, "log_entries", "code");
  std::size_t n = 0;
  for (std::size_t k = 0; k < codes.size(); ++k) n += groups[k] == group && codes[k] == code;
  return n;
}

// Entries whose code the result calls nothing, "group/code" each.
std::vector<std::string> nameless(const Folder& folder) {
  std::vector<std::string> codes;
  const auto file = sim::result::TableFileReader::open(folder.path() + "/result.h5");
  const sim::result::TableSchema* table = file ? file->find("log_entries") : nullptr;
  std::vector<std::uint8_t> rows;
  if (table == nullptr || !file->read(*table, 0, file->rows_of(*table), rows)) return {"no table"};
  for (std::size_t at = 0; at < rows.size(); at += table->row_bytes) {
    std::map<std::string, std::string> cells;
    for (const auto& column : table->columns) cells[column.name] = cell_text(column, &rows[at]);
    if (cells["event"].empty()) codes.push_back(cells["group"] + "/" + cells["code"]);
  }
  return codes;
}

void expect_every_event(const Finished& run, double events, double alarms) {
  expect_nothing_wrong(run);
  if (!run.error.empty()) return;
  EXPECT_EQ(run.kpi("events_expected"), events);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarms_expected"), alarms);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

// 3 starts; 1: cover 3, field 2, clock 2, relay 2; 2: seals 6; 3: outages 4, terminals 3.
constexpr double kLoggedEvents = 3 + 9 + 6 + 7;
constexpr double kAlarms = 3 + 2 + 1 + 2 + 4 + 2 + 2;
// 3: what moves while an AD11A sleeps is noted when it moves, there and back.
constexpr double kAsleep = 2;

TEST(EventLogs, BehindModulesTheyAreInFlashAndInTheHeadEndAndAlarmsAreTold) {
  const Folder folder;
  const Finished run = run_in_child(gprs_street(), folder);
  expect_every_event(run, kLoggedEvents + kAsleep, kAlarms + kAsleep / 2);
  EXPECT_EQ(entries(folder, 1, 44), 3u * 2) << "two covers, each in flash, head-end, alarm";
  EXPECT_EQ(nameless(folder), std::vector<std::string>{});
}

TEST(EventLogs, OnThePowerLineTheConcentratorBringsThem) {
  Scenario scenario = hamlet(3, 0, 27);
  scenario.hes.in_time_s = 3600;
  set_events(scenario, a_bad_night());
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_every_event(run, kLoggedEvents, kAlarms);
  EXPECT_EQ(entries(folder, 1, 44), 3u * 2);
}

TEST(EventLogs, TheSpanishCompanionIsAnotherTable) {
  Scenario scenario = gprs_street();
  scenario.meters.variant.event_codes = sim::run::EventCodes::prime;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  // No code for the old time of a clock, nor for a seal.
  expect_every_event(run, kLoggedEvents - 1 - 1 - 2 - 1 + kAsleep,
                     kAlarms - 1 - 2 - 1 + kAsleep / 2);
  EXPECT_EQ(entries(folder, 8, 98), 2u);
  EXPECT_EQ(nameless(folder), std::vector<std::string>{});
}

// Names are of the country, codes of the meter.
TEST(EventLogs, EveryCodeOfTheMetersTablesHasAName) {
  using namespace meter::fw;
  const auto name_of = [](CodeTable table, LogId log, std::uint8_t code) {
    return table == CodeTable::idis
               ? protocol::cosem::idis_event_name(code)
               : protocol::cosem::prime_event_name(group_of(log, CodeTable::prime), code);
  };
  for (const EventRule& rule : kEventRules) {
    EXPECT_NE(name_of(rule.table, rule.log, rule.code), "") << unsigned{rule.code};
  }
  for (const PhaseRule& rule : kPhaseRules) {
    for (std::uint8_t phase = 0; phase < 3; ++phase) {
      const auto code = static_cast<std::uint8_t>(rule.code + phase);
      EXPECT_NE(name_of(rule.table, LogId::quality_events, code), "") << unsigned{code};
    }
  }
  for (const AlarmRule& rule : kAlarmRules) {
    EXPECT_NE(protocol::cosem::idis_event_name(static_cast<std::uint8_t>(rule.event)), "");
  }
  EXPECT_EQ(protocol::cosem::idis_event_name(14), "non-volatile memory error");
  EXPECT_EQ(protocol::cosem::idis_event_name(255), "log cleared");
  EXPECT_EQ(protocol::cosem::prime_event_name(1, 255), "log cleared");
  EXPECT_EQ(protocol::cosem::prime_event_name(0, 1), "");
}

TEST(EventLogs, EveryOtherScenarioHasItsEventsToo) {
  Scenario scenario = street(2, 26);
  scenario.general.start_utc_s = 1'774'738'800;  // 2026-03-28T23:00Z: summer time begins
  scenario.meters.time_zone = "Europe/Berlin";
  scenario.hes.event_period_s = 3600;
  scenario.hes.in_time_s = 3600;
  set_events(scenario, {sag(clock(3, 0), 1, 400, 0.2), sag(clock(4, 0), 1, 20, 0.2)});
  const Folder folder;
  expect_every_event(run_in_child(scenario, folder), 2 + 2 + 2, 3);
}

// Firmwares that forget something, made of the real one.

meter_firmware& forgetful() {
  static meter_firmware firmware = *meter_ad11a_firmware();
  return firmware;
}
double mismatches_of(const meter_firmware& firmware, std::uint32_t meter) {
  const Folder folder;
  sim::run::RunOptions options;
  options.faults.meter = meter;
  options.faults.firmware = &firmware;
  const Finished run = run_in_child(gprs_street(), folder, options);
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("events_expected"), kLoggedEvents + kAsleep);
  return run.kpi("event_mismatches");
}

TEST(ForgetfulFirmware, ThatDoesNotHearOfFieldsLacksThem) {
  forgetful() = *meter_ad11a_firmware();
  forgetful().on_input = [](void* instance, meter_input input, int level) {
    if (input == METER_INPUT_MAGNET) return;
    meter_ad11a_firmware()->on_input(instance, input, level);
  };
  EXPECT_EQ(mismatches_of(forgetful(), 1), 4) << "there and gone, in flash and in the head-end";
}

TEST(ForgetfulFirmware, ThatDoesNotHearOfTheSupplysEndLacksThat) {
  forgetful() = *meter_ad11a_firmware();
  forgetful().on_power = [](void*, meter_power_state) {};
  EXPECT_GE(mismatches_of(forgetful(), 3), 4);
}

TEST(ForgetfulFirmware, ThatTellsOneTwiceHasOneTooMany) {
  forgetful() = *meter_ad11a_firmware();
  forgetful().on_input = [](void* instance, meter_input input, int level) {
    meter_ad11a_firmware()->on_input(instance, input, level);
    if (input != METER_INPUT_MAGNET || level == 0) return;
    meter_ad11a_firmware()->on_input(instance, input, 0);
    meter_ad11a_firmware()->on_input(instance, input, 1);
  };
  EXPECT_GE(mismatches_of(forgetful(), 1), 4);
}

}  // namespace

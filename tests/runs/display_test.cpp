// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Displays, as the scenario alone makes them; firmwares that show something else; and `amitwin
// lcd`.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "meter/fw/device/firmware.h"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterSet;
using sim::run::RelayOrder;
using sim::run::Scenario;

Event happens(kernel::TimeNs at, EventType type, const MeterSet& meters, double duration_s = 0) {
  Event made;
  made.at = at;
  made.type = type;
  made.meters = meters;
  made.duration_s = duration_s;
  return made;
}
Event look(kernel::TimeNs at, const MeterSet& meters = MeterSet::all()) {
  return happens(at, EventType::look, meters);
}
Event press(kernel::TimeNs at, std::uint32_t meter, double duration_ms = 400) {
  Event made = happens(at, EventType::button, MeterSet::one(meter));
  made.duration_ms = duration_ms;
  return made;
}

// Self-test, each item of both lists, contacts, an outage; 1 is AD11A, 2 and 3 are AD13A.
std::vector<Event> a_curious_morning() {
  std::vector<Event> events{
      look(clock(0, 0)),
      look(clock(0, 0, 2)),
      happens(clock(1, 20), EventType::cover, MeterSet::one(1), 600),
      happens(clock(1, 20), EventType::magnet, MeterSet::one(2), 600),
      relay(clock(1, 20), 1, RelayOrder::open),
      look(clock(1, 28)),
      relay(clock(1, 30), 1, RelayOrder::close),
      // On the battery, the first of them.
      outage(clock(1, 35), 1, 240),
      happens(clock(1, 35, 30), EventType::terminal_cover, MeterSet::one(1), 90),
      press(clock(1, 36), 1),
      look(clock(1, 36, 2)),
      look(clock(1, 36, 30)),
      outage(clock(1, 40), 2, 600),
      look(clock(1, 45)),
      look(clock(1, 50, 2)),
      look(clock(1, 55)),
      press(clock(0, 45), 3, 2500),
      press(clock(0, 50), 2, 4000),
      look(clock(0, 50, 3)),
  };
  for (int k = 0; k < 12; ++k) events.push_back(look(clock(0, 30, 5 + 10 * k)));
  for (int k = 0; k < 14; ++k) {
    events.push_back(look(clock(0, 45, 4 + 2 * k), MeterSet::one(3)));
    events.push_back(press(clock(0, 45, 5 + 2 * k), 3));
  }
  return events;
}

Scenario curious_street() {
  Scenario scenario = street(3, 2);
  scenario.general.start_utc_s = 1'781'503'200;  // 2026-06-15T06:00Z
  scenario.meters.time_zone = "Europe/Berlin";
  sim::run::MeterGroup group;
  group.meters = MeterSet{{{2, 3}}};
  group.model = sim::run::MeterModel::ad13a;
  scenario.groups.push_back(group);
  set_events(scenario, a_curious_morning());
  return scenario;
}
constexpr double kLooks = 3 * (2 + 1 + 2 + 3 + 1 + 12) + 14;

TEST(Displays, ShowWhatTheScenarioMakesThemShow) {
  const Folder folder;
  const Finished run = run_in_child(curious_street(), folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("looks_judged"), kLooks);
  EXPECT_EQ(run.kpi("event_mismatches"), 0) << "also while it slept";
  EXPECT_EQ(run.kpi("display_mismatches"), 0)
      << amitwin({"export", folder / "result.h5", "displays"}).out;
}

TEST(Displays, LookingChangesNothing) {
  Scenario blind = curious_street();
  std::erase_if(blind.events, [](const Event& event) { return event.type == EventType::look; });
  const Folder seen, unseen;
  const Finished run = run_in_child(curious_street(), seen);
  ASSERT_EQ(run_in_child(blind, unseen).error, run.error);
  for (const char* const table : {"rows", "flash_rows", "log_entries", "messages"}) {
    EXPECT_EQ(amitwin({"export", seen / "result.h5", table}).out,
              amitwin({"export", unseen / "result.h5", table}).out)
        << table;
  }
}

// Firmwares with a map or a point in the wrong place, made of the real one: what it writes comes to
// the glass changed.
using Change = void (*)(std::array<std::uint8_t, METER_DISPLAY_BYTES>&);
meter_firmware& bent() {
  static meter_firmware firmware;
  return firmware;
}
const meter_hal* real_hal = nullptr;
meter_hal bent_hal;
meter_display bent_display;
Change change = nullptr;

double mismatches_with(Change bends) {
  change = bends;
  bent() = *meter_ad11a_firmware();
  bent().init = [](void* instance, const meter_hal* hal) {
    real_hal = hal;
    bent_hal = *hal;
    bent_display = *hal->display;
    bent_display.write = [](void* context, std::uint32_t first, const std::uint8_t* octets,
                            std::uint32_t n) {
      std::array<std::uint8_t, METER_DISPLAY_BYTES> frame{};
      std::copy_n(octets, n, frame.begin() + first);
      change(frame);
      return real_hal->display->write(context, 0, frame.data(), METER_DISPLAY_BYTES);
    };
    bent_hal.display = &bent_display;
    meter_ad11a_firmware()->init(instance, &bent_hal);
  };
  const Folder folder;
  sim::run::RunOptions options;
  options.faults.meter = 1;
  options.faults.firmware = &bent();
  const Finished run = run_in_child(curious_street(), folder, options);
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("looks_judged"), kLooks);
  return run.kpi("display_mismatches");
}

using FrameOctets = std::array<std::uint8_t, METER_DISPLAY_BYTES>;
void shift_digits(FrameOctets& frame) {
  std::rotate(frame.begin(), frame.begin() + 1, frame.begin() + 8);
}
void exchange_b_and_c(FrameOctets& frame) {
  for (std::size_t k = 0; k < 8; ++k) {
    const unsigned b = frame[k] >> 2 & 1u, c = frame[k] >> 6 & 1u;
    frame[k] = static_cast<std::uint8_t>((frame[k] & 0xBBu) | b << 6 | c << 2);
  }
}
void show_one_decimal_less(FrameOctets& frame) {
  if ((frame[5] & 0x10u) == 0) return;
  frame[5] &= 0xEFu;
  frame[6] |= 0x10u;
}
void exchange_t1_and_t2(FrameOctets& frame) { frame[16] ^= 0x18u; }
void exchange_open_and_closed(FrameOctets& frame) { frame[17] ^= 0x06u; }

TEST(MutantDisplay, WithAShiftedDigitIsFound) { EXPECT_GE(mismatches_with(shift_digits), 12); }

TEST(MutantDisplay, WithTwoSegmentsExchangedIsFound) {
  EXPECT_GE(mismatches_with(exchange_b_and_c), 2) << "the clock and some energies";
}

TEST(MutantDisplay, WithOneDecimalLessIsFound) {
  EXPECT_GE(mismatches_with(show_one_decimal_less), 8);
}

TEST(MutantDisplay, ThatShowsAnotherRateOrContactIsFound) {
  EXPECT_GE(mismatches_with(exchange_t1_and_t2), 15);
  EXPECT_GE(mismatches_with(exchange_open_and_closed), 15);
}

// ---- The command ----

std::string scenario_file(const Folder& folder) {
  return folder.write("street.toml",
                      "[scenario]\nname = \"street\"\nstart = 2026-06-15T06:00:00Z\n"
                      "duration_h = 2\ncollect_h = 1\n[meters]\ncount = 3\n"
                      "[[event]]\nat = \"00:10:00\"\ntype = \"button\"\nmeter = 2\n"
                      "duration_ms = 3000\n[[event]]\nat = \"00:10:30\"\ntype = \"outage\"\n"
                      "meter = 2\nduration_s = 60\n");
}

TEST(LcdCommand, ReadsTheGlassAtEachTime) {
  const Folder folder;
  const std::string file = scenario_file(folder);
  const ProgramRun run =
      amitwin({"lcd", file, "--meter", "2", "--at", "00:10:02.5", "--at", "00:10:05", "--at",
               "00:10:40", "--json", "--png", folder / "lcd.png"});
  EXPECT_EQ(run.exit_code, 2) << "times are whole seconds";
  const ProgramRun good =
      amitwin({"lcd", file, "--meter", "2", "--at", "00:10:40", "--at", "00:10:05", "--at",
               "00:09:05", "--json", "--png", folder / "lcd.png"});
  ASSERT_EQ(good.exit_code, 0) << good.err;
  const auto looks = nlohmann::json::parse(good.out);
  ASSERT_EQ(looks.size(), 3u);
  EXPECT_EQ(looks[0]["at"], "00:09:05");
  EXPECT_EQ(looks[0]["utc"], "2026-06-15T06:09:05Z");
  EXPECT_FALSE(looks[0]["backlight"]);
  EXPECT_EQ(looks[1]["code"], "96.1.0");
  EXPECT_TRUE(looks[1]["backlight"]);
  EXPECT_TRUE(looks[2]["dark"]);
  const std::string picture = read_text(folder / "lcd.png");
  EXPECT_EQ(picture.substr(1, 3), "PNG");
  const ProgramRun text = amitwin({"lcd", file, "--meter", "2", "--at", "00:10:05"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_NE(text.out.find("meter 2, 00:10:05 of simulated time"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("96.1.0"), std::string::npos) << text.out;
}

TEST(LcdCommand, SaysWhatIsWrong) {
  const Folder folder;
  const std::string file = scenario_file(folder);
  const struct {
    std::vector<std::string> arguments;
    int code;
    const char* says;
  } cases[] = {
      {{file, "--meter", "4", "--at", "00:10:00"}, 2, "--meter = 4: allowed are 1 to 3"},
      {{file, "--meter", "1", "--at", "25:00:00"}, 2, "--at = 25:00:00: the scenario ends at"},
      {{file, "--meter", "1", "--at", "noon"}, 2, "--at = noon: not a time"},
      {{file, "--meter", "1"}, 2, "--at"},
      {{folder / "none.toml", "--meter", "1", "--at", "1h"}, 2, "none.toml"},
      {{file, "--meter", "1", "--at", "00:01:00", "--png", folder / "no/lcd.png"}, 5, "lcd.png"},
  };
  for (const auto& one : cases) {
    std::vector<std::string> arguments{"lcd"};
    arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
    const ProgramRun run = amitwin(arguments);
    EXPECT_EQ(run.exit_code, one.code) << run.err;
    EXPECT_NE(run.err.find(one.says), std::string::npos) << run.err;
  }
}

}  // namespace

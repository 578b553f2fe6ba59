// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "sim/scenario/written.hpp"
#include "sim/scenario/zone_table.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kClass12ActiveSlots = 5;  // 3GPP TS 45.002 annex B: Rx + Tx of class 12
constexpr double kMaxShiftS = 900;
constexpr std::int64_t kMinuteS = 60;
// Stamps are unsigned 32-bit seconds since 1970 in the meter, which lasts until 2106.
constexpr std::int64_t kStart2100 = 4'102'444'800;

bool readable_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && std::ifstream(path).good();
}

class CrossChecks {
 public:
  CrossChecks(Scenario& scenario, Written& written) : scenario_(scenario), written_(written) {}
  void run();

 private:
  void check_general();
  void check_numbers_of_meters();
  void check_files();
  void check_push(const std::string& prefix, std::int64_t capture_s, std::int64_t push_s);
  void check_minutes();
  void check_events();
  void check_overlaps(EventType type);
  void check_diversions();
  void check_map();
  void check_concentrators();
  void check_zones();
  void check_csv();

  Scenario& scenario_;
  Written& written_;
  // Named somewhere, and cut off by meters.count on the command line.
  std::uint32_t highest_cut_ = 0;
};

void CrossChecks::check_general() {
  if (scenario_.general.start_utc_s % 60 != 0) {
    written_.complain_at("scenario.start", "not on a full minute",
                         "the load is known by the minute");
  }
  if (scenario_.general.start_utc_s < 0 || scenario_.general.start_utc_s >= kStart2100) {
    written_.complain_at("scenario.start", "beyond the calendar of the meters",
                         "the years 1970 to 2099");
  }
  // It is also the name of a folder: out/NAME.
  const std::string& name = scenario_.general.name;
  if (name.empty() || name.find('/') != std::string::npos ||
      name.find_first_not_of('.') == std::string::npos) {
    written_.complain_at("scenario.name", "no name of a folder",
                         "a text without /, such as \"street\"");
  }
  if (written_.good("cell.uplink_slots") && written_.good("cell.downlink_slots") &&
      scenario_.cell.uplink_slots + scenario_.cell.downlink_slots > kClass12ActiveSlots) {
    const bool uplink = written_.seen("cell.uplink_slots") != nullptr;
    written_.complain_at(uplink ? "cell.uplink_slots" : "cell.downlink_slots",
                         "uplink and downlink slots together exceed multislot class 12",
                         "5 together: 1+4, 2+3, 3+2, 4+1");
  }
  check_push("meters.", scenario_.meters.capture_period_s, scenario_.meters.push_period_s);
}

void CrossChecks::check_push(const std::string& prefix, std::int64_t capture_s,
                             std::int64_t push_s) {
  const std::string push = prefix + "push_period_s";
  const std::string capture = prefix + "capture_period_s";
  if (!written_.good(push) || !written_.good(capture) || push_s % capture_s == 0) return;
  written_.complain_at(written_.seen(push) != nullptr ? push : capture,
                       "the push period is no multiple of the capture period",
                       "push_period_s as 0 or a multiple of capture_period_s");
}

void CrossChecks::check_numbers_of_meters() {
  if (!written_.good("meters.count")) return;
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  const std::string allowed = "meters 1 to " + std::to_string(count);
  const auto too_high = [&](std::uint32_t meter) { return "names meter " + std::to_string(meter); };
  // A street cut short on the command line is one mistake, however many keys name its end.
  const bool cut = written_.from_command_line("meters.count");
  const auto check_one = [&](const std::string& path, std::uint32_t meter) {
    if (meter <= count) return;
    if (cut && !written_.from_command_line(path)) {
      highest_cut_ = std::max(highest_cut_, meter);
    } else {
      written_.complain_at(path, too_high(meter), allowed);
    }
  };
  const auto check_set = [&](const std::string& path, const MeterSet& set) {
    if (written_.good(path)) check_one(path, set.highest_named());
  };
  check_set("meters.detailed", scenario_.meters.detailed);
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    check_set(row_key("group", i, "meters"), scenario_.groups[i].meters);
  }
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    check_set(row_key("event", i, "meter"), scenario_.events[i].meters);
  }
  const auto check_number = [&](const std::string& path, std::int64_t meter) {
    if (written_.seen(path) != nullptr && written_.good(path))
      check_one(path, static_cast<std::uint32_t>(meter));
  };
  check_number("trace.meter", scenario_.trace.meter);
  check_number("report.home", scenario_.report.home);
  check_number("expose.hdlc_meter", scenario_.expose.hdlc_meter);
  for (const auto& [column, meter] : scenario_.load.map) check_number("load.map." + column, meter);
  if (highest_cut_ > 0) {
    const std::string highest = std::to_string(highest_cut_);
    written_.complain_at("meters.count", "the scenario names meters up to " + highest,
                         "an integer from " + highest + " to 1000");
  }
}

// Data sheets: the AD11A alone captures each minute.
void CrossChecks::check_minutes() {
  const auto asks = [](const MeterGroup& group) { return group.capture_period_s == kMinuteS; };
  if (!written_.good("meters.count") || (scenario_.meters.capture_period_s != kMinuteS &&
                                         std::ranges::none_of(scenario_.groups, asks))) {
    return;
  }
  for (std::uint32_t meter = 1; meter <= scenario_.meters.count; ++meter) {
    const MeterSettings settings = settings_of(scenario_, meter);
    if (settings.model == MeterModel::ad11a || settings.capture_period_s != kMinuteS) continue;
    std::string path = "meters.capture_period_s";
    for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
      const MeterGroup& group = scenario_.groups[i];
      if (group.capture_period_s && group.meters.contains(meter)) {
        path = row_key("group", i, "capture_period_s");
      }
    }
    written_.complain_at(path, "a three-phase meter does not capture each minute",
                         "60 with the AD11A, 300 and more with the AD13A");
  }
}

void CrossChecks::check_files() {
  const auto check = [&](const std::string& path, const std::string& file, const char* kind) {
    const std::string full = scenario_.path_of(file);
    if (!readable_file(full)) {
      written_.complain_at(path, "there is no readable file " + full,
                           std::string(kind) + ", relative to the scenario file");
    }
  };
  if (!scenario_.load.csv.empty()) check("load.csv", scenario_.load.csv, "a CSV file");
  const char* const kFirmware = "builtin, or a shared object";
  if (scenario_.meters.firmware != "builtin") {
    check("meters.firmware", scenario_.meters.firmware, kFirmware);
  }
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    const std::string firmware = scenario_.groups[i].firmware.value_or("builtin");
    if (firmware != "builtin") {
      check(row_key("group", i, "firmware"), firmware, kFirmware);
    }
  }
  for (std::size_t i = 0; i < scenario_.hes.images.size(); ++i) {
    const std::string& file = scenario_.hes.images[i].file;
    if (file != "builtin") check(row_key("image", i, "file"), file, kFirmware);
  }
}

void CrossChecks::check_events() {
  if (!written_.good("scenario.duration_h") || !written_.good("scenario.collect_h")) return;
  const char* cut_by = nullptr;
  if (written_.from_command_line("scenario.collect_h")) cut_by = "scenario.collect_h";
  if (written_.from_command_line("scenario.duration_h")) cut_by = "scenario.duration_h";
  std::size_t n_late = 0;
  kernel::TimeNs latest = 0;
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    if (event.type == EventType::clock_shift && std::fabs(event.shift_s) > kMaxShiftS) {
      written_.complain_at(row_key("event", i, "shift_s"), "more than shift_time can do",
                           "-900 to 900 s (Blue Book, class 8 method 6)");
    }
    if (event.at < scenario_.end() || !written_.good(row_key("event", i, "at"))) continue;
    // A scenario cut short on the command line is one mistake, however many events it cuts off.
    if (cut_by != nullptr && !written_.from_command_line(row_key("event", i, "at"))) {
      ++n_late;
      latest = std::max(latest, event.at);
      continue;
    }
    const double end_h = scenario_.general.duration_h + scenario_.general.collect_h;
    written_.complain_at(row_key("event", i, "at"), "after the end of the scenario",
                         "before " + result::number_text(end_h) + " h");
  }
  if (n_late == 0) return;
  const double needed_h = std::floor(static_cast<double>(latest) / kernel::kNsPerHour) + 1;
  written_.complain_at(cut_by,
                       std::to_string(n_late) + (n_late == 1 ? " event comes" : " events come") +
                           " after the end of the scenario",
                       "with collect_h more than " + result::number_text(needed_h - 1) +
                           " h; --until stops a run early and keeps the scenario");
}

// A meter's voltage has one factor at a time, as have the currents of its phases and of its
// neutral. (Outages may overlap: off is off.)
void CrossChecks::check_overlaps(EventType type) {
  const auto end_of = [](const Event& event) {
    return event.at + kernel::to_ns(event.duration_s + event.duration_ms / 1000);
  };
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  std::vector<const Event*> last(count, nullptr);  // by meter, the one that ends last so far
  std::vector<std::size_t> events;
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    if (scenario_.events[i].type == type) events.push_back(i);
  }
  std::ranges::stable_sort(events, {}, [&](std::size_t i) { return scenario_.events[i].at; });
  const std::string name(name_of(type));
  for (const std::size_t i : events) {
    const Event& event = scenario_.events[i];
    bool overlaps = false;
    for (const std::uint32_t meter : event.meters.list(count)) {
      const Event*& before = last[meter - 1];
      overlaps = overlaps || (before != nullptr && event.at < end_of(*before));
      if (before == nullptr || end_of(event) > end_of(*before)) before = &event;
    }
    if (overlaps) {
      written_.complain_at(row_key("event", i, "at"),
                           "overlaps another " + name + " of the same meter",
                           "one " + name + " of a meter at a time");
    }
  }
}

void CrossChecks::check_map() {
  std::map<std::uint32_t, std::string> taken;
  for (const auto& [column, meter] : scenario_.load.map) {
    const std::string path = "load.map." + column;
    if (written_.seen("load.csv") == nullptr) {
      written_.complain_at(path, "maps columns of no file", "together with load.csv");
    } else if (const auto [other, fresh] = taken.emplace(meter, column); !fresh) {
      written_.complain_at(path, "the meter has column " + other->second + " already",
                           "one column for each meter");
    }
  }
}

// A meter is on one power line, and whoever is named in an event exists.
void CrossChecks::check_concentrators() {
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  std::vector<std::size_t> owner(count + 1, 0);
  for (std::size_t i = 0; i < scenario_.concentrators.size(); ++i) {
    const std::string path = row_key("concentrator", i, "meters");
    const MeterSet& meters = scenario_.concentrators[i].meters;
    if (!written_.good(path)) continue;
    if (meters.highest_named() > count && written_.from_command_line("meters.count")) {
      highest_cut_ = std::max(highest_cut_, meters.highest_named());
      continue;
    }
    if (meters.highest_named() > count) {
      written_.complain_at(path, "names meter " + std::to_string(meters.highest_named()),
                           "meters 1 to " + std::to_string(count));
      continue;
    }
    if (meters.list(count).empty()) {
      written_.complain_at(path, "names no meter", "at least one meter");
      continue;
    }
    for (const std::uint32_t meter : meters.list(count)) {
      if (owner[meter] != 0) {
        written_.complain_at(path,
                             "meter " + std::to_string(meter) + " is on the line of concentrator " +
                                 std::to_string(owner[meter]) + " already",
                             "each meter on one line");
        break;
      }
      owner[meter] = i + 1;
    }
  }
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    if (event.type != EventType::concentrator_outage) continue;
    const auto known = static_cast<std::int64_t>(scenario_.concentrators.size());
    const std::string row = row_key("event", i, "");
    if (known == 0) {
      written_.complain_at(row + "type", "there is no concentrator", "with [[concentrator]] rows");
    } else if (event.concentrator > known) {
      written_.complain_at(row + "concentrator", "there is no such concentrator",
                           "1 to " + std::to_string(known));
    }
  }
  if (scenario_.hes.port == scenario_.hes.p32_port) {
    written_.complain_at(written_.seen("hes.p32_port") ? "hes.p32_port" : "hes.port",
                         "modules and concentrators would dial the same port",
                         "two different ports");
  }
}

// A meter's clock keeps the rule of its zone, or the scenario has to say another.
void CrossChecks::check_zones() {
  const std::int64_t start_s = scenario_.general.start_utc_s;
  if (!written_.good("scenario.start") || !written_.good("scenario.duration_h") ||
      !written_.good("scenario.collect_h"))
    return;
  const std::int64_t end_s = start_s + scenario_.end() / kernel::kNsPerSecond;
  const auto check = [&](const std::string& path, const std::string& name) {
    if (!written_.good(path)) return;
    const MeterZone found = meter_zone(name, start_s, end_s);
    if (found.why.empty()) {
      scenario_.general.zones[name] = found.rule;
    } else {
      written_.complain_at(
          path, "a meter's clock cannot keep it, " + found.why,
          "UTC, a zone with the summer time of the European Union or with none, or a fixed "
          "offset such as +11:00");
    }
  };
  check("meters.time_zone", scenario_.meters.time_zone);
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    if (scenario_.groups[i].time_zone) {
      check(row_key("group", i, "time_zone"), *scenario_.groups[i].time_zone);
    }
  }
}

void CrossChecks::check_csv() {
  const Dialect& dialect = scenario_.csv.dialect;
  const bool power = dialect.unit == CsvUnit::w || dialect.unit == CsvUnit::kw;
  if (power && dialect.values == CsvValues::reading) {
    written_.complain_at("csv.unit", "a register counts energy",
                         "Wh or kWh with csv.values = \"reading\"");
  }
}

// More than all of a current does not come through.
void CrossChecks::check_diversions() {
  constexpr double kMostLeft = 0.95;
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    const bool diverts = event.type == EventType::bypass || event.type == EventType::neutral_fault;
    if (!diverts || event.residual <= kMostLeft ||
        !written_.good(row_key("event", i, "residual"))) {
      continue;
    }
    written_.complain_at(row_key("event", i, "residual"), "more than is left of a current",
                         "0 to 0.95 with bypass and neutral_fault");
  }
}

void CrossChecks::run() {
  check_general();
  if (written_.good("meters.count")) check_concentrators();
  check_numbers_of_meters();
  check_files();
  check_expose(scenario_, written_);
  check_zones();
  check_minutes();
  check_csv();
  check_events();
  for (const EventType type : {EventType::sag, EventType::bypass, EventType::neutral_fault}) {
    if (written_.good("meters.count")) check_overlaps(type);
  }
  check_diversions();
  check_order_plans(scenario_, written_);
  check_map();
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    const MeterGroup& group = scenario_.groups[i];
    check_push(row_key("group", i, ""),
               group.capture_period_s.value_or(scenario_.meters.capture_period_s),
               group.push_period_s.value_or(scenario_.meters.push_period_s));
  }
}

}  // namespace

void cross_check(Scenario& scenario, Written& written) { CrossChecks(scenario, written).run(); }

}  // namespace sim::run

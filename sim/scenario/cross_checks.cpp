// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "net/socket.hpp"
#include "sim/scenario/loader.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kClass12ActiveSlots = 5;  // 3GPP TS 45.002 annex B: Rx + Tx of class 12
constexpr double kMaxShiftS = 900;
// Stamps are unsigned 32-bit seconds since 1970 in the meter, which lasts until 2106.
constexpr std::int64_t kStart2100 = 4'102'444'800;
constexpr std::int64_t kHighestPort = 65'535;

bool readable_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error) && std::ifstream(path).good();
}

// The port of HOST:PORT, 0 for any; -1: it is something else.
std::int64_t port_of(const std::string& text) {
  const auto endpoint = net::parse_endpoint(text);
  return endpoint ? endpoint->port : -1;
}

}  // namespace

void Loader::check_general() {
  if (scenario_.general.start_utc_s % 60 != 0) {
    complain_at("scenario.start", "not on a full minute", "the load is known by the minute");
  }
  if (scenario_.general.start_utc_s < 0 || scenario_.general.start_utc_s >= kStart2100) {
    complain_at("scenario.start", "beyond the calendar of the meters", "the years 1970 to 2099");
  }
  // It is also the name of a folder: out/NAME.
  const std::string& name = scenario_.general.name;
  if (name.empty() || name.find('/') != std::string::npos ||
      name.find_first_not_of('.') == std::string::npos) {
    complain_at("scenario.name", "no name of a folder", "a text without /, such as \"street\"");
  }
  if (good("cell.uplink_slots") && good("cell.downlink_slots") &&
      scenario_.cell.uplink_slots + scenario_.cell.downlink_slots > kClass12ActiveSlots) {
    const bool uplink = seen("cell.uplink_slots") != nullptr;
    complain_at(uplink ? "cell.uplink_slots" : "cell.downlink_slots",
                "uplink and downlink slots together exceed multislot class 12",
                "5 together: 1+4, 2+3, 3+2, 4+1");
  }
  check_push("meters.", scenario_.meters.capture_period_s, scenario_.meters.push_period_s);
}

void Loader::check_push(const std::string& prefix, std::int64_t capture_s, std::int64_t push_s) {
  const std::string push = prefix + "push_period_s";
  const std::string capture = prefix + "capture_period_s";
  if (!good(push) || !good(capture) || push_s % capture_s == 0) return;
  complain_at(seen(push) != nullptr ? push : capture,
              "the push period is no multiple of the capture period",
              "push_period_s as 0 or a multiple of capture_period_s");
}

void Loader::check_numbers_of_meters() {
  if (!good("meters.count")) return;
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  const std::string allowed = "meters 1 to " + std::to_string(count);
  const auto too_high = [&](std::uint32_t meter) { return "names meter " + std::to_string(meter); };
  const auto check_set = [&](const std::string& path, const MeterSet& set) {
    if (set.highest_named() > count) complain_at(path, too_high(set.highest_named()), allowed);
  };
  check_set("meters.detailed", scenario_.meters.detailed);
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    check_set(row_key("group", i, "meters"), scenario_.groups[i].meters);
  }
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    check_set(row_key("event", i, "meter"), scenario_.events[i].meters);
  }
  const auto check_number = [&](const std::string& path, std::int64_t meter) {
    const auto number = static_cast<std::uint32_t>(meter);
    if (number > count) complain_at(path, too_high(number), allowed);
  };
  check_number("trace.meter", scenario_.trace.meter);
  check_number("report.home", scenario_.report.home);
  check_number("expose.hdlc_meter", scenario_.expose.hdlc_meter);
  for (const auto& [column, meter] : scenario_.load.map) check_number("load.map." + column, meter);
}

void Loader::check_files() {
  const auto check = [&](const std::string& path, const std::string& file, const char* kind) {
    const std::string full = scenario_.path_of(file);
    if (!readable_file(full)) {
      complain_at(path, "there is no readable file " + full,
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
}

void Loader::check_expose_and_trace() {
  const Scenario& s = scenario_;
  const auto detailed = [&](std::int64_t meter) {
    return !good("meters.detailed") ||
           s.meters.detailed.contains(static_cast<std::uint32_t>(meter));
  };
  const std::int64_t first = port_of(s.expose.listen);
  const std::int64_t last = first + s.meters.count - 1;
  if (!s.expose.listen.empty() && first < 0) {
    complain_at("expose.listen", "not an address and a port", "such as \"127.0.0.1:4060\"");
  } else if (good("meters.count") && last > kHighestPort) {
    complain_at("expose.listen", "meters.count ports from here end above 65535",
                "a port up to " + std::to_string(kHighestPort + 1 - s.meters.count));
  }
  if (s.expose.hdlc_port != 0 && !detailed(s.expose.hdlc_meter)) {
    complain_at(seen("expose.hdlc_meter") ? "expose.hdlc_meter" : "expose.hdlc_port",
                "the meter behind the HDLC port is not detailed", "a meter of meters.detailed");
  }
  if (s.trace.meter != 0 && !detailed(s.trace.meter)) {
    complain_at("trace.meter", "not a detailed meter", "a meter of meters.detailed");
  }
  if (good("trace.from_s") && s.trace.to_s < s.trace.from_s) {
    complain_at(seen("trace.to_s") ? "trace.to_s" : "trace.from_s",
                "the trace ends before it starts", "trace.to_s from trace.from_s up");
  }
}

void Loader::check_events() {
  if (!good("scenario.duration_h") || !good("scenario.collect_h")) return;
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    const Event& event = scenario_.events[i];
    if (event.type == EventType::clock_shift && std::fabs(event.shift_s) > kMaxShiftS) {
      complain_at(row_key("event", i, "shift_s"), "more than shift_time can do",
                  "-900 to 900 s (Blue Book, class 8 method 6)");
    }
    if (event.at < scenario_.end()) continue;
    const double end_h = scenario_.general.duration_h + scenario_.general.collect_h;
    complain_at(row_key("event", i, "at"), "after the end of the scenario",
                "before " + result::number_text(end_h) + " h");
  }
}

// A meter's voltage has one factor at a time. (Outages may overlap: off is off.)
void Loader::check_sags() {
  const auto end_of = [](const Event& sag) {
    return sag.at + static_cast<kernel::TimeNs>(std::llround(sag.duration_ms * kernel::kNsPerMs));
  };
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  std::vector<const Event*> last(count, nullptr);  // by meter, the sag that ends last so far
  std::vector<std::size_t> sags;
  for (std::size_t i = 0; i < scenario_.events.size(); ++i) {
    if (scenario_.events[i].type == EventType::sag) sags.push_back(i);
  }
  std::ranges::stable_sort(sags, {}, [&](std::size_t i) { return scenario_.events[i].at; });
  for (const std::size_t i : sags) {
    const Event& sag = scenario_.events[i];
    bool overlaps = false;
    for (const std::uint32_t meter : sag.meters.list(count)) {
      const Event*& before = last[meter - 1];
      overlaps = overlaps || (before != nullptr && sag.at < end_of(*before));
      if (before == nullptr || end_of(sag) > end_of(*before)) before = &sag;
    }
    if (overlaps) {
      complain_at(row_key("event", i, "at"), "overlaps another sag of the same meter",
                  "one sag of a meter at a time");
    }
  }
}

void Loader::check_map() {
  std::map<std::uint32_t, std::string> taken;
  for (const auto& [column, meter] : scenario_.load.map) {
    const std::string path = "load.map." + column;
    if (seen("load.csv") == nullptr) {
      complain_at(path, "maps columns of no file", "together with load.csv");
    } else if (const auto [other, fresh] = taken.emplace(meter, column); !fresh) {
      complain_at(path, "the meter has column " + other->second + " already",
                  "one column for each meter");
    }
  }
}

// A meter is on one power line, and whoever is named in an event exists.
void Loader::check_concentrators() {
  const auto count = static_cast<std::uint32_t>(scenario_.meters.count);
  std::vector<std::size_t> owner(count + 1, 0);
  for (std::size_t i = 0; i < scenario_.concentrators.size(); ++i) {
    const std::string path = row_key("concentrator", i, "meters");
    const MeterSet& meters = scenario_.concentrators[i].meters;
    if (!good(path)) continue;
    if (meters.highest_named() > count) {
      complain_at(path, "names meter " + std::to_string(meters.highest_named()),
                  "meters 1 to " + std::to_string(count));
      continue;
    }
    if (meters.list(count).empty()) {
      complain_at(path, "names no meter", "at least one meter");
      continue;
    }
    for (const std::uint32_t meter : meters.list(count)) {
      if (owner[meter] != 0) {
        complain_at(path,
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
      complain_at(row + "type", "there is no concentrator", "with [[concentrator]] rows");
    } else if (event.concentrator > known) {
      complain_at(row + "concentrator", "there is no such concentrator",
                  "1 to " + std::to_string(known));
    }
  }
  check_doors();
  if (scenario_.hes.port == scenario_.hes.p32_port) {
    complain_at(seen("hes.p32_port") ? "hes.p32_port" : "hes.port",
                "modules and concentrators would dial the same port", "two different ports");
  }
}

// What the concentrators show to the outside.
void Loader::check_doors() {
  const ExposeKeys& expose = scenario_.expose;
  const std::pair<const char*, const std::string*> doors[] = {
      {"expose.gateway", &expose.gateway},
      {"expose.p32", &expose.p32},
      {"expose.head_end", &expose.head_end}};
  for (const auto& [path, text] : doors) {
    if (text->empty()) continue;
    if (port_of(*text) < 0 || (text == &expose.head_end && port_of(*text) == 0)) {
      complain_at(path, "not an address and a port", "such as \"127.0.0.1:4059\"");
    } else if (scenario_.concentrators.empty()) {
      complain_at(path, "there is no concentrator", "with [[concentrator]] rows");
    } else if (text != &expose.gateway &&
               (expose.tls_certificate.empty() || expose.tls_key.empty() ||
                expose.tls_authority.empty())) {
      complain_at(path, "P3.2Ex on real sockets needs TLS",
                  "with tls_certificate, tls_key and tls_authority");
    }
  }
}

// Nobody listens on a port twice, and none is above the last.
void Loader::check_ports() {
  const ExposeKeys& expose = scenario_.expose;
  const auto meters = scenario_.meters.count;
  const auto lines = static_cast<std::int64_t>(scenario_.concentrators.size());
  struct Ports {
    const char* key;
    std::int64_t first, last;
  };
  std::vector<Ports> taken;
  for (const Ports& each : {Ports{"expose.listen", port_of(expose.listen), meters},
                            Ports{"expose.gateway", port_of(expose.gateway), lines},
                            Ports{"expose.p32", port_of(expose.p32), lines},
                            Ports{"expose.hdlc_port", expose.hdlc_port, 1}}) {
    const Ports wanted{each.key, each.first, each.first + each.last - 1};
    if (wanted.first <= 0) continue;
    const std::string range = std::to_string(wanted.first) + " to " + std::to_string(wanted.last);
    if (wanted.last > kHighestPort && wanted.key != std::string("expose.listen")) {
      complain_at(wanted.key, "ports " + range + " end above 65535",
                  "a port up to " + std::to_string(kHighestPort + 1 - each.last));
    }
    for (const Ports& other : taken) {
      if (wanted.first > other.last || other.first > wanted.last) continue;
      complain_at(
          wanted.key, "ports " + range + " and those of " + std::string(other.key) + " overlap",
          "ports outside " + std::to_string(other.first) + " to " + std::to_string(other.last));
    }
    taken.push_back(wanted);
  }
}

void Loader::cross_check() {
  check_general();
  if (good("meters.count")) check_concentrators();
  check_numbers_of_meters();
  check_files();
  check_expose_and_trace();
  if (good("meters.count")) check_ports();
  check_events();
  if (good("meters.count")) check_sags();
  check_map();
  for (std::size_t i = 0; i < scenario_.groups.size(); ++i) {
    const MeterGroup& group = scenario_.groups[i];
    check_push(row_key("group", i, ""),
               group.capture_period_s.value_or(scenario_.meters.capture_period_s),
               group.push_period_s.value_or(scenario_.meters.push_period_s));
  }
}

}  // namespace sim::run

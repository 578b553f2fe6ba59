// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plc-channel/ieee_feeder.hpp"

#include <cctype>
#include <charconv>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/det_math.hpp"

namespace plc {

namespace {

constexpr double kAluminiumOhmMm2PerKm = 28.2;
constexpr double kMainsHz = 50;
constexpr double kMissingCapacitanceNf = 261;
constexpr double kMissingLossTangent = 0.03;
constexpr std::uint32_t kSourceBus = 1;  // secondary of the transformer
constexpr double kTransformerKva = 800;

// "New Line.LINE1 Bus1=1 Bus2=2 ...": the values by name, in lower case. OpenDSS does not care
// about the case of names.
using Values = std::map<std::string, std::string>;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool read_row(const std::string& row, Values& out) {
  out.clear();
  std::istringstream words(row);
  std::string word;
  if (!(words >> word) || lower(word) != "new" || !(words >> word)) return false;
  const std::size_t dot = word.find('.');
  if (dot != std::string::npos) out["name"] = lower(word.substr(dot + 1));
  while (words >> word) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) out[lower(word.substr(0, equals))] = word.substr(equals + 1);
  }
  return true;
}

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}
template <typename Number>
bool read_value(const Values& values, const char* name, Number& out) {
  const auto at = values.find(name);
  return at != values.end() && read_number(at->second, out);
}

struct Segment {
  std::uint32_t to;
  double length_m;
  std::uint16_t cable;
};

class Reader {
 public:
  Reader(const IeeeFeederFiles& files, Feeder& out) : files_(files), out_(out) {}

  bool read(std::string& error) {
    const bool good =
        read_line_codes() && read_lines() && read_coordinates() && lay_tree() && read_loads();
    if (!good) error = error_;
    return good;
  }

 private:
  bool fail(const std::string& what) {
    error_ = what;
    return false;
  }

  bool read_line_codes() {
    std::istringstream rows(files_.line_codes);
    Values values;
    for (std::string row; std::getline(rows, row);) {
      if (!read_row(row, values)) continue;
      double r = 0;
      double x = 0;
      if (!read_value(values, "r1", r) || !read_value(values, "x1", x) || r <= 0 || x <= 0) {
        return fail("line code without R1 and X1: " + row);
      }
      code_of_[values["name"]] = static_cast<std::uint16_t>(out_.cables.size());
      const double section_mm2 = kAluminiumOhmMm2PerKm / r;
      out_.cables.push_back({"IEEE European LV", r, x / (2 * kernel::kPi * kMainsHz) * 1e3,
                             kMissingCapacitanceNf, kernel::det_sqrt(section_mm2 / kernel::kPi),
                             kMissingLossTangent});
    }
    return !out_.cables.empty() || fail("no line codes");
  }

  bool read_lines() {
    std::istringstream rows(files_.lines);
    Values values;
    for (std::string row; std::getline(rows, row);) {
      if (!read_row(row, values)) continue;
      std::uint32_t from = 0;
      std::uint32_t to = 0;
      double length = 0;
      const auto code = code_of_.find(lower(values["linecode"]));
      if (!read_value(values, "bus1", from) || !read_value(values, "bus2", to) ||
          !read_value(values, "length", length) || length <= 0 || code == code_of_.end()) {
        return fail("not a line: " + row);
      }
      segments_[from].push_back({to, length, code->second});
      segments_[to].push_back({from, length, code->second});
    }
    return !segments_.empty() || fail("no lines");
  }

  bool read_coordinates() {
    std::istringstream rows(files_.coordinates);
    for (std::string row; std::getline(rows, row);) {
      std::istringstream words(row);
      std::uint32_t bus = 0;
      Point at;
      if (words >> bus >> at.x_m >> at.y_m) point_of_[bus] = at;
    }
    return true;
  }

  // Breadth first, so that a parent has a smaller number than its children.
  bool lay_tree() {
    std::vector<std::uint32_t> names = {kSourceBus};
    if (segments_.count(kSourceBus) == 0) return fail("nothing is connected to bus 1");
    const Point origin = point_of_[kSourceBus];
    out_.buses.emplace_back();
    number_of_[kSourceBus] = 0;
    for (std::uint32_t b = 0; b < names.size(); ++b) {
      for (const Segment& segment : segments_[names[b]]) {
        const bool back = b > 0 && segment.to == names[out_.buses[b].parent];
        if (back) continue;
        if (number_of_.count(segment.to) > 0) return fail("the lines make a ring");
        number_of_[segment.to] = static_cast<std::uint32_t>(names.size());
        names.push_back(segment.to);
        const Point at = point_of_[segment.to];
        out_.buses.push_back({b,
                              segment.length_m,
                              segment.cable,
                              {at.x_m - origin.x_m, at.y_m - origin.y_m},
                              out_.buses[b].distance_m + segment.length_m});
      }
    }
    return names.size() == segments_.size() || fail("some lines hang on nothing");
  }

  bool read_loads() {
    out_.stations.emplace_back();
    std::istringstream rows(files_.loads);
    Values values;
    for (std::string row; std::getline(rows, row);) {
      if (!read_row(row, values)) continue;
      const std::string& place = values["bus1"];
      const std::size_t dot = place.find('.');
      std::uint32_t name = 0;
      unsigned phase = 0;
      const bool read = dot != std::string::npos && read_number(place.substr(0, dot), name) &&
                        read_number(place.substr(dot + 1), phase);
      const auto bus = number_of_.find(name);
      if (!read || phase < 1 || phase > kPhases || bus == number_of_.end()) {
        return fail("not a single-phase load on a bus: " + row);
      }
      const Bus& at = out_.buses[bus->second];
      out_.stations.push_back({bus->second, static_cast<PhaseMask>(1u << (phase - 1)), 0, at.cable,
                               at.at, at.distance_m});
    }
    return out_.stations.size() > 1 || fail("no loads");
  }

  const IeeeFeederFiles& files_;
  Feeder& out_;
  std::map<std::string, std::uint16_t> code_of_;
  std::map<std::uint32_t, std::vector<Segment>> segments_;
  std::map<std::uint32_t, Point> point_of_;
  std::map<std::uint32_t, std::uint32_t> number_of_;
  std::string error_;
};

}  // namespace

bool read_ieee_feeder(const IeeeFeederFiles& files, std::uint64_t seed, Feeder& out,
                      std::string& error) {
  Feeder feeder;
  feeder.seed = seed;
  feeder.transformer_kva = kTransformerKva;
  if (!Reader(files, feeder).read(error)) return false;
  out = std::move(feeder);
  return true;
}

}  // namespace plc

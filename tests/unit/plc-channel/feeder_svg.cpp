// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/plc-channel/feeder_svg.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace plc {

namespace {

constexpr double kMarginM = 30;
// Phases told apart without relying on colour alone: the label names them too.
constexpr std::array<const char*, kPhases> kColours = {"#8c4a2f", "#3b3b3b", "#7a7a7a"};

std::string metres(double m) {
  const auto decimetres = static_cast<std::int64_t>(m * 10 + (m < 0 ? -0.5 : 0.5));
  const std::int64_t size = decimetres < 0 ? -decimetres : decimetres;
  return (decimetres < 0 ? "-" : "") + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

std::string line(Point a, Point b, const char* kind) {
  return "<line class=\"" + std::string(kind) + "\" x1=\"" + metres(a.x_m) + "\" y1=\"" +
         metres(-a.y_m) + "\" x2=\"" + metres(b.x_m) + "\" y2=\"" + metres(-b.y_m) + "\"/>\n";
}

const char* phase_name(PhaseMask phases) {
  switch (phases) {
    case 1:
      return "L1";
    case 2:
      return "L2";
    case 4:
      return "L3";
    default:
      return "L1 L2 L3";
  }
}

const char* colour(PhaseMask phases) {
  for (unsigned p = 0; p < kPhases; ++p) {
    if (phases == (1u << p)) return kColours[p];
  }
  return "#1f6f8b";
}

}  // namespace

std::string feeder_svg(const Feeder& feeder) {
  Point low;
  Point high;
  const auto reach = [&](Point p) {
    low = {std::min(low.x_m, p.x_m), std::min(low.y_m, p.y_m)};
    high = {std::max(high.x_m, p.x_m), std::max(high.y_m, p.y_m)};
  };
  for (const Bus& bus : feeder.buses) reach(bus.at);
  for (const Station& station : feeder.stations) reach(station.at);
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"" +
                    metres(low.x_m - kMarginM) + " " + metres(-high.y_m - kMarginM) + " " +
                    metres(high.x_m - low.x_m + 2 * kMarginM) + " " +
                    metres(high.y_m - low.y_m + 2 * kMarginM) + "\">\n";
  svg +=
      "<style>.cable{stroke:#444;stroke-width:2.5}.side{stroke:#777;stroke-width:1.6}"
      ".drop{stroke:#aaa;stroke-width:0.8}</style>\n";
  for (std::size_t b = 1; b < feeder.buses.size(); ++b) {
    const Bus& bus = feeder.buses[b];
    svg += line(feeder.buses[bus.parent].at, bus.at, bus.cable == 0 ? "cable" : "side");
  }
  for (std::size_t s = 1; s < feeder.stations.size(); ++s) {
    const Station& station = feeder.stations[s];
    svg += line(feeder.buses[station.bus].at, station.at, "drop");
    svg += "<circle r=\"3\" cx=\"" + metres(station.at.x_m) + "\" cy=\"" + metres(-station.at.y_m) +
           "\" fill=\"" + colour(station.phases) + "\"><title>" + std::to_string(s) + ", " +
           phase_name(station.phases) + ", " + metres(station.distance_m) + " m</title></circle>\n";
  }
  const Point base = feeder.stations[kBaseStation].at;
  svg +=
      "<rect x=\"" + metres(base.x_m - 6) + "\" y=\"" + metres(-base.y_m - 6) +
      "\" width=\"12\" height=\"12\" fill=\"#b03a2e\"><title>substation</title></rect>\n</svg>\n";
  return svg;
}

}  // namespace plc

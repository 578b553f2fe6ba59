// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/glass/glass.hpp"

namespace sim::glass {

struct Spot {
  double x = 0;
  double y = 0;
};
using Polygon = std::vector<Spot>;

// A segment as it is etched: filled polygons, which may overlap.
struct Shape {
  Place place;
  std::vector<Polygon> polygons;
};

// Of the whole glass; y grows downwards.
inline constexpr double kWidth = 560;
inline constexpr double kHeight = 236;
const std::vector<Shape>& shapes();

// Colours of glass and segments, 0xRRGGBB: as it lies there, and with its light on.
struct Colours {
  unsigned glass;
  unsigned lit;
  unsigned unlit;
};
constexpr Colours colours(bool backlit) {
  return backlit ? Colours{0xC9DE8C, 0x16200F, 0xBFD484} : Colours{0xB7C1AA, 0x1C221A, 0xAEB8A1};
}

// <svg> of a frame. `label` says it to those who cannot see it.
std::string svg(const Segments& segments, bool backlit, const std::string& label);

// A PNG file of frames below each other, `scale` pixels a unit of the picture.
struct Exposure {
  Segments segments;
  bool backlit = false;
};
std::vector<std::uint8_t> png(const std::vector<Exposure>& frames, unsigned scale);

// A frame for a terminal: lines of ASCII in a border.
std::string text(const Segments& segments, bool backlit);

}  // namespace sim::glass

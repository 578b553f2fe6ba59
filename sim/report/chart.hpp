// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/report/text.hpp"

namespace sim::result {

// One chart as an inline SVG: axes, grid, legend, hover texts. Colours are the CSS classes s1, s2
// ... of the page, so that it follows light and dark.
struct Chart {
  enum class Kind {
    line,  // a broken line; NaN breaks it
    step,  // value holds from its x to the next
    area,  // as step, filled to the axis
    bar,   // from x to x + width, stacked over earlier bars at the same x
    dots,
  };
  struct Point {
    double x;
    double y;
  };
  struct Series {
    std::string name;
    Kind kind;
    int colour;  // 1 to 8
    std::vector<Point> points;
    double width = 0;  // bars
  };
  // Shaded span of the x axis: a network loss.
  struct Band {
    double from;
    double to;
    std::string label;
  };
  // Vertical line with a label: a percentile, an order.
  struct Marker {
    double at;
    std::string label;
  };
  // Text shown while the pointer is over [from, to) of the x axis.
  struct Hover {
    double from;
    double to;
    std::string text;
  };

  std::string title;
  std::string note;  // one sentence under the title
  Quantity x_quantity = Quantity::plain;
  Quantity y_quantity = Quantity::plain;
  std::string x_label;
  std::string y_label;
  Range x;
  Range y;  // widened to whole steps
  std::vector<Series> series;
  std::vector<Band> bands;
  std::vector<Marker> markers;
  std::vector<Hover> hovers;
  bool wide = false;  // takes the whole row of the page
};

// <figure> with title, note, SVG and legend. A chart without a point says so instead.
std::string chart_figure(const Chart& chart);

}  // namespace sim::result

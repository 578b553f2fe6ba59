// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim::result {

struct Tick {
  double at;
  std::string label;
};

// How numbers of an axis read.
enum class Quantity {
  plain,    // 1 500
  percent,  // of a share: 99.5 %
  octets,   // 1.5 MB
  watts,    // kW when large
  seconds,  // s, min or h
  utc,      // seconds since 1970: time of day, date at midnight
  decades,  // the common logarithm of what is shown: 1, 2, 5, 10
};

// From 0 or below to a round number at or above the data.
struct Range {
  double low = 0;
  double high = 1;
};
// Round steps (1, 2, 2.5, 5 times a power of ten; clock steps for times).
std::vector<Tick> ticks(const Range& range, Quantity quantity, int wanted);
// The range widened to whole steps.
Range rounded(const Range& range, Quantity quantity, int wanted);
// One number with its unit, for summaries and hover texts.
std::string shown(double value, Quantity quantity = Quantity::plain);
// A length in a picture, one decimal.
std::string px(double value);
// "15 Jan 06:00"
std::string date_time_text(std::int64_t utc_s);

// Text for XML and HTML, in elements and in attributes. Control characters that XML cannot carry
// become U+FFFD.
std::string escape_markup(std::string_view text);
// Every `what`, not empty, gives way to `by`.
void replace_all(std::string& text, std::string_view what, std::string_view by);

}  // namespace sim::result

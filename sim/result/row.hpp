// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace sim::result {

// A row of a table of result.h5 is a struct with
//   static constexpr TableName kTable
//   static void describe(auto& column)   column(name, member, unit, doc) once a field, in the order
//                                        of the fields; column.part(member) for a struct of fields,
//                                        column.quantities(member) for a field a quantity
// and nothing else speaks of its columns. Meters are counted from 1; t_s and other plain seconds
// count from the start of the scenario; *_utc_s since 1970. NaN: never happened, not known.
struct TableName {
  const char* name;
  const char* doc;
};

inline constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

inline constexpr const char* kMeterDoc = "meter number, from 1";
inline constexpr const char* kConcentratorDoc = "number of the concentrator, from 1";
inline constexpr const char* kStampDoc = "end of the interval, seconds since 1970";

// Text of fixed size, zero padded, cut when too long.
template <std::size_t N>
struct Text {
  std::array<char, N> chars{};
  Text() = default;
  template <typename T>
  requires std::convertible_to<const T&, std::string_view> Text(const T& written) {
    const std::string_view text = written;
    std::copy_n(text.data(), std::min(N, text.size()), chars.data());
  }
  std::string text() const { return {chars.begin(), std::find(chars.begin(), chars.end(), '\0')}; }
};

}  // namespace sim::result

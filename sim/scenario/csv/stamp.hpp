// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/scenario/csv/dialect.hpp"

namespace sim::run {

// A date as it is written: which of its numbers is the day may be for others to say.
struct DateParts {
  int year = 0;
  int first = 0;  // of the two that are no year, as written
  int second = 0;
  bool open = false;  // day and month could be either way round
};
// "2024-01-15", "2024/1/15", "20240115", "15-01-2024", "15.1.24", "1/15/24", "15-Jan-2024".
// Takes it off the front.
std::optional<DateParts> take_date(std::string_view& text);
// "00:30", "0:30:00", "24:00", "12:30:00.0000000", "1:30 PM", with fractions of zero only: seconds
// of the day. Takes it off the front.
std::optional<std::int64_t> take_time(std::string_view& text);

struct Stamp {
  DateParts date;
  std::int64_t second = 0;  // of the day; up to 24:00
  bool has_time = false;
  std::optional<int> offset_min;
  // Seconds since 1970, read as if they were UTC; none: `order` makes it no date.
  std::optional<std::int64_t> local_s(CsvDate order) const;
};
// A date, a time behind it (or in `time`, a column of its own), an offset behind that. Of
// "A to B" the first.
std::optional<Stamp> parse_stamp(std::string_view text, std::string_view time = {});

// For messages.
inline constexpr const char* kStampForms =
    "YYYY-MM-DD HH:MM[:SS][zone], D-M-Y, D/M/Y, D.M.Y or M/D/Y likewise, "
    "date and time in one column or two";

}  // namespace sim::run

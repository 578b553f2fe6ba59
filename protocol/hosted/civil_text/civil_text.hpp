// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace protocol {

// "2024-01-15T00:00:00Z", "... +01:00", "... 00:00". Seconds since 1970; fractions are refused.
struct CivilText {
  std::int64_t local_s = 0;       // as written, read as if it were UTC
  std::optional<int> offset_min;  // none: the text names no zone
  std::int64_t utc_s() const { return local_s - 60 * offset_min.value_or(0); }
};
std::optional<CivilText> parse_civil(std::string_view text);
// RFC 3339: a zone is required.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);
// "2024-01-15T00:00:00Z"
std::string format_utc(std::int64_t utc_s);
// "2024-01-15T00:00:00", of no zone.
std::string civil_text(std::int64_t local_s);
// "Z", "+01:00", "-05:30": minutes, east of Greenwich positive.
std::optional<int> parse_offset(std::string_view text);

}  // namespace protocol

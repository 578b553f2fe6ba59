// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace protocol {

// Where meters hang, as far as their clocks know it: a fixed offset and, where the rule of the
// European Union holds, an hour more in summer. Needed to know when their day closes, what to write
// into their clocks and what one that tells no deviation means.
struct LocalZone {
  std::int16_t standard_offset_min = 60;  // local time minus UTC, winter
  bool eu_daylight_saving = true;

  bool daylight_saving(std::int64_t utc_s) const;
  std::int16_t offset_min(std::int64_t utc_s) const;
  // Of a local time without an offset. In the hour that comes twice `summer` decides; a time that
  // is left out in spring is read as winter time.
  std::int64_t utc_of(std::int64_t local_s, bool summer) const;
  // The first instant later than `utc_s` that a later day begins with: its midnight, or the change
  // to summer time where that leaves midnight out (Azores).
  std::int64_t next_midnight(std::int64_t utc_s) const;

 private:
  std::int64_t local_day(std::int64_t utc_s) const;
};

}  // namespace protocol

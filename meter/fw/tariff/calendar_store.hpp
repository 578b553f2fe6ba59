// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/store/flash_map.hpp"
#include "meter/fw/tariff/calendar.hpp"

namespace meter::fw {

// The calendar in flash: two pages, each with room for all of it. What is written goes to the page
// that is not in use, and its CRC comes last, so that whenever the supply ends there is the old
// calendar or the new one, each whole. Nothing of it stays in RAM but where it is.
class CalendarStore {
 public:
  void open(const Hal& hal);
  // As from the production line: none.
  bool format(const Hal& hal);
  // One was written; without, there is a single rate.
  bool has_calendar() const { return page_ != kNoPage; }
  // Empty where there is none. False: the flash does not give it back.
  bool load(const Hal& hal, TariffCalendar& calendar) const;
  // False: the flash refused, and all is as it was.
  bool store(const Hal& hal, const TariffCalendar& calendar);
  bool failed() const { return failed_; }

 private:
  static constexpr std::uint8_t kNoPage = 0xFF;

  std::uint32_t sequence_ = 0;
  std::uint8_t page_ = kNoPage;
  bool failed_ = false;  // the flash refused since open()
};

}  // namespace meter::fw

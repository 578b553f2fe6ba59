// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/tariff/calendar_store.hpp"

#include <algorithm>
#include <type_traits>

#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

// Behind the calendar.
struct Trailer {
  std::uint32_t sequence = 0;
  std::uint32_t crc = 0;
};
static_assert(std::is_trivially_copyable_v<TariffCalendar> &&
              sizeof(TariffCalendar) + sizeof(Trailer) <= METER_FLASH_PAGE_BYTES);

constexpr std::uint32_t address_of(std::uint8_t page) {
  return (kCalendarFirstPage + page) * METER_FLASH_PAGE_BYTES;
}
template <typename Block>
MutableBytes octets_of(Block& block) {
  return {reinterpret_cast<std::uint8_t*>(&block), sizeof block};
}
template <typename Block>
Bytes octets_of(const Block& block) {
  return {reinterpret_cast<const std::uint8_t*>(&block), sizeof block};
}

// The page holds a whole calendar. Read in pieces: a second one would not fit on a small stack.
bool is_good(const Hal& hal, std::uint8_t page, Trailer& trailer) {
  const std::uint32_t address = address_of(page);
  if (!hal.flash_read(address + sizeof(TariffCalendar), octets_of(trailer))) return false;
  std::uint32_t crc = trailer.sequence;
  std::array<std::uint8_t, 64> piece;
  for (std::uint32_t at = 0; at < sizeof(TariffCalendar); at += piece.size()) {
    const std::size_t octets = std::min(piece.size(), sizeof(TariffCalendar) - at);
    const MutableBytes part = MutableBytes(piece).first(octets);
    if (!hal.flash_read(address + at, part)) return false;
    crc = protocol::crc32(part, crc);
  }
  return trailer.sequence != 0 && trailer.crc == crc;
}

}  // namespace

void CalendarStore::open(const Hal& hal) {
  *this = {};
  for (std::uint8_t page = 0; page < kCalendarPages; ++page) {
    Trailer trailer;
    if (!is_good(hal, page, trailer) || trailer.sequence < sequence_) continue;
    sequence_ = trailer.sequence;
    page_ = page;
  }
}

bool CalendarStore::format(const Hal& hal) {
  open(hal);
  if (!has_calendar()) return true;
  bool erased = true;
  for (std::uint8_t page = 0; page < kCalendarPages; ++page) {
    erased &= hal.flash_erase(static_cast<std::uint32_t>(kCalendarFirstPage + page));
  }
  *this = {};
  return erased;
}

bool CalendarStore::load(const Hal& hal, TariffCalendar& calendar) const {
  calendar = {};
  return !has_calendar() || hal.flash_read(address_of(page_), octets_of(calendar));
}

bool CalendarStore::store(const Hal& hal, const TariffCalendar& calendar) {
  const std::uint8_t page = page_ == 0 ? 1 : 0;
  const std::uint32_t address = address_of(page);
  const std::uint32_t sequence = sequence_ + 1;
  const Trailer trailer{sequence, protocol::crc32(octets_of(calendar), sequence)};
  Trailer written;
  if (!hal.flash_erase(address / METER_FLASH_PAGE_BYTES) ||
      !hal.flash_write(address, octets_of(calendar)) ||
      !hal.flash_write(address + sizeof calendar, octets_of(trailer)) ||
      !is_good(hal, page, written) || written.crc != trailer.crc) {
    failed_ = true;
    return false;
  }
  page_ = page;
  sequence_ = sequence;
  return true;
}

}  // namespace meter::fw

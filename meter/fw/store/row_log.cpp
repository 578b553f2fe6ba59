// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/store/row_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "protocol/crc32.hpp"

namespace meter::fw {
namespace {

constexpr std::uint32_t kMagic = 0x4C574F52u;  // "ROWL"
// Slots of all time, far more than a meter's life has: a page of a higher generation is none.
constexpr unsigned kSlotBits = 24;

struct PageHeader {
  std::uint32_t magic;
  std::uint32_t generation;
  std::uint32_t crc;
};
static_assert(sizeof(PageHeader) == kPageHeaderOctets);

constexpr std::size_t kMaxRowOctets = sizeof(RowHead) + kMaxRowValues + 4;
using RowBytes = std::array<std::uint8_t, kMaxRowOctets>;

template <typename T>
Bytes octets_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}
template <typename T>
MutableBytes octets_of(T& value) {
  return {reinterpret_cast<std::uint8_t*>(&value), sizeof value};
}

// Place and epoch belong to the checksum: a page of another log, or of this place before its setup
// was changed, is none of this one.
std::uint32_t crc_of(const PageHeader& header, const LogPlace& place) {
  return protocol::crc32(octets_of(header).first(sizeof header - 4),
                         place.first_page | std::uint32_t{place.epoch} << 16);
}
std::uint32_t crc_of(Bytes row, std::uint32_t slot, const LogPlace& place) {
  constexpr std::uint32_t kSpread = 0x9E3779B1;  // odd: no two epochs meet in the same slot
  return protocol::crc32(
      row, (slot ^ std::uint32_t{place.first_page} << kSlotBits) + place.epoch * kSpread);
}

}  // namespace

std::uint32_t RowLog::rows_per_page() const {
  return (METER_FLASH_PAGE_BYTES - kPageHeaderOctets) / row_octets();
}

std::uint32_t RowLog::address_of(std::uint32_t slot) const {
  const std::uint32_t page = place_.first_page + slot / rows_per_page() % place_.pages;
  return page * METER_FLASH_PAGE_BYTES + static_cast<std::uint32_t>(kPageHeaderOctets) +
         slot % rows_per_page() * row_octets();
}

void RowLog::open(const Hal& hal, const LogPlace& place, std::uint32_t capacity) {
  PROTOCOL_ASSERT(place.value_octets <= kMaxRowValues && place.pages >= 2);
  place_ = place;
  capacity_ = capacity;
  next_ = last_utc_s_ = 0;
  torn_ = era_ = 0;
  failed_ = false;
  PROTOCOL_ASSERT(capacity <= (place.pages - 1u) * rows_per_page());
  std::uint32_t generation = 0;
  if (!find_newest_page(hal, generation)) return;
  const std::uint32_t begin = generation * rows_per_page();
  next_ = bisect(begin, begin + rows_per_page(),
                 [&](std::uint32_t slot) { return !is_blank(hal, slot); });
  adopt_last_row(hal);
}

bool RowLog::format(const Hal& hal) {
  bool erased = true;
  for (std::uint32_t page = 0; page < place_.pages; ++page) {
    std::array<std::uint8_t, kPageHeaderOctets> header{};
    const std::uint32_t address = (place_.first_page + page) * METER_FLASH_PAGE_BYTES;
    const bool blank =
        hal.flash_read(address, header) &&
        std::all_of(header.begin(), header.end(), [](std::uint8_t octet) { return octet == 0xFF; });
    if (!blank) erased &= hal.flash_erase(place_.first_page + page);
  }
  failed_ |= !erased;
  next_ = last_utc_s_ = 0;
  torn_ = era_ = 0;
  return erased;
}

bool RowLog::find_newest_page(const Hal& hal, std::uint32_t& generation) const {
  bool found = false;
  for (std::uint32_t page = 0; page < place_.pages; ++page) {
    PageHeader header{};
    const std::uint32_t address = (place_.first_page + page) * METER_FLASH_PAGE_BYTES;
    if (!hal.flash_read(address, octets_of(header))) continue;
    if (header.magic != kMagic || header.crc != crc_of(header, place_)) continue;
    if (header.generation % place_.pages != page) continue;
    if (header.generation >= (1u << kSlotBits) / rows_per_page() - 1) continue;
    if (!found || header.generation > generation) generation = header.generation;
    found = true;
  }
  return found;
}

bool RowLog::is_blank(const Hal& hal, std::uint32_t slot) const {
  RowBytes row;
  const MutableBytes octets = MutableBytes(row).first(row_octets());
  if (!hal.flash_read(address_of(slot), octets)) return false;
  return std::all_of(octets.begin(), octets.end(),
                     [](std::uint8_t octet) { return octet == 0xFF; });
}

// The newest good row knows how many were torn before it; what lies behind it is torn too.
void RowLog::adopt_last_row(const Hal& hal) {
  const std::uint32_t all = place_.pages * rows_per_page();
  const std::uint32_t oldest = next_ > all ? next_ - all : 0;
  for (std::uint32_t slot = next_; slot-- > oldest;) {
    RowHead head;
    if (!read(hal, slot, head, {}) || head.torn > slot) continue;
    torn_ = static_cast<std::uint16_t>(head.torn + (next_ - 1 - slot));
    era_ = head.era;
    last_utc_s_ = head.utc_s;
    return;
  }
  torn_ = static_cast<std::uint16_t>(next_);
  if (torn_ != next_) format(hal);  // more than a row can tell of, and nothing to keep
}

bool RowLog::start_page(const Hal& hal, std::uint32_t generation) {
  const std::uint32_t page = place_.first_page + generation % place_.pages;
  PageHeader header{kMagic, generation, 0};
  header.crc = crc_of(header, place_);
  return hal.flash_erase(page) && hal.flash_write(page * METER_FLASH_PAGE_BYTES, octets_of(header));
}

// A page that no longer erases: its slots count as torn, the ring goes on behind it.
bool RowLog::room_for_row(const Hal& hal) {
  for (std::uint32_t attempt = 0; attempt < place_.pages; ++attempt) {
    if (next_ % rows_per_page() != 0) return true;
    if (start_page(hal, next_ / rows_per_page())) return true;
    failed_ = true;
    if (place_.only_copy) return false;
    next_ += rows_per_page();
    torn_ = static_cast<std::uint16_t>(torn_ + rows_per_page());
  }
  return false;
}

bool RowLog::append(const Hal& hal, RowHead head, Bytes values) {
  PROTOCOL_ASSERT(values.size() == place_.value_octets);
  if (!room_for_row(hal)) return false;
  if (head.utc_s < last_utc_s_) ++era_;
  head.era = era_;
  head.torn = torn_;
  RowBytes row;
  std::memcpy(row.data(), &head, sizeof head);
  std::copy(values.begin(), values.end(), row.begin() + sizeof head);
  const std::size_t covered = sizeof head + values.size();
  const std::uint32_t crc = crc_of(Bytes(row).first(covered), next_, place_);
  std::memcpy(row.data() + covered, &crc, sizeof crc);
  const bool written = hal.flash_write(address_of(next_), Bytes(row).first(row_octets()));
  ++next_;
  last_utc_s_ = head.utc_s;
  if (!written) {
    failed_ = true;
    ++torn_;
  }
  return written;
}

bool RowLog::read(const Hal& hal, std::uint32_t slot, RowHead& head, MutableBytes values) const {
  PROTOCOL_ASSERT(values.size() <= place_.value_octets);
  if (slot >= next_) return false;
  RowBytes row;
  if (!hal.flash_read(address_of(slot), MutableBytes(row).first(row_octets()))) return false;
  const std::size_t covered = sizeof head + place_.value_octets;
  std::uint32_t crc;
  std::memcpy(&crc, row.data() + covered, sizeof crc);
  if (crc != crc_of(Bytes(row).first(covered), slot, place_)) return false;
  std::memcpy(&head, row.data(), sizeof head);
  std::copy_n(row.begin() + sizeof head, values.size(), values.begin());
  return true;
}

// Slot = ordinal + torn slots before it. Each look shows how many those are at least.
bool RowLog::read_ordinal(const Hal& hal, std::uint32_t ordinal, RowHead& head,
                          MutableBytes values) const {
  std::uint32_t slot = ordinal;
  while (slot < next_) {
    if (!read(hal, slot, head, values)) {
      if (slot - ordinal >= torn_) return false;
      ++slot;
      continue;
    }
    const std::uint32_t here = slot - head.torn;
    if (here == ordinal) return true;
    if (here > ordinal) return false;
    slot += ordinal - here;
  }
  return false;
}

bool RowLog::head_of(const Hal& hal, std::uint32_t ordinal, RowHead& head) const {
  return read_ordinal(hal, ordinal, head, {});
}

bool RowLog::next_run(const Hal& hal, std::int64_t from_utc_s, std::int64_t to_utc_s,
                      std::uint32_t end, std::uint32_t& at, Run& run) const {
  const auto when = [&](std::uint32_t ordinal, auto&& holds) {
    RowHead head;
    return head_of(hal, ordinal, head) && holds(head);
  };
  while (at < end) {
    RowHead first;
    if (!head_of(hal, at, first)) {
      ++at;
      continue;
    }
    const auto same_era = [&](const RowHead& head) { return head.era == first.era; };
    const std::uint32_t stop = when(end - 1, same_era) ? end : bisect(at, end, [&](auto ordinal) {
      return when(ordinal, same_era);
    });
    const std::uint32_t begin = bisect(at, stop, [&](auto ordinal) {
      return when(ordinal, [&](const RowHead& head) { return head.utc_s < from_utc_s; });
    });
    const std::uint32_t behind = bisect(begin, stop, [&](auto ordinal) {
      return when(ordinal, [&](const RowHead& head) { return head.utc_s <= to_utc_s; });
    });
    at = stop;
    if (behind > begin) {
      run = {begin, behind - begin};
      return true;
    }
  }
  return false;
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/board/hal.hpp"

namespace meter::fw {

// Time stamp and bookkeeping in front of every row, as programmed (little-endian).
struct RowHead {
  std::uint32_t utc_s = 0;
  std::int16_t deviation_min = 0;  // Blue Book sign, daylight saving included
  std::uint16_t era = 0;   // counts up when a stamp lies before the one of the row before it
  std::uint16_t torn = 0;  // slots lost to power cuts before this row
  std::uint8_t status = 0;
  std::uint8_t code = 0;
};
static_assert(sizeof(RowHead) == 12);

// Of any log: what a buffer for one row must take.
inline constexpr std::size_t kMaxRowValues = 192;
inline constexpr std::size_t kPageHeaderOctets = 12;

// Where a log lives. value_octets: a row is RowHead, values, CRC-32.
struct LogPlace {
  std::uint16_t first_page = 0;
  std::uint16_t pages = 0;
  std::uint16_t value_octets = 0;
  std::uint16_t epoch = 0;  // rows that others left here, under other epochs, are none
  // A page that does not erase is not passed over: what lies behind it is the only copy.
  bool only_copy = false;
};

// The first of [low, high) for which `before` is false; all before it are true.
template <typename Before>
std::uint32_t bisect(std::uint32_t low, std::uint32_t high, Before&& before) {
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// An append-only ring of equal rows in flash. Slot `s` of all time stands in page (s / K) % pages,
// K rows a page, so no index is kept. Each page begins with its generation (s / K): after a reset
// the newest page is found from the page headers, the end of its rows by bisection. A row's CRC
// covers its slot number and its log, so that rows of an earlier generation, of another log or cut
// by a power failure do not pass; such a slot is lost, and `torn` keeps ordinals (the count of good
// rows) exact.
class RowLog {
 public:
  // Finds the rows again. `capacity`: the newest rows that readers see.
  void open(const Hal& hal, const LogPlace& place, std::uint32_t capacity);
  // Erases whatever was written; the log starts anew. False: some page would not.
  bool format(const Hal& hal);

  // Fills era and torn. False when the flash refuses; the row is lost.
  bool append(const Hal& hal, RowHead head, Bytes values);
  // `values`: as many as wanted, from the front. False: blank, torn or overwritten.
  bool read(const Hal& hal, std::uint32_t slot, RowHead& head, MutableBytes values) const;

  // Readers count good rows from 0, the first ever written. Visible: first_ordinal .. next_ordinal.
  std::uint32_t next_ordinal() const { return next_ - torn_; }
  std::uint32_t first_ordinal() const {
    return next_ordinal() > capacity_ ? next_ordinal() - capacity_ : 0;
  }
  std::uint32_t rows() const { return next_ordinal() - first_ordinal(); }
  std::uint32_t capacity() const { return capacity_; }
  std::uint16_t value_octets() const { return place_.value_octets; }
  std::uint16_t epoch() const { return place_.epoch; }
  bool read_ordinal(const Hal& hal, std::uint32_t ordinal, RowHead& head,
                    MutableBytes values) const;

  // The runs of rows whose stamps lie in [from_utc_s, to_utc_s]. Stamps rise within an era, so each
  // era gives one run, found by bisection. Starts with at = first_ordinal(); false: no more.
  struct Run {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  bool next_run(const Hal& hal, std::int64_t from_utc_s, std::int64_t to_utc_s, std::uint32_t end,
                std::uint32_t& at, Run& run) const;

  std::uint32_t next_slot() const { return next_; }
  std::uint32_t rows_per_page() const;
  // Appends left before a page has to be erased, which takes longer than a dying supply lasts.
  std::uint32_t slots_to_erase() const {
    const std::uint32_t used = next_ % rows_per_page();
    return used == 0 ? 0 : rows_per_page() - used;
  }
  bool failed() const { return failed_; }

 private:
  std::uint32_t address_of(std::uint32_t slot) const;
  std::uint32_t row_octets() const { return sizeof(RowHead) + place_.value_octets + 4u; }
  bool room_for_row(const Hal& hal);
  bool start_page(const Hal& hal, std::uint32_t generation);
  bool find_newest_page(const Hal& hal, std::uint32_t& generation) const;
  bool is_blank(const Hal& hal, std::uint32_t slot) const;
  void adopt_last_row(const Hal& hal);
  bool head_of(const Hal& hal, std::uint32_t ordinal, RowHead& head) const;

  LogPlace place_;
  std::uint32_t capacity_ = 0;
  std::uint32_t next_ = 0;  // slot
  std::uint32_t last_utc_s_ = 0;
  std::uint16_t torn_ = 0;
  std::uint16_t era_ = 0;
  bool failed_ = false;  // the flash refused an erase or a write since open()
};

}  // namespace meter::fw

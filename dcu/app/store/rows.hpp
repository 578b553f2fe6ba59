// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <vector>

#include "dcu/app/store/page_store.hpp"
#include "protocol/cosem/quantities.hpp"
#include "protocol/local_zone.hpp"

namespace dcu::app {

// What is collected of a meter: profiles that are read, and what it tells by itself.
enum class Profile : std::uint8_t {
  load,
  daily,
  monthly,
  standard_events,
  relay_events,
  alarms,
  fraud_events,
  clock_events,
  quality_events
};
inline constexpr std::size_t kProfiles = 9;
constexpr bool is_event_log(Profile profile) { return profile >= Profile::standard_events; }

inline constexpr std::size_t kRowValues = protocol::cosem::kQuantities;
inline constexpr std::size_t kAlarmGroup = 0;  // value of an alarm: group of the log it is from
// Values of an entry of power quality.
inline constexpr std::size_t kMagnitude = 0;
inline constexpr std::size_t kDuration = 1;

// One entry of a profile, as captured: raw integers. An event has its code in `status`.
struct Row {
  protocol::cosem::DateTime at;
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none
  std::uint8_t status = 0;
  std::array<std::uint64_t, kRowValues> values{};
  friend bool operator==(const Row&, const Row&) = default;
};

// Status of a row: somebody set the clock, or the interval is not what it seems.
inline constexpr std::uint8_t kRowClockInvalid = 0x02;
inline constexpr std::uint8_t kRowNotValid = 0x04;
inline constexpr std::uint8_t kRowClockAdjusted = 0x20;

// Rows of a profile buffer, see protocol/hosted/profile_rows: clock, status and registers, or clock
// and code of an event; and the capture counter where the meter has one. Nothing when it is
// anything else. A row without a date, or with a value that is no number of 64 bits without sign,
// is left out: the others are worth having.
struct DecodedRows {
  std::vector<Row> rows;
  bool columns_changed = false;  // in the meter, by a client: no row of these is taken
  std::uint32_t left_out = 0;
  std::uint32_t newest = 0;  // largest capture counter, of those left out too
};
std::optional<DecodedRows> decode_rows(Bytes array, Profile profile, std::int64_t period_s,
                                       const protocol::LocalZone& zone = {});

// What one reading brought: rows not seen before, in the order of the meter's buffer.
struct Chunk {
  std::int64_t read_s = 0;
  std::int64_t from_s = 0;  // range asked for, both ends included
  std::int64_t to_s = 0;
  std::uint32_t period_s = 0;
  std::vector<Row> rows;
};
Octets encode(const Chunk& chunk);
std::optional<Chunk> decode_chunk(Bytes octets);

// Which rows of a profile were taken before. A delivery holds all rows of its range, so each of
// its rows is either one of those taken, each counted once, or new: after a clock was set back the
// same row may stand twice in the buffer of a meter that does not number them.
class TakenRows {
 public:
  void add(const Row& row);
  // The rows of `delivered`, which answers the range from_s..to_s, that are new.
  std::vector<Row> fresh(const std::vector<Row>& delivered, std::int64_t from_s,
                         std::int64_t to_s) const;
  std::size_t size() const { return order_.size(); }

 private:
  // Enough for the longest range that is ever read a second time.
  static constexpr std::size_t kMost = 256;
  using Mark = std::pair<std::int64_t, std::uint64_t>;  // stamp, digest of the row
  std::vector<Mark> order_;                             // a ring
  std::size_t oldest_ = 0;
};

}  // namespace dcu::app

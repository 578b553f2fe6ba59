// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Inside of the store, for its own translation units only.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "hes-stub/store/concentrator_store.hpp"
#include "hes-stub/store/database.hpp"
#include "hes-stub/store/store.hpp"

namespace hes {

// A period of 60 s gives 1440; twice that leaves room for a day lived twice. More is a meter gone
// mad, and would make every merge of the day slow.
inline constexpr std::uint32_t kMaxRowsPerDay = 2880;
inline constexpr std::int64_t kNotBegun = INT64_MIN;

struct Store::OpenDay {
  std::int32_t day = 0;
  bool dirty = false;
  std::uint32_t rows = 0;
  std::int64_t max_stamp_utc_s = INT64_MIN;
  DayTail tail;
  std::vector<std::uint8_t> blob;
};

// One profile of one meter. Only days that changed since the last commit, and the newest, stay in
// memory.
struct Store::Series {
  std::int64_t begin_utc_s = kNotBegun;
  std::int64_t settled_utc_s = kNotBegun;
  std::int64_t newest_utc_s = INT64_MIN;  // of what was added since the file was opened
  bool settled_is_exact = false;          // the next stamp is known to be missing
  bool dirty = false;
  bool header_dirty = false;  // begin, or settled by settle()
  std::vector<OpenDay> days;
};

struct Store::Impl {
  explicit Impl(const StoreOptions& options);

  struct Event {
    UtcNs at;
    MeterIndex meter;
    std::string kind;
    std::string detail;
  };
  struct Session {
    MeterIndex meter;
    std::uint64_t connection;
    UtcNs opened;
    UtcNs closed;
    std::uint64_t octets_up;
    std::uint64_t octets_down;
    std::string reason;
  };

  Database database;
  ConcentratorStore concentrators;
  Statement put_day;
  Statement get_day;
  Statement all_days;
  Statement put_series;
  Statement put_record;
  Statement put_event;
  Statement put_session;
  Statement put_order;

  std::vector<std::int64_t> meter_ids;
  std::vector<std::int64_t> periods_s;
  std::vector<MeterRecord> records;
  std::vector<Obis> profiles;
  std::vector<std::vector<Series>> series;  // [profile][meter]
  LocalZone zone;

  using Key = std::pair<MeterIndex, ProfileIndex>;
  std::vector<Key> dirty_series;
  std::vector<MeterIndex> dirty_records;
  std::vector<bool> record_is_dirty;
  std::vector<Event> events;
  std::vector<Session> sessions;
  std::vector<OrderEntry> orders;

  // Stamps of the day looked at last, sorted; the missing query walks day by day.
  Key stamps_key{kNoMeter, ProfileIndex{0}};
  std::int32_t stamps_day = 0;
  std::vector<std::int64_t> stamps;

  std::vector<Row> scratch;
  std::vector<Row> slice;
  std::vector<std::uint8_t> slice_is_new;
  std::vector<std::uint8_t> last_new;
  std::uint64_t rows = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t commits = 0;

  std::int64_t id_of(MeterIndex meter) const {
    return meter < meter_ids.size() ? meter_ids[meter] : 0;
  }
};

}  // namespace hes

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
#include "hes-stub/store/day_codec.hpp"
#include "hes-stub/store/store.hpp"

namespace hes {

// A period of 60 s gives 1440; twice that leaves room for a day lived twice. More is a meter gone
// mad, and would make every merge of the day slow.
inline constexpr std::uint32_t kMaxRowsPerDay = 2880;
inline constexpr std::int64_t kNotBegun = INT64_MIN;

struct OpenDay {
  std::int32_t day = 0;
  bool dirty = false;
  std::uint32_t rows = 0;
  std::int64_t max_stamp_utc_s = INT64_MIN;
  DayTail tail;
  std::vector<std::uint8_t> blob;
};

// One profile of one meter. Only days that changed since the last commit, and the newest, stay in
// memory.
struct Series {
  void note_newest(std::int64_t stamp_utc_s);

  std::int64_t begin_utc_s = kNotBegun;
  std::int64_t settled_utc_s = kNotBegun;
  std::int64_t newest_utc_s = INT64_MIN;  // of what was added since the file was opened
  bool settled_is_exact = false;          // the next stamp is known to be missing
  bool dirty = false;
  bool header_dirty = false;  // begin, or settled by settle()
  std::vector<OpenDay> days;
};

using SeriesKey = std::pair<MeterIndex, ProfileIndex>;

// Stamps of the day looked at last, sorted; the missing query walks day by day.
struct StampsOfDay {
  SeriesKey key{kNoMeter, ProfileIndex{0}};
  std::int32_t day = 0;
  std::vector<std::int64_t> stamps;
};

struct DayStatements {
  explicit DayStatements(Database& database);
  Statement put_day;
  Statement get_day;
  Statement all_days;
  Statement put_series;
};

struct Store::Impl {
  explicit Impl(const StoreOptions& options);

  Series& of(MeterIndex meter, ProfileIndex profile);
  OpenDay& open_day(MeterIndex meter, ProfileIndex profile, std::int32_t day);
  // The day as the file has it, its rows in `scratch` too; false: it has none that is whole.
  bool load_day(MeterIndex meter, ProfileIndex profile, std::int32_t day, OpenDay& into);
  AddResult add_to_day(MeterIndex meter, ProfileIndex profile, std::int32_t day,
                       std::span<const Row> rows, Delivery how, std::size_t first);
  bool merge_into_day(OpenDay& day, std::span<const Row> rows, Delivery how, std::size_t first,
                      AddResult& result);
  bool append_in_order(OpenDay& day, std::span<const Row> rows, Delivery how, std::size_t first,
                       AddResult& result);
  void touch(MeterIndex meter, ProfileIndex profile);
  void touch(MeterIndex meter, ProfileIndex profile, OpenDay& day);
  std::int64_t next_stamp(MeterIndex meter, ProfileIndex profile, std::int64_t after_utc_s) const;
  const std::vector<std::int64_t>& stamps_of_day(MeterIndex meter, ProfileIndex profile,
                                                 std::int32_t day);
  void advance_settled(MeterIndex meter, ProfileIndex profile, std::int64_t limit_utc_s);
  void write_days();

  Database database;
  MeterTable meters;
  Journal journal;
  ConcentratorStore concentrators;
  DayStatements statements;
  std::vector<Obis> profiles;
  std::vector<std::vector<Series>> series;  // [profile][meter]
  std::vector<SeriesKey> dirty_series;
  protocol::LocalZone zone;
  StampsOfDay stamps;
  std::vector<Row> scratch;
  std::vector<std::uint8_t> last_new;
  std::uint64_t n_rows = 0;
  std::uint64_t n_duplicates = 0;
  std::uint64_t n_commits = 0;
};

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/ports/row.hpp"
#include "hes-stub/store/journal.hpp"
#include "hes-stub/store/meter_table.hpp"
#include "protocol/local_zone.hpp"

namespace hes {

inline constexpr const char* kDefaultStorePath = "hes.sqlite";

struct StoreOptions {
  std::string path = kDefaultStorePath;  // ":memory:" keeps nothing
  bool fresh = false;                    // begin with an empty file: one file a run
  bool durable = false;  // survive a power failure of the computer, at the price of disk syncs;
                         // the death of the process alone never harms the file
};

// Stamps that should be there and are not.
struct MissingRun {
  std::int64_t first_utc_s = 0;
  std::int64_t last_utc_s = 0;
  std::uint32_t count = 0;
  bool asked = false;  // the meter was asked and does not have them
};

struct StampRange {
  std::int64_t from_s = 0;  // first and last stamp, UTC
  std::int64_t to_s = 0;
};

class ConcentratorStore;

struct AddResult {
  std::uint32_t added = 0;
  std::uint32_t duplicates = 0;  // delivered before: dropped
  std::uint32_t refused = 0;     // beyond what a day may hold
};

// All that the head-end knows, in one SQLite file with one writer. A profile is kept as one blob a
// meter-day (day_codec.hpp). Rows go to open days in memory; commit() writes what changed in one
// transaction, and begins it only then. Not for two threads.
class Store {
 public:
  // Throws std::runtime_error when the file cannot be opened or is no store.
  explicit Store(const StoreOptions& options);
  ~Store();  // commits
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Meters keep their rows under their logical device name whatever their place in the inventory.
  void set_meters(const Inventory& inventory, const protocol::LocalZone& zone);
  std::size_t meters() const;
  ProfileIndex profile(const Obis& obis);  // found, or added
  std::vector<Obis> profiles() const;

  // One delivery in the meter's order. last_new()[i] tells whether rows[i] was new.
  AddResult add_rows(MeterIndex meter, ProfileIndex profile, std::span<const Row> rows,
                     Delivery how);
  std::span<const std::uint8_t> last_new() const;

  // Rows of all days in the order (day, meter's order); ordinal counts rows of one stamp from 0.
  using RowCallback = std::function<void(const Row& row, unsigned ordinal)>;
  void for_each_row(MeterIndex meter, ProfileIndex profile, const RowCallback& callback);

  // What is missing with from < stamp <= to: the load profile by the meter's capture period, the
  // closings by local midnights and months. Runs are cut where `asked` changes.
  std::vector<MissingRun> missing(MeterIndex meter, ProfileIndex profile, std::int64_t from_utc_s,
                                  std::int64_t to_utc_s);
  std::vector<MissingRun> missing(MeterIndex meter, std::int64_t from_utc_s, std::int64_t to_utc_s);

  // Everything up to here is either stored or known not to exist in the meter. Moves on by itself
  // over rows that are there; settle() is called after the meter was asked.
  std::int64_t settled_until(MeterIndex meter, ProfileIndex profile);
  void settle(MeterIndex meter, ProfileIndex profile, std::int64_t until_utc_s);
  // Where collecting begins, for series that have not begun.
  void begin_series(MeterIndex meter, ProfileIndex profile, std::int64_t from_utc_s);
  std::optional<std::int64_t> begun_at(MeterIndex meter, ProfileIndex profile);
  // The first stamp after `after` that the profile should have.
  std::int64_t next_stamp(MeterIndex meter, ProfileIndex profile, std::int64_t after_utc_s) const;

  // Parts with a life of their own; they share the commits.
  MeterTable& meter_table();
  Journal& journal();
  ConcentratorStore& concentrators();
  void save_type(const TypeTemplate& type);
  std::vector<TypeTemplate> load_types();
  protocol::LocalZone load_zone();

  bool dirty() const;
  void commit();
  std::uint64_t commits() const;
  std::uint64_t rows() const;
  std::uint64_t duplicates() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hes

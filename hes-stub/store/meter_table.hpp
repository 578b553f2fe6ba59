// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/store/database.hpp"

namespace hes {

// Counters that must not run backwards when the head-end starts again.
struct MeterRecord {
  std::uint32_t push_counter = 0;     // invocation counter of the last push accepted
  std::uint32_t client_reserved = 0;  // our own counter may be used up to here; 0: never used
  std::uint32_t accounted = 0;        // capture counters up to here were seen or asked for; 0: none
  bool push_seen = false;
  std::uint32_t key_changes = 0;  // these counters are of the keys after so many changes
};

// The meters ever put in, kept under their logical device name whatever their place in the
// inventory.
class MeterTable {
 public:
  explicit MeterTable(Database& database);

  void set(const Inventory& inventory);  // inside of a transaction
  std::size_t size() const { return rows_.size(); }
  std::int64_t id_of(MeterIndex meter) const { return meter < size() ? rows_[meter].id : 0; }
  std::int64_t period_s(MeterIndex meter) const { return rows_[meter].period_s; }
  // Serial, logical device name, firmware and period of every meter ever put in, without keys.
  std::vector<MeterEntry> load_all();

  const MeterRecord& record(MeterIndex meter) const { return rows_[meter].record; }
  void set_record(MeterIndex meter, const MeterRecord& record);  // written with the next commit
  bool dirty() const { return !dirty_.empty(); }
  void write();  // inside of a transaction

 private:
  struct Row {
    std::int64_t id = 0;
    std::int64_t period_s = 0;
    MeterRecord record;
    std::uint32_t changes_written = 0;
    bool dirty = false;
  };
  Database& database_;
  Statement put_record_;
  Statement put_changes_;
  std::vector<Row> rows_;  // of the inventory
  std::vector<MeterIndex> dirty_;
};

}  // namespace hes

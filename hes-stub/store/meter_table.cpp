// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/meter_table.hpp"

#include <algorithm>
#include <map>

namespace hes {
namespace {

constexpr const char* kMeterSchema = R"(
CREATE TABLE IF NOT EXISTS meter(
  id INTEGER PRIMARY KEY, logical_device_name TEXT NOT NULL UNIQUE, serial TEXT NOT NULL,
  system_title BLOB NOT NULL, model TEXT NOT NULL, firmware TEXT NOT NULL,
  capture_period_s INTEGER NOT NULL, push_counter INTEGER,
  client_reserved INTEGER NOT NULL DEFAULT 0, accounted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS meter_keys(meter INTEGER PRIMARY KEY, changes INTEGER NOT NULL);
)";

}  // namespace

MeterTable::MeterTable(Database& database)
    : database_(database),
      put_record_(
          database.with_schema(kMeterSchema)
              .prepare(
                  "UPDATE meter SET push_counter=?, client_reserved=?, accounted=? WHERE id=?")),
      put_changes_(database.prepare("INSERT OR REPLACE INTO meter_keys VALUES(?,?)")) {}

void MeterTable::set(const Inventory& inventory) {
  rows_.clear();
  dirty_.clear();
  Statement upsert = database_.prepare(
      "INSERT INTO meter(logical_device_name,serial,system_title,model,firmware,capture_period_s) "
      "VALUES(?,?,?,?,?,?) ON CONFLICT(logical_device_name) DO UPDATE SET serial=excluded.serial,"
      "system_title=excluded.system_title,model=excluded.model,firmware=excluded.firmware,"
      "capture_period_s=excluded.capture_period_s "
      "RETURNING id,coalesce(push_counter,-1),client_reserved,accounted");
  for (const MeterEntry& meter : inventory.meters()) {
    bind_all(upsert, meter.logical_device_name, meter.serial,
             std::span<const std::uint8_t>(meter.system_title), meter.model, meter.firmware,
             meter.capture_period_s);
    upsert.step();
    Row& row = rows_.emplace_back();
    row.id = upsert.integer(0);
    row.period_s = meter.capture_period_s;
    row.record.push_seen = upsert.integer(1) >= 0;
    if (row.record.push_seen) {
      row.record.push_counter = static_cast<std::uint32_t>(upsert.integer(1));
    }
    row.record.client_reserved = static_cast<std::uint32_t>(upsert.integer(2));
    row.record.accounted = static_cast<std::uint32_t>(upsert.integer(3));
    upsert.run();
  }
  std::map<std::int64_t, std::uint32_t> changes_of;
  Statement changes = database_.prepare("SELECT meter, changes FROM meter_keys");
  while (changes.step()) {
    changes_of[changes.integer(0)] = static_cast<std::uint32_t>(changes.integer(1));
  }
  if (changes_of.empty()) return;
  for (Row& row : rows_) row.record.key_changes = row.changes_written = changes_of[row.id];
}

std::vector<MeterEntry> MeterTable::load_all() {
  std::vector<MeterEntry> meters;
  Statement all = database_.prepare(
      "SELECT serial,logical_device_name,system_title,model,firmware,capture_period_s FROM meter "
      "ORDER BY id");
  while (all.step()) {
    MeterEntry& meter = meters.emplace_back();
    meter.serial = all.text(0);
    meter.logical_device_name = all.text(1);
    const auto title = all.blob(2);
    std::copy_n(title.begin(), std::min(title.size(), meter.system_title.size()),
                meter.system_title.begin());
    meter.model = all.text(3);
    meter.firmware = all.text(4);
    meter.capture_period_s = std::max<std::int64_t>(all.integer(5), 1);
  }
  return meters;
}

void MeterTable::set_record(MeterIndex meter, const MeterRecord& record) {
  Row& row = rows_[meter];
  row.record = record;
  if (!row.dirty) dirty_.push_back(meter);
  row.dirty = true;
}

void MeterTable::write() {
  for (const MeterIndex meter : dirty_) {
    Row& row = rows_[meter];
    const auto counter =
        row.record.push_seen ? std::optional(row.record.push_counter) : std::nullopt;
    put(put_record_, counter, row.record.client_reserved, row.record.accounted, row.id);
    if (row.record.key_changes != row.changes_written) {
      put(put_changes_, row.id, row.record.key_changes);
      row.changes_written = row.record.key_changes;
    }
    row.dirty = false;
  }
  dirty_.clear();
}

}  // namespace hes

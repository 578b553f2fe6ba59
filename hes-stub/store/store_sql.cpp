// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The file: schema, loading, and the one transaction a minute.
#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>

#include "hes-stub/store/store.hpp"
#include "hes-stub/store/store_impl.hpp"
#include "protocol/cosem/obis.hpp"

namespace hes {
namespace {

constexpr int kFormat = 1;  // PRAGMA user_version

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS meter(
  id INTEGER PRIMARY KEY, logical_device_name TEXT NOT NULL UNIQUE, serial TEXT NOT NULL,
  system_title BLOB NOT NULL, model TEXT NOT NULL, firmware TEXT NOT NULL,
  capture_period_s INTEGER NOT NULL, push_counter INTEGER,
  client_reserved INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS profile(id INTEGER PRIMARY KEY, obis TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS profile_day(
  meter INTEGER NOT NULL, profile INTEGER NOT NULL, day INTEGER NOT NULL, rows INTEGER NOT NULL,
  blob BLOB NOT NULL, PRIMARY KEY(meter, profile, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS series(
  meter INTEGER NOT NULL, profile INTEGER NOT NULL, begin_utc_s INTEGER, settled_utc_s INTEGER,
  PRIMARY KEY(meter, profile)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event(at_ns INTEGER NOT NULL, meter INTEGER, kind TEXT, detail TEXT);
CREATE TABLE IF NOT EXISTS session(
  meter INTEGER, connection INTEGER, opened_ns INTEGER, closed_ns INTEGER, octets_up INTEGER,
  octets_down INTEGER, reason TEXT);
CREATE TABLE IF NOT EXISTS orders(
  id INTEGER NOT NULL, meter INTEGER, kind TEXT, value INTEGER, submitted_ns INTEGER,
  valid_until_ns INTEGER, finished_ns INTEGER, outcome TEXT, data BLOB);
CREATE TABLE IF NOT EXISTS type(firmware TEXT PRIMARY KEY, template TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS zone(standard_offset_min INTEGER, eu_daylight_saving INTEGER);
)";

bool in_memory(const StoreOptions& options) { return options.path == ":memory:"; }

Database open_file(const StoreOptions& options) {
  if (options.fresh && !in_memory(options)) {
    for (const char* end : {"", "-wal", "-shm"}) std::remove((options.path + end).c_str());
  }
  Database database(options.path);
  if (!in_memory(options)) {
    // A write-ahead log is whole after the process was killed, also without disk syncs. With
    // them, what was committed is there after a power failure too: reports are acknowledged then.
    database.execute("PRAGMA journal_mode=WAL");
    database.execute(options.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
  }
  {
    Statement version = database.prepare("PRAGMA user_version");
    version.step();
    const std::int64_t found = version.integer(0);
    if (found != 0 && found != kFormat) {
      throw std::runtime_error("store " + options.path + ": format " + std::to_string(found) +
                               ", this program writes " + std::to_string(kFormat));
    }
  }
  database.execute(kSchema);
  database.execute("PRAGMA user_version=" + std::to_string(kFormat));
  return database;
}

}  // namespace

Store::Impl::Impl(const StoreOptions& options)
    : database(open_file(options)),
      concentrators(database),
      put_day(database.prepare("INSERT OR REPLACE INTO profile_day VALUES(?,?,?,?,?)")),
      get_day(
          database.prepare("SELECT blob FROM profile_day WHERE meter=? AND profile=? AND day=?")),
      all_days(database.prepare(
          "SELECT blob FROM profile_day WHERE meter=? AND profile=? ORDER BY day")),
      put_series(database.prepare("INSERT OR REPLACE INTO series VALUES(?,?,?,?)")),
      put_record(database.prepare("UPDATE meter SET push_counter=?, client_reserved=? WHERE id=?")),
      put_event(database.prepare("INSERT INTO event VALUES(?,?,?,?)")),
      put_session(database.prepare("INSERT INTO session VALUES(?,?,?,?,?,?,?)")),
      put_order(database.prepare("INSERT INTO orders VALUES(?,?,?,?,?,?,?,?,?)")) {
  Statement known = database.prepare("SELECT obis FROM profile ORDER BY id");
  while (known.step()) {
    const auto obis = protocol::cosem::parse_obis(known.text(0));
    if (!obis) throw std::runtime_error("store " + options.path + ": table profile is damaged");
    profiles.push_back(*obis);
  }
  Statement count = database.prepare("SELECT coalesce(sum(rows),0) FROM profile_day");
  count.step();
  rows = static_cast<std::uint64_t>(count.integer(0));
}

ProfileIndex Store::profile(const Obis& obis) {
  auto& known = impl_->profiles;
  const auto at = std::find(known.begin(), known.end(), obis);
  if (at != known.end()) return static_cast<ProfileIndex>(at - known.begin());
  PROTOCOL_ASSERT(known.size() < UINT8_MAX);
  Statement put = impl_->database.prepare("INSERT INTO profile VALUES(?,?)");
  put.bind(0, static_cast<std::int64_t>(known.size()));
  put.bind(1, to_string(obis));
  put.run();
  known.push_back(obis);
  impl_->series.resize(known.size());
  impl_->series.back().resize(meters());
  return static_cast<ProfileIndex>(known.size() - 1);
}

void Store::set_meters(const Inventory& inventory, const LocalZone& zone) {
  commit();
  impl_->zone = zone;
  impl_->meter_ids.clear();
  impl_->periods_s.clear();
  impl_->records.clear();
  impl_->database.execute("BEGIN");
  impl_->database.execute("DELETE FROM zone");
  Statement put_zone = impl_->database.prepare("INSERT INTO zone VALUES(?,?)");
  put_zone.bind(0, std::int64_t{zone.standard_offset_min});
  put_zone.bind(1, std::int64_t{zone.eu_daylight_saving});
  put_zone.run();
  Statement put = impl_->database.prepare(
      "INSERT INTO meter(logical_device_name,serial,system_title,model,firmware,capture_period_s) "
      "VALUES(?,?,?,?,?,?) ON CONFLICT(logical_device_name) DO UPDATE SET serial=excluded.serial,"
      "system_title=excluded.system_title,model=excluded.model,firmware=excluded.firmware,"
      "capture_period_s=excluded.capture_period_s "
      "RETURNING id,coalesce(push_counter,-1),client_reserved");
  std::map<std::int64_t, MeterIndex> index_of;
  for (const MeterEntry& meter : inventory.meters()) {
    put.bind(0, meter.logical_device_name);
    put.bind(1, meter.serial);
    put.bind(2, std::span<const std::uint8_t>(meter.system_title));
    put.bind(3, meter.model);
    put.bind(4, meter.firmware);
    put.bind(5, meter.capture_period_s);
    put.step();
    index_of[put.integer(0)] = static_cast<MeterIndex>(impl_->meter_ids.size());
    impl_->meter_ids.push_back(put.integer(0));
    MeterRecord record;
    record.push_seen = put.integer(1) >= 0;
    if (record.push_seen) record.push_counter = static_cast<std::uint32_t>(put.integer(1));
    record.client_reserved = static_cast<std::uint32_t>(put.integer(2));
    impl_->records.push_back(record);
    impl_->periods_s.push_back(meter.capture_period_s);
    put.run();
  }
  impl_->database.execute("COMMIT");
  impl_->concentrators.set_inventory(inventory);
  impl_->record_is_dirty.assign(meters(), false);
  impl_->series.assign(impl_->profiles.size(), {});
  for (auto& of_profile : impl_->series) of_profile.resize(meters());
  profile(kLoadProfile);
  profile(kDailyClosing);
  Statement begun = impl_->database.prepare("SELECT * FROM series");
  while (begun.step()) {
    const auto found = index_of.find(begun.integer(0));
    if (found == index_of.end()) continue;
    Series& owner = series(found->second, static_cast<ProfileIndex>(begun.integer(1)));
    owner.begin_utc_s = begun.integer(2);
    owner.settled_utc_s = begun.integer(3);
    owner.newest_utc_s = INT64_MAX;  // not known: every row counts as late
  }
}

std::vector<MeterEntry> Store::load_meters() {
  std::vector<MeterEntry> meters;
  Statement all = impl_->database.prepare(
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

LocalZone Store::load_zone() {
  LocalZone zone;
  Statement only = impl_->database.prepare("SELECT * FROM zone");
  if (only.step()) {
    zone.standard_offset_min = static_cast<std::int16_t>(only.integer(0));
    zone.eu_daylight_saving = only.integer(1) != 0;
  }
  return zone;
}

void Store::save_type(const TypeTemplate& type) {
  Statement put = impl_->database.prepare("INSERT OR REPLACE INTO type VALUES(?,?)");
  put.bind(0, type.firmware);
  put.bind(1, to_json(type));
  put.run();
}

std::vector<TypeTemplate> Store::load_types() {
  std::vector<TypeTemplate> types;
  std::vector<std::string> faults;
  Statement all = impl_->database.prepare("SELECT template FROM type ORDER BY firmware");
  while (all.step()) {
    TypeTemplate type = parse_type_template("store", all.text(0), faults);
    if (faults.empty()) types.push_back(std::move(type));
    faults.clear();
  }
  return types;
}

ConcentratorStore& Store::concentrators() { return impl_->concentrators; }

bool Store::dirty() const {
  return !impl_->dirty_series.empty() || !impl_->dirty_records.empty() || !impl_->events.empty() ||
         !impl_->sessions.empty() || !impl_->orders.empty() || impl_->concentrators.dirty();
}

void Store::write_days() {
  // In the order of the table's key, whatever the order of arrival.
  std::sort(impl_->dirty_series.begin(), impl_->dirty_series.end());
  for (const auto& [meter, profile] : impl_->dirty_series) {
    Series& owner = series(meter, profile);
    std::int32_t newest = INT32_MIN;
    for (OpenDay& day : owner.days) {
      newest = std::max(newest, day.day);
      if (!day.dirty) continue;
      impl_->put_day.bind(0, impl_->id_of(meter));
      impl_->put_day.bind(1, std::int64_t{profile});
      impl_->put_day.bind(2, std::int64_t{day.day});
      impl_->put_day.bind(3, std::int64_t{day.rows});
      impl_->put_day.bind(4, std::span<const std::uint8_t>(day.blob));
      impl_->put_day.run();
      day.dirty = false;
    }
    std::erase_if(owner.days, [newest](const OpenDay& day) { return day.day != newest; });
    owner.dirty = false;
    if (!owner.header_dirty) continue;
    owner.header_dirty = false;
    impl_->put_series.bind(0, impl_->id_of(meter));
    impl_->put_series.bind(1, std::int64_t{profile});
    impl_->put_series.bind(2, owner.begin_utc_s);
    impl_->put_series.bind(3, owner.settled_utc_s);
    impl_->put_series.run();
  }
  impl_->dirty_series.clear();
}

void Store::write_records() {
  for (const MeterIndex meter : impl_->dirty_records) {
    const MeterRecord& record = impl_->records[meter];
    if (record.push_seen) {
      impl_->put_record.bind(0, std::int64_t{record.push_counter});
    } else {
      impl_->put_record.bind_null(0);
    }
    impl_->put_record.bind(1, std::int64_t{record.client_reserved});
    impl_->put_record.bind(2, impl_->id_of(meter));
    impl_->put_record.run();
    impl_->record_is_dirty[meter] = false;
  }
  impl_->dirty_records.clear();
}

void Store::write_journal() {
  for (const Impl::Event& event : impl_->events) {
    impl_->put_event.bind(0, event.at);
    impl_->put_event.bind(1, impl_->id_of(event.meter));
    impl_->put_event.bind(2, event.kind);
    impl_->put_event.bind(3, event.detail);
    impl_->put_event.run();
  }
  for (const Impl::Session& session : impl_->sessions) {
    impl_->put_session.bind(0, impl_->id_of(session.meter));
    impl_->put_session.bind(1, static_cast<std::int64_t>(session.connection));
    impl_->put_session.bind(2, session.opened);
    impl_->put_session.bind(3, session.closed);
    impl_->put_session.bind(4, static_cast<std::int64_t>(session.octets_up));
    impl_->put_session.bind(5, static_cast<std::int64_t>(session.octets_down));
    impl_->put_session.bind(6, session.reason);
    impl_->put_session.run();
  }
  for (const OrderEntry& order : impl_->orders) {
    impl_->put_order.bind(0, static_cast<std::int64_t>(order.id));
    impl_->put_order.bind(1, impl_->id_of(order.meter));
    impl_->put_order.bind(2, order.kind);
    impl_->put_order.bind(3, order.value);
    impl_->put_order.bind(4, order.submitted);
    impl_->put_order.bind(5, order.valid_until);
    impl_->put_order.bind(6, order.finished);
    impl_->put_order.bind(7, order.outcome);
    impl_->put_order.bind(8, std::span<const std::uint8_t>(order.data));
    impl_->put_order.run();
  }
  impl_->events.clear();
  impl_->sessions.clear();
  impl_->orders.clear();
}

void Store::commit() {
  if (!dirty()) return;
  impl_->database.execute("BEGIN");
  write_days();
  write_records();
  write_journal();
  impl_->concentrators.write();
  impl_->database.execute("COMMIT");
  ++impl_->commits;
}

}  // namespace hes

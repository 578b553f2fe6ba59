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
#include "hes-stub/store/store_kind.hpp"
#include "protocol/cosem/obis.hpp"

namespace hes {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS profile(id INTEGER PRIMARY KEY, obis TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS profile_day(
  meter INTEGER NOT NULL, profile INTEGER NOT NULL, day INTEGER NOT NULL, rows INTEGER NOT NULL,
  blob BLOB NOT NULL, PRIMARY KEY(meter, profile, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS series(
  meter INTEGER NOT NULL, profile INTEGER NOT NULL, begin_utc_s INTEGER, settled_utc_s INTEGER,
  PRIMARY KEY(meter, profile)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS type(firmware TEXT PRIMARY KEY, template TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS zone(standard_offset_min INTEGER, eu_daylight_saving INTEGER);
)";

bool in_memory(const StoreOptions& options) { return options.path == ":memory:"; }

std::int64_t pragma(Database& database, const char* name) {
  Statement statement = database.prepare(name);
  statement.step();
  return statement.integer(0);
}

// Before the write-ahead log begins, or past it: others look for it in the file.
void mark(Database& database, std::int64_t kind, bool durable) {
  if (pragma(database, "PRAGMA application_id") == kind) return;
  if (!durable) database.execute("PRAGMA synchronous=OFF");
  database.execute("PRAGMA application_id=" + std::to_string(kind));
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::string foreign_format(Database& database, const StoreOptions& options) {
  const std::int64_t found = pragma(database, "PRAGMA user_version");
  if (found != 0 && found != kStoreFormat) {
    return "format " + std::to_string(found) + ", this program writes " +
           std::to_string(kStoreFormat);
  }
  // Its number may be that of our format, too.
  const std::int64_t tables = pragma(database, "SELECT count(*) FROM sqlite_master");
  const std::int64_t ours =
      pragma(database, "SELECT count(*) FROM sqlite_master WHERE name='profile_day'");
  const bool marked = pragma(database, "PRAGMA application_id") != 0;
  return tables == 0 || ours != 0 || marked || in_memory(options) ? "" : "no store of amitwin";
}

Database open_file(const StoreOptions& options) {
  if (options.fresh && !in_memory(options)) {
    for (const char* end : {"", "-wal", "-shm"}) std::remove((options.path + end).c_str());
  }
  Database database(options.path);
  const std::string why = foreign_format(database, options);
  if (!why.empty()) throw std::runtime_error("store " + options.path + ": " + why);
  if (!in_memory(options)) {
    if (options.durable || options.fresh) {
      mark(database, options.durable ? kMarkOfAHeadEnd : kMarkOfARun, options.durable);
    }
    // A write-ahead log is whole after the process was killed, also without disk syncs. With
    // them, what was committed is there after a power failure too: reports are acknowledged then.
    database.execute("PRAGMA journal_mode=WAL");
    database.execute(options.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
  }
  database.execute(kSchema);
  database.execute("PRAGMA user_version=" + std::to_string(kStoreFormat));
  return database;
}

}  // namespace

DayStatements::DayStatements(Database& database)
    : put_day(database.prepare("INSERT OR REPLACE INTO profile_day VALUES(?,?,?,?,?)")),
      get_day(
          database.prepare("SELECT blob FROM profile_day WHERE meter=? AND profile=? AND day=?")),
      all_days(database.prepare(
          "SELECT blob FROM profile_day WHERE meter=? AND profile=? ORDER BY day")),
      put_series(database.prepare("INSERT OR REPLACE INTO series VALUES(?,?,?,?)")) {}

Store::Impl::Impl(const StoreOptions& options)
    : database(open_file(options)),
      meters(database),
      journal(database),
      concentrators(database),
      statements(database) {
  Statement known = database.prepare("SELECT obis FROM profile ORDER BY id");
  while (known.step()) {
    const auto obis = protocol::cosem::parse_obis(known.text(0));
    if (!obis) throw std::runtime_error("store " + options.path + ": table profile is damaged");
    profiles.push_back(*obis);
  }
  Statement count = database.prepare("SELECT coalesce(sum(rows),0) FROM profile_day");
  count.step();
  n_rows = static_cast<std::uint64_t>(count.integer(0));
}

ProfileIndex Store::profile(const Obis& obis) {
  auto& known = impl_->profiles;
  const auto at = std::find(known.begin(), known.end(), obis);
  if (at != known.end()) return static_cast<ProfileIndex>(at - known.begin());
  PROTOCOL_ASSERT(known.size() < UINT8_MAX);
  Statement add = impl_->database.prepare("INSERT INTO profile VALUES(?,?)");
  put(add, known.size(), to_string(obis));
  known.push_back(obis);
  impl_->series.resize(known.size());
  impl_->series.back().resize(meters());
  return static_cast<ProfileIndex>(known.size() - 1);
}

void Store::set_meters(const Inventory& inventory, const protocol::LocalZone& zone) {
  commit();
  impl_->zone = zone;
  impl_->database.execute("BEGIN");
  impl_->database.execute("DELETE FROM zone");
  Statement put_zone = impl_->database.prepare("INSERT INTO zone VALUES(?,?)");
  put(put_zone, zone.standard_offset_min, zone.eu_daylight_saving);
  impl_->meters.set(inventory);
  impl_->database.execute("COMMIT");
  impl_->concentrators.set_inventory(inventory);
  impl_->series.assign(impl_->profiles.size(), {});
  for (auto& of_profile : impl_->series) of_profile.resize(meters());
  profile(kLoadProfile);
  profile(kDailyClosing);
  profile(kMonthlyClosing);
  std::map<std::int64_t, MeterIndex> index_of;
  for (MeterIndex meter = 0; meter < meters(); ++meter) {
    index_of[impl_->meters.id_of(meter)] = meter;
  }
  Statement begun = impl_->database.prepare("SELECT * FROM series");
  while (begun.step()) {
    const auto found = index_of.find(begun.integer(0));
    if (found == index_of.end()) continue;
    Series& owner = impl_->of(found->second, static_cast<ProfileIndex>(begun.integer(1)));
    owner.begin_utc_s = begun.integer(2);
    owner.settled_utc_s = begun.integer(3);
    owner.newest_utc_s = INT64_MAX;  // not known: every row counts as late
  }
}

protocol::LocalZone Store::load_zone() {
  protocol::LocalZone zone;
  Statement only = impl_->database.prepare("SELECT * FROM zone");
  if (only.step()) {
    zone.standard_offset_min = static_cast<std::int16_t>(only.integer(0));
    zone.eu_daylight_saving = only.integer(1) != 0;
  }
  return zone;
}

void Store::save_type(const TypeTemplate& type) {
  Statement add = impl_->database.prepare("INSERT OR REPLACE INTO type VALUES(?,?)");
  put(add, type.firmware, to_json(type));
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

bool Store::dirty() const {
  return !impl_->dirty_series.empty() || impl_->meters.dirty() || impl_->journal.dirty() ||
         impl_->concentrators.dirty();
}

void Store::Impl::write_days() {
  // In the order of the table's key, whatever the order of arrival.
  std::sort(dirty_series.begin(), dirty_series.end());
  for (const auto& [meter, profile] : dirty_series) {
    Series& owner = of(meter, profile);
    std::int32_t newest = INT32_MIN;
    for (OpenDay& day : owner.days) {
      newest = std::max(newest, day.day);
      if (!day.dirty) continue;
      put(statements.put_day, meters.id_of(meter), profile, day.day, day.rows,
          std::span<const std::uint8_t>(day.blob));
      day.dirty = false;
    }
    std::erase_if(owner.days, [newest](const OpenDay& day) { return day.day != newest; });
    owner.dirty = false;
    if (!owner.header_dirty) continue;
    owner.header_dirty = false;
    put(statements.put_series, meters.id_of(meter), profile, owner.begin_utc_s,
        owner.settled_utc_s);
  }
  dirty_series.clear();
}

void Store::commit() {
  if (!dirty()) return;
  impl_->database.execute("BEGIN");
  impl_->write_days();
  impl_->meters.write();
  impl_->journal.write(impl_->meters);
  impl_->concentrators.write();
  impl_->database.execute("COMMIT");
  ++impl_->n_commits;
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/text_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/hosted/civil_text/civil_text.hpp"
#include "protocol/hosted/printable/printable.hpp"

namespace hes {
namespace {

using protocol::format_utc;
using protocol::printable_cell;

// The columns of a profile over all types, in the order of the first type that has each.
std::vector<Column> columns_of(const std::vector<TypeTemplate>& types, const Obis& obis) {
  std::vector<Column> columns;
  for (const TypeTemplate& type : types) {
    const ProfileType* profile = type.profile(obis);
    for (std::size_t i = 0; profile != nullptr && i < profile->columns.size(); ++i) {
      const Column& column = profile->columns[i];
      const auto same = [&column](const Column& c) { return c.source == column.source; };
      if (!profile->is_value(i) || std::any_of(columns.begin(), columns.end(), same)) continue;
      columns.push_back(column);
    }
  }
  return columns;
}

// Where the values of one type go among these columns, with their scalers.
struct Place {
  std::size_t column;
  int scaler;
};
std::vector<Place> places_of(const TypeTemplate* type, const Obis& obis,
                             const std::vector<Column>& columns) {
  std::vector<Place> places;
  const ProfileType* profile = type == nullptr ? nullptr : type->profile(obis);
  for (std::size_t i = 0; profile != nullptr && i < profile->columns.size(); ++i) {
    if (!profile->is_value(i)) continue;
    const Column& column = profile->columns[i];
    const auto same = [&column](const Column& c) { return c.source == column.source; };
    const auto at = std::find_if(columns.begin(), columns.end(), same);
    places.push_back({static_cast<std::size_t>(at - columns.begin()), column.scaler});
  }
  return places;
}

const char* delivery_text(const Row& row) {
  constexpr const char* kNames[] = {"",       "push",        "pull",        "both",
                                    "report", "push+report", "pull+report", "all"};
  return kNames[row.deliveries & 7];
}

void print_row(const MeterEntry& meter, const Obis& obis, const Row& row, unsigned ordinal,
               const std::vector<Place>& places, std::size_t columns, std::FILE* out) {
  std::vector<std::string> cells(columns);
  for (std::size_t i = 0; i < row.n_values && i < places.size(); ++i) {
    cells[places[i].column] = scaled_text(row.values[i], places[i].scaler);
  }
  std::string line =
      fmt::format("{},{},{},{},{},{},{},{},{},{},{}", printable_cell(meter.serial),
                  printable_cell(meter.logical_device_name), to_string(obis),
                  format_utc(row.stamp_utc_s), row.deviation_min, row.clock_status, ordinal,
                  row.capture_counter == 0 ? std::string() : std::to_string(row.capture_counter),
                  row.status, format_utc(row.arrival_utc_s), delivery_text(row));
  for (const std::string& cell : cells) line += "," + cell;
  std::fprintf(out, "%s\n", line.c_str());
}

// The newest row of any meter: until then everything could be there. A clock that is years ahead
// does not make all other meters late: no row is newer than its arrival.
std::int64_t newest(Store& store, ProfileIndex profile) {
  std::int64_t newest_s = INT64_MIN;
  for (MeterIndex meter = 0; meter < store.meters(); ++meter) {
    store.for_each_row(meter, profile, [&](const Row& row, unsigned) {
      newest_s = std::max(newest_s, std::min(row.stamp_utc_s, row.arrival_utc_s));
    });
  }
  return newest_s;
}

}  // namespace

std::string scaled_text(std::int64_t value, int scaler) {
  std::string digits = std::to_string(value);
  if (value == 0 || scaler == 0) return digits;
  if (scaler > 0) return digits + std::string(static_cast<std::size_t>(scaler), '0');
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  const auto places = static_cast<std::size_t>(-scaler);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  return (negative ? "-" : "") + digits;
}

std::uint64_t print_missing(Store& store, const TextRange& range, std::FILE* out) {
  const std::vector<MeterEntry> meters = store.meter_table().load_all();
  store.set_meters(Inventory(meters), store.load_zone());
  std::uint64_t total = 0;
  std::fprintf(out, "serial,profile,first_utc,last_utc,count,asked\n");
  for (const Obis& obis : {kLoadProfile, kDailyClosing, kMonthlyClosing}) {
    const ProfileIndex profile = store.profile(obis);
    const std::int64_t to = range.to_utc_s.value_or(newest(store, profile));
    for (MeterIndex meter = 0; meter < meters.size(); ++meter) {
      const auto from = range.from_utc_s ? range.from_utc_s : store.begun_at(meter, profile);
      if (!from) continue;
      for (const MissingRun& run : store.missing(meter, profile, *from, to)) {
        total += run.count;
        std::fprintf(out, "%s,%s,%s,%s,%u,%s\n", printable_cell(meters[meter].serial).c_str(),
                     to_string(obis).c_str(), format_utc(run.first_utc_s).c_str(),
                     format_utc(run.last_utc_s).c_str(), run.count, run.asked ? "yes" : "no");
      }
    }
  }
  return total;
}

void print_csv(Store& store, const TextRange& range, std::FILE* out) {
  const std::vector<MeterEntry> meters = store.meter_table().load_all();
  store.set_meters(Inventory(meters), store.load_zone());
  const std::vector<TypeTemplate> types = store.load_types();
  for (const Obis& obis : store.profiles()) {
    const std::vector<Column> columns = columns_of(types, obis);
    std::string header =
        "serial,logical_device_name,profile,stamp_utc,deviation_min,clock_status,ordinal,"
        "capture_counter,status,"
        "arrival_utc,delivery";
    for (const Column& column : columns) header += "," + to_string(column.source.instance);
    std::fprintf(out, "%s\n", header.c_str());
    for (MeterIndex meter = 0; meter < meters.size(); ++meter) {
      const auto is = [&](const TypeTemplate& type) {
        return type.firmware == meters[meter].firmware;
      };
      const auto type = std::find_if(types.begin(), types.end(), is);
      const auto places = places_of(type == types.end() ? nullptr : &*type, obis, columns);
      store.for_each_row(meter, store.profile(obis), [&](const Row& row, unsigned ordinal) {
        if (std::ferror(out) != 0) return;  // it takes no more
        if (range.from_utc_s && row.stamp_utc_s <= *range.from_utc_s) return;
        if (range.to_utc_s && row.stamp_utc_s > *range.to_utc_s) return;
        print_row(meters[meter], obis, row, ordinal, places, columns.size(), out);
      });
    }
  }
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reports: once each, rows to the profiles, the rest to narrow tables.
#include <algorithm>

#include "hes-stub/concentrators/concentrators.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {
namespace {

// The registers of a reported row, in its order.
constexpr Obis kReported[p32::kRowValues] = {
    protocol::cosem::obis(1, 0, 1, 8, 0), protocol::cosem::obis(1, 0, 2, 8, 0),
    protocol::cosem::obis(1, 0, 5, 8, 0), protocol::cosem::obis(1, 0, 6, 8, 0),
    protocol::cosem::obis(1, 0, 7, 8, 0), protocol::cosem::obis(1, 0, 8, 8, 0)};
constexpr std::size_t kNowhere = SIZE_MAX;

// Where each reported register stands among the values of the meter's profile; in the order of the
// report when the type is not known.
std::array<std::size_t, p32::kRowValues> places_of(const ProfileType* profile) {
  std::array<std::size_t, p32::kRowValues> places;
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = profile == nullptr ? i : kNowhere;
  std::size_t value = 0;
  for (std::size_t c = 0; profile != nullptr && c < profile->columns.size(); ++c) {
    if (!profile->is_value(c)) continue;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (profile->columns[c].source.instance == kReported[i]) places[i] = value;
    }
    ++value;
  }
  return places;
}

Row row_of(const p32::ProfileRow& reported, const std::array<std::size_t, p32::kRowValues>& places,
           std::size_t n_values) {
  Row row;
  row.stamp_utc_s = reported.at.utc_s;
  row.deviation_min = reported.at.deviation_min;
  row.clock_status = reported.at.status;
  row.status = reported.status;
  row.n_values = static_cast<std::uint8_t>(n_values);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < n_values) row.values[places[i]] = static_cast<std::int64_t>(reported.values[i]);
  }
  return row;
}

template <typename Entries, typename Known>
void keep(Entries& entries, const Known& known, ReportNote& note, ConcentratorCounters& counters) {
  counters.unknown_meters +=
      std::erase_if(entries, [&known](const auto& entry) { return !known(entry.id); });
  note.meters = static_cast<std::uint32_t>(entries.size());
  note.errors = static_cast<std::uint32_t>(std::count_if(
      entries.begin(), entries.end(), [](const auto& entry) { return entry.failure.has_value(); }));
}

}  // namespace

const Obis& profile_of(p32::ReportKind kind) {
  static constexpr Obis kMonthlyClosing = protocol::cosem::obis(1, 0, 98, 1, 0);
  return kind == p32::ReportKind::load_profile    ? kLoadProfile
         : kind == p32::ReportKind::daily_closing ? kDailyClosing
                                                  : kMonthlyClosing;
}

MeterIndex Concentrators::meter_of(ConcentratorIndex from, const std::string& serial) const {
  const MeterIndex meter = inventory_.by_serial(serial);
  return meter != kNoMeter && inventory_[meter].concentrator == from ? meter : kNoMeter;
}

// Meters that are none of this concentrator's are left out and counted.
void Concentrators::keep_known(ConcentratorIndex from, p32::Report& report, ReportNote& note) {
  const std::string& own_id = inventory_.concentrators()[from].id;
  const auto known = [&](const std::string& id) { return meter_of(from, id) != kNoMeter; };
  const auto target = [&](const std::string& id) { return id == own_id || known(id); };
  std::visit(
      [&](auto& body) {
        if constexpr (requires { body.nodes; }) {
          keep(body.nodes, known, note, counters_);
        } else if constexpr (requires { body.targets; }) {
          keep(body.targets, target, note, counters_);
        } else if constexpr (requires { body.events; }) {
          note.rows = static_cast<std::uint32_t>(body.events.size());
        } else if constexpr (requires { body.meters; }) {
          keep(body.meters, known, note, counters_);
        }
      },
      report.body);
  if (const auto* events = std::get_if<p32::MeterEventsReport>(&report.body)) {
    for (const auto& meter : events->meters) {
      note.rows += static_cast<std::uint32_t>(meter.events.size());
    }
  }
  counters_.meter_errors += note.errors;
}

// False when we had it.
bool Concentrators::take_report(ConcentratorIndex from, const p32::Envelope& envelope,
                                p32::Report report, std::uint32_t octets) {
  if (!records_.record(from).seen.insert(envelope.seq)) {
    ++counters_.repeated;
    return false;
  }
  records_.touch(from);
  ++counters_.reports;
  ReportNote note;
  note.concentrator = from;
  note.kind = static_cast<std::uint8_t>(report.kind());
  note.requested = !envelope.re.empty();
  note.octets_up = octets;
  note.at = now();
  keep_known(from, report, note);
  if (auto* profile = std::get_if<p32::ProfileReport>(&report.body)) {
    take_profile(from, envelope, *profile, note);
  }
  if (report.order) on_order_result(from, *report.order);
  Item* const asked = find_item(from, envelope.re);
  if (asked != nullptr && !asked->order && report.last) finish_request(from, asked->work.seq);
  records_.add_report(from, now(), std::move(report));
  observer_.report_received(note);
  return true;
}

void Concentrators::take_profile(ConcentratorIndex from, const p32::Envelope& envelope,
                                 p32::ProfileReport& report, ReportNote& note) {
  Item* const asked = find_item(from, envelope.re);
  for (p32::ProfileMeter& entry : report.meters) {
    const MeterIndex meter = meter_of(from, entry.id);
    if (!entry.rows.empty()) take_rows(meter, report.profile, entry, note);
    if (asked != nullptr && !asked->order) on_rows_answered(*asked, meter, report.profile, entry);
    entry.rows.clear();  // the tables want the failures only
  }
}

void Concentrators::take_rows(MeterIndex meter, p32::ReportKind profile,
                              const p32::ProfileMeter& entry, ReportNote& note) {
  const Obis& obis = profile_of(profile);
  const ProfileType* const type = host_.columns_of(meter, obis);
  const auto places = places_of(type);
  const std::size_t n_values = type == nullptr ? p32::kRowValues : type->value_count();
  std::vector<Row> rows;
  rows.reserve(entry.rows.size());
  std::int64_t newest_s = INT64_MIN;
  for (const p32::ProfileRow& reported : entry.rows) {
    rows.push_back(row_of(reported, places, n_values));
    newest_s = std::max(newest_s, rows.back().stamp_utc_s);
  }
  const auto n = static_cast<std::uint32_t>(rows.size());
  const std::uint32_t added = host_.take_rows(meter, obis, rows);
  counters_.rows += added;
  counters_.duplicates += n - added;
  note.rows += n;
  note.new_rows += added;
  // A clock that is lost may say any year; nanoseconds do not reach so far.
  const std::int64_t latency_s = now() / kNsPerSecond - newest_s;
  const UtcNs latency = std::clamp<std::int64_t>(latency_s, -kDayS, 365 * kDayS) * kNsPerSecond;
  note.latency = note.latency == 0 ? latency : std::min(note.latency, latency);
  if (added == 0) return;
  const auto gap = gaps_.find({meter, profile});
  if (gap == gaps_.end()) return;
  gap->second.tries = 0;  // it can be reached again
  gap->second.not_before = 0;
}

}  // namespace hes

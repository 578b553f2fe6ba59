// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/inbox.hpp"

#include <algorithm>

namespace hes {
namespace {

constexpr std::size_t kNowhere = SIZE_MAX;

// Where each reported register stands among the values of the meter's profile; in the order of the
// report when the type is not known.
std::array<std::size_t, protocol::cosem::kQuantities> places_of(const ProfileType* profile) {
  std::array<std::size_t, protocol::cosem::kQuantities> places;
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = profile == nullptr ? i : kNowhere;
  std::size_t value = 0;
  for (std::size_t c = 0; profile != nullptr && c < profile->columns.size(); ++c) {
    if (!profile->is_value(c)) continue;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (profile->columns[c].source.instance == protocol::cosem::kQuantityTable[i].obis)
        places[i] = value;
    }
    ++value;
  }
  return places;
}

Row row_of(const p32::ProfileRow& reported,
           const std::array<std::size_t, protocol::cosem::kQuantities>& places,
           std::size_t n_values) {
  Row row;
  row.stamp_utc_s = reported.at.utc_s;
  row.deviation_min = reported.at.deviation_min;
  row.clock_status = reported.at.status;
  row.capture_counter = reported.capture_counter;
  row.status = reported.status;
  row.n_values = static_cast<std::uint8_t>(n_values);
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < n_values) row.values[places[i]] = static_cast<std::int64_t>(reported.values[i]);
  }
  return row;
}

// The store has 63 bits for a register; what is beyond is no reading of any meter.
bool fits(const p32::ProfileRow& row) {
  return std::all_of(row.values.begin(), row.values.end(),
                     [](std::uint64_t value) { return value <= INT64_MAX; });
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

Inbox::Inbox(Context& context, const Types& types, Mailbox& mailbox, RowRequests& requests,
             ConcentratorRoad& orders)
    : context_(context),
      counters_(context.counters.p32),
      types_(types),
      mailbox_(mailbox),
      requests_(requests),
      orders_(orders) {}

// Meters that are none of this concentrator's are left out and counted.
void Inbox::keep_known(ConcentratorIndex from, p32::Report& report, ReportNote& note) {
  const Inventory& inventory = context_.inventory;
  const std::string& own_id = inventory.concentrators()[from].id;
  const auto known = [&](const std::string& id) {
    return inventory.by_serial(id, from) != kNoMeter;
  };
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
bool Inbox::take_report(ConcentratorIndex from, const p32::Envelope& envelope, p32::Report report,
                        std::uint32_t octets) {
  ConcentratorStore& records = mailbox_.records();
  if (!records.record(from).seen.insert(envelope.seq)) {
    ++counters_.repeated;
    return false;
  }
  records.touch(from);
  ++counters_.reports;
  ReportNote note{.concentrator = from,
                  .kind = static_cast<std::uint8_t>(report.kind()),
                  .requested = !envelope.re.empty(),
                  .octets_up = octets,
                  .at = context_.now()};
  keep_known(from, report, note);
  if (auto* profile = std::get_if<p32::ProfileReport>(&report.body)) {
    take_profile(from, envelope, *profile, note);
  }
  if (report.order) orders_.on_result(from, *report.order, report.body);
  Mailbox::Item* const asked = mailbox_.find(from, envelope.re);
  if (asked != nullptr && !asked->order && report.last) requests_.finish(from, asked->work.seq);
  records.add_report(from, context_.now(), std::move(report));
  context_.observer.report_received(note);
  return true;
}

void Inbox::take_profile(ConcentratorIndex from, const p32::Envelope& envelope,
                         p32::ProfileReport& report, ReportNote& note) {
  Mailbox::Item* const asked = mailbox_.find(from, envelope.re);
  for (p32::ProfileMeter& entry : report.meters) {
    const MeterIndex meter = context_.inventory.by_serial(entry.id, from);
    if (!entry.rows.empty()) take_entry(meter, report.profile, entry, note);
    if (asked != nullptr && !asked->order) {
      requests_.on_answer(*asked, meter, report.profile, entry);
    }
    entry.rows.clear();  // the tables want the failures only
  }
}

void Inbox::take_entry(MeterIndex meter, p32::ReportKind profile, const p32::ProfileMeter& entry,
                       ReportNote& note) {
  const Obis& obis = profile_of(profile);
  const ProfileType* const type = types_.profile(meter, obis);
  const auto places = places_of(type);
  const std::size_t n_values = type == nullptr ? protocol::cosem::kQuantities : type->value_count();
  std::vector<Row> rows;
  rows.reserve(entry.rows.size());
  std::int64_t newest_s = INT64_MIN;
  for (const p32::ProfileRow& reported : entry.rows) {
    if (!fits(reported)) {
      ++counters_.rows_refused;
      context_.note_event(meter, "row refused", "a register beyond 2^63 - 1");
      continue;
    }
    rows.push_back(row_of(reported, places, n_values));
    newest_s = std::max(newest_s, rows.back().stamp_utc_s);
  }
  if (rows.empty()) return;
  const auto n = static_cast<std::uint32_t>(rows.size());
  const std::uint32_t added =
      context_.take_rows(meter, obis, rows, Delivery::report, context_.now()).added;
  counters_.rows += added;
  counters_.duplicates += n - added;
  note.rows += n;
  note.new_rows += added;
  // A clock that is lost may say any year; nanoseconds do not reach so far.
  const std::int64_t latency_s = context_.now_s() - newest_s;
  const UtcNs latency = std::clamp<std::int64_t>(latency_s, -kDayS, 365 * kDayS) * kNsPerSecond;
  note.latency = note.latency == 0 ? latency : std::min(note.latency, latency);
  if (added != 0) requests_.reached(meter, profile);
}

Mailbox::Item* Inbox::expected(ConcentratorIndex from, const std::string& id) {
  Mailbox::Item* const item = mailbox_.find(from, id);
  if (item == nullptr) ++counters_.unexpected;  // of something done meanwhile, or repeated
  return item;
}

void Inbox::on_ack(ConcentratorIndex from, const std::string& id) {
  if (Mailbox::Item* const item = expected(from, id)) mailbox_.on_ack(from, *item);
}

// Refused for good.
void Inbox::on_error(ConcentratorIndex from, const std::string& id, const p32::ErrorBody& error) {
  Mailbox::Item* const item = expected(from, id);
  if (item == nullptr) return;
  ++counters_.refused;
  context_.note_event(kNoMeter, "concentrator refused", error.text);
  if (item->order) return orders_.on_failure(from, item->work.seq, error.failure);
  requests_.finish(from, item->work.seq);
}

}  // namespace hes

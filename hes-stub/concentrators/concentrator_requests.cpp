// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rows that should have been reported: asked of the meters once more, so many times.
#include <algorithm>

#include "hes-stub/concentrators/concentrators.hpp"

namespace hes {
namespace {

constexpr p32::ReportKind kProfiles[] = {p32::ReportKind::load_profile,
                                         p32::ReportKind::daily_closing};
constexpr std::size_t kMetersPerRequest = 200;
constexpr std::uint32_t kMaxDoublings = 6;

std::int64_t s_of(p32::UtcMs at) { return at / 1000; }
p32::UtcMs ms_of(std::int64_t utc_s) { return utc_s * 1000; }

}  // namespace

void Concentrators::check(ConcentratorIndex concentrator) {
  const UtcNs limit = config_.p32_request_timeout_s * kNsPerSecond;
  for (const p32::ReportKind profile : kProfiles) {
    bool open = false;
    std::uint64_t overdue = 0;
    for (const auto& [seq, item] : links_[concentrator].items) {
      const auto* request = std::get_if<p32::Request>(&item.work.body);
      if (request == nullptr || request->selection.report != profile) continue;
      open = true;
      // One that nobody fetched waits on: a second would not be fetched either.
      if ((item.handed || item.acked) && now() >= item.since + limit) overdue = seq;
    }
    if (overdue != 0) finish_request(concentrator, overdue);
    if (!open || overdue != 0) ask_for_rows(concentrator, profile);
  }
}

std::optional<Concentrators::Missing> Concentrators::missing(MeterIndex meter,
                                                             p32::ReportKind profile) {
  const auto gap = gaps_.find({meter, profile});
  const std::int64_t due_s =
      now() / kNsPerSecond - config_.p32_collect_period_s - config_.p32_collect_grace_s;
  if (gap != gaps_.end()) {
    if (gap->second.not_before > now()) return std::nullopt;
    if (gap->second.twice_to_s != 0 && gap->second.twice_to_s <= due_s) {
      return Missing{gap->second.twice_from_s, gap->second.twice_to_s};
    }
    if (gap->second.tries > config_.p32_retries) return std::nullopt;
  }
  const ProfileIndex index = store_.profile(profile_of(profile));
  const std::int64_t settled_s = store_.settled_until(meter, index);
  if (store_.next_stamp(meter, index, settled_s) > due_s) return std::nullopt;
  const std::int64_t period_s =
      profile == p32::ReportKind::load_profile ? inventory_[meter].capture_period_s : kDayS;
  const std::int64_t to_s = std::min(due_s, settled_s + config_.max_rows_per_pull * period_s);
  const std::vector<MissingRun> runs = store_.missing(meter, index, settled_s, to_s);
  if (runs.empty()) return std::nullopt;
  return Missing{runs.front().first_utc_s, runs.back().last_utc_s};
}

// One request for all meters that miss something: the concentrator reads them side by side.
void Concentrators::ask_for_rows(ConcentratorIndex concentrator, p32::ReportKind profile) {
  p32::Request request;
  p32::Selection& selection = request.selection;
  std::int64_t from_s = INT64_MAX;
  std::int64_t until_s = INT64_MIN;
  for (const MeterIndex meter : links_[concentrator].meters) {
    if (selection.meters.size() >= kMetersPerRequest) break;
    const auto range = missing(meter, profile);
    if (!range) continue;
    from_s = std::min(from_s, range->from_s);
    until_s = std::max(until_s, range->until_s);
    selection.meters.push_back(inventory_[meter].serial);
  }
  if (selection.meters.empty()) return;
  selection.report = profile;
  selection.source = p32::Source::meter;
  selection.from = ms_of(from_s);
  selection.until = ms_of(until_s);
  ++counters_.requests;
  p32::WorkItem work;
  work.body = std::move(request);
  add_item(concentrator, std::move(work), std::nullopt);
}

// What the meter answered settles the range, also where it has no rows.
void Concentrators::on_rows_answered(Item& item, MeterIndex meter, p32::ReportKind profile,
                                     const p32::ProfileMeter& entry) {
  if (entry.failure) return;
  const p32::Selection& asked = std::get<p32::Request>(item.work.body).selection;
  if (asked.report != profile || !asked.from || !asked.until) return;
  item.answered.push_back(meter);
  const std::int64_t from_s = s_of(std::max(*asked.from, entry.from.value_or(*asked.from)));
  const std::int64_t until_s = s_of(std::min(*asked.until, entry.to.value_or(*asked.until)));
  const ProfileIndex index = store_.profile(profile_of(profile));
  if (store_.next_stamp(meter, index, store_.settled_until(meter, index)) >= from_s) {
    store_.settle(meter, index, until_s);
  }
  const auto gap = gaps_.find({meter, profile});
  if (gap == gaps_.end()) return;
  gap->second.tries = 0;
  gap->second.not_before = 0;
  if (from_s <= gap->second.twice_from_s && until_s >= gap->second.twice_to_s) {
    gap->second.twice_to_s = 0;
  }
}

void Concentrators::finish_request(ConcentratorIndex from, std::uint64_t seq) {
  const auto found = links_[from].items.find(seq);
  if (found == links_[from].items.end()) return;
  const Item& item = found->second;
  const p32::Selection& asked = std::get<p32::Request>(item.work.body).selection;
  for (const std::string& serial : asked.meters) {
    const MeterIndex meter = meter_of(from, serial);
    const auto& answered = item.answered;
    if (meter == kNoMeter || std::find(answered.begin(), answered.end(), meter) != answered.end()) {
      continue;
    }
    tried_in_vain(meter, asked.report);
  }
  drop_item(from, seq);
}

void Concentrators::tried_in_vain(MeterIndex meter, p32::ReportKind profile) {
  Gap& gap = gaps_[{meter, profile}];
  const std::int64_t delay_s =
      std::min(kDayS, config_.p32_check_period_s << std::min(gap.tries, kMaxDoublings));
  gap.not_before = now() + delay_s * kNsPerSecond;
  if (++gap.tries != config_.p32_retries + 1) return;
  // Not asked again before it reports something new.
  ++counters_.given_up;
  gap.twice_to_s = 0;
  store_.add_event(now(), meter, "missing rows given up", p32::name_of(profile));
}

}  // namespace hes

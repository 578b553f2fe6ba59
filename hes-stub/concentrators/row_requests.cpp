// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/row_requests.hpp"

#include <algorithm>

namespace hes {
namespace {

constexpr p32::ReportKind kProfiles[] = {p32::ReportKind::load_profile,
                                         p32::ReportKind::daily_closing,
                                         p32::ReportKind::monthly_closing};
constexpr std::size_t kMetersPerRequest = 200;
constexpr std::uint32_t kMaxDoublings = 6;

std::int64_t s_of(p32::UtcMs at) { return at / 1000; }
p32::UtcMs ms_of(std::int64_t utc_s) { return utc_s * 1000; }

}  // namespace

const Obis& profile_of(p32::ReportKind kind) {
  return kind == p32::ReportKind::load_profile    ? kLoadProfile
         : kind == p32::ReportKind::daily_closing ? kDailyClosing
                                                  : kMonthlyClosing;
}

RowRequests::RowRequests(Context& context, Mailbox& mailbox)
    : context_(context), mailbox_(mailbox), meters_(context.inventory.concentrators().size()) {
  for (MeterIndex meter = 0; meter < context.inventory.size(); ++meter) {
    const ConcentratorIndex parent = context.inventory[meter].concentrator;
    if (parent != kNoConcentrator) meters_[parent].push_back(meter);
  }
}

void RowRequests::start() {
  const std::int64_t period_s = context_.config.p32_check_period_s;
  for (ConcentratorIndex i = 0; i < meters_.size(); ++i) {
    // Not all at one instant.
    context_.wait_s(period_s + static_cast<std::int64_t>(i) % period_s, Deadline::Kind::p32_check,
                    i);
  }
}

void RowRequests::on_check_deadline(const Deadline& deadline) {
  context_.deadlines.add(deadline.at + context_.config.p32_check_period_s * kNsPerSecond,
                         Deadline::Kind::p32_check, deadline.index);
  check(static_cast<ConcentratorIndex>(deadline.index));
}

void RowRequests::check(ConcentratorIndex concentrator) {
  const UtcNs limit = context_.config.p32_request_timeout_s * kNsPerSecond;
  for (const p32::ReportKind profile : kProfiles) {
    bool open = false;
    std::uint64_t overdue = 0;
    for (const auto& [seq, item] : mailbox_.items(concentrator)) {
      const auto* request = std::get_if<p32::Request>(&item.work.body);
      if (request == nullptr || request->selection.report != profile) continue;
      open = true;
      // One that nobody fetched waits on: a second would not be fetched either.
      if ((item.handed || item.acked) && context_.now() >= item.since + limit) overdue = seq;
    }
    if (overdue != 0) finish(concentrator, overdue);
    if (!open || overdue != 0) ask(concentrator, profile);
  }
}

std::optional<StampRange> RowRequests::missing(MeterIndex meter, p32::ReportKind profile) {
  const EngineConfig& config = context_.config;
  Store& store = context_.store;
  const auto gap = gaps_.find({meter, profile});
  const std::int64_t due_s =
      context_.now_s() - config.p32_collect_period_s - config.p32_collect_grace_s;
  if (gap != gaps_.end()) {
    if (gap->second.not_before > context_.now()) return std::nullopt;
    const StampRange& twice = gap->second.twice;
    if (twice.to_s != 0 && twice.to_s <= due_s) return twice;
    if (gap->second.tries > config.p32_retries) return std::nullopt;
  }
  const ProfileIndex index = store.profile(profile_of(profile));
  const std::int64_t settled_s = store.settled_until(meter, index);
  if (store.next_stamp(meter, index, settled_s) > due_s) return std::nullopt;
  const std::int64_t period_s = profile == p32::ReportKind::load_profile
                                    ? context_.inventory[meter].capture_period_s
                                : profile == p32::ReportKind::daily_closing ? kDayS
                                                                            : 31 * kDayS;
  const std::int64_t to_s = std::min(due_s, settled_s + config.max_rows_per_pull * period_s);
  const std::vector<MissingRun> runs = store.missing(meter, index, settled_s, to_s);
  if (runs.empty()) return std::nullopt;
  return StampRange{runs.front().first_utc_s, runs.back().last_utc_s};
}

// One request for all meters that miss something: the concentrator reads them side by side.
void RowRequests::ask(ConcentratorIndex concentrator, p32::ReportKind profile) {
  p32::Request request;
  p32::Selection& selection = request.selection;
  StampRange all{INT64_MAX, INT64_MIN};
  for (const MeterIndex meter : meters_[concentrator]) {
    if (selection.meters.size() >= kMetersPerRequest) break;
    const auto range = missing(meter, profile);
    if (!range) continue;
    all = {std::min(all.from_s, range->from_s), std::max(all.to_s, range->to_s)};
    selection.meters.push_back(context_.inventory[meter].serial);
  }
  if (selection.meters.empty()) return;
  selection.report = profile;
  selection.source = p32::Source::meter;
  selection.from = ms_of(all.from_s);
  selection.until = ms_of(all.to_s);
  ++context_.counters.p32.requests;
  p32::WorkItem work;
  work.body = std::move(request);
  mailbox_.add(concentrator, std::move(work), std::nullopt);
}

void RowRequests::on_answer(Mailbox::Item& item, MeterIndex meter, p32::ReportKind profile,
                            const p32::ProfileMeter& entry) {
  if (entry.failure) return;
  const p32::Selection& asked = std::get<p32::Request>(item.work.body).selection;
  if (asked.report != profile || !asked.from || !asked.until) return;
  item.answered.push_back(meter);
  Store& store = context_.store;
  const std::int64_t from_s = s_of(std::max(*asked.from, entry.from.value_or(*asked.from)));
  const std::int64_t until_s = s_of(std::min(*asked.until, entry.to.value_or(*asked.until)));
  const ProfileIndex index = store.profile(profile_of(profile));
  if (store.next_stamp(meter, index, store.settled_until(meter, index)) >= from_s) {
    store.settle(meter, index, until_s);
  }
  reached(meter, profile);
  const auto gap = gaps_.find({meter, profile});
  if (gap == gaps_.end()) return;
  StampRange& twice = gap->second.twice;
  if (from_s <= twice.from_s && until_s >= twice.to_s) twice.to_s = 0;
}

void RowRequests::reached(MeterIndex meter, p32::ReportKind profile) {
  const auto gap = gaps_.find({meter, profile});
  if (gap == gaps_.end()) return;
  gap->second.tries = 0;
  gap->second.not_before = 0;
}

void RowRequests::finish(ConcentratorIndex from, std::uint64_t seq) {
  const auto found = mailbox_.items(from).find(seq);
  if (found == mailbox_.items(from).end()) return;
  const auto& answered = found->second.answered;
  const p32::Selection& asked = std::get<p32::Request>(found->second.work.body).selection;
  for (const std::string& serial : asked.meters) {
    const MeterIndex meter = context_.inventory.by_serial(serial, from);
    if (meter == kNoMeter || std::find(answered.begin(), answered.end(), meter) != answered.end()) {
      continue;
    }
    tried_in_vain(meter, asked.report);
  }
  mailbox_.drop(from, seq);
}

void RowRequests::tried_in_vain(MeterIndex meter, p32::ReportKind profile) {
  const EngineConfig& config = context_.config;
  Gap& gap = gaps_[{meter, profile}];
  const std::int64_t delay_s =
      std::min(kDayS, config.p32_check_period_s << std::min(gap.tries, kMaxDoublings));
  gap.not_before = context_.now() + delay_s * kNsPerSecond;
  if (++gap.tries != config.p32_retries + 1) return;
  // Not asked again before it reports something new.
  ++context_.counters.p32.given_up;
  gap.twice.to_s = 0;
  context_.note_event(meter, "missing rows given up", p32::name_of(profile));
}

void RowRequests::set_back(MeterIndex meter, std::int64_t by_s) {
  if (by_s <= 0) return;
  const std::int64_t period_s = context_.inventory[meter].capture_period_s;
  const std::int64_t most_s = context_.config.max_rows_per_pull / 2 * period_s;
  const std::int64_t now_s = context_.now_s();
  StampRange& twice = gaps_[{meter, p32::ReportKind::load_profile}].twice;
  const std::int64_t from_s = now_s - by_s - period_s;
  twice.from_s = twice.to_s == 0 ? from_s : std::min(twice.from_s, from_s);
  twice.to_s = std::min(std::max(twice.to_s, now_s + by_s + period_s), twice.from_s + most_s);
}

}  // namespace hes

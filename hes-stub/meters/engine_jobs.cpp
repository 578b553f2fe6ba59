// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who is served when, and with what: orders first, then missing rows, the daily closing, the clock.
#include <algorithm>

#include "hes-stub/meters/engine.hpp"
#include "hes-stub/meters/row_decoder.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace hes {
namespace {

using protocol::cosem::Selection;
using Step = ActiveSession::Step;

constexpr std::int64_t kMaxShiftS = 900;  // Blue Book 4.5.1
// A closing that is not there is asked for again, for a while: a slow clock writes it late, a
// meter without power never.
constexpr std::int64_t kClosingAgainS = 3600;
constexpr std::int64_t kClosingGivenUpS = 6 * 3600;

Selection range(std::int64_t from_s, std::int64_t to_s) {
  Selection selection;
  selection.kind = Selection::Kind::range;
  selection.from_utc_s = from_s;
  selection.to_utc_s = to_s;
  return selection;
}

}  // namespace

void Engine::check(MeterIndex meter, std::uint32_t generation) {
  MeterState& state = meters_[meter];
  if (state.check_generation != generation) return;
  deadlines_.add(now() + config_.check_period_s * kNsPerSecond, Deadline::Kind::check, meter,
                 generation);
  plan(meter);
  enqueue(meter);
}

void Engine::plan(MeterIndex meter) {
  TypeState& type = type_of(meter);
  if (!type.known) {
    if (type.learner != kNoMeter) return;
    type.learner = meter;
    meters_[meter].wants |= kWantLearn;
    return;
  }
  plan_load_profile(meter);
  if (config_.closing_pull && type.type.profile(kDailyClosing) != nullptr) plan_closing(meter);
  if (config_.clock_check) plan_clock(meter);
}

void Engine::plan_load_profile(MeterIndex meter) {
  MeterState& state = meters_[meter];
  state.wants &= static_cast<std::uint8_t>(~kWantRows);
  const std::int64_t due_s = now_s() - config_.push_period_s - config_.push_grace_s;
  if (state.twice_to_s != 0 && state.twice_to_s <= due_s) {
    state.rows_from_s = state.twice_from_s;
    state.rows_to_s = state.twice_to_s;
    state.wants |= kWantRows;
    return;
  }
  const std::int64_t settled_s = store_.settled_until(meter, load_profile_);
  if (store_.next_stamp(meter, load_profile_, settled_s) > due_s) return;
  // With the oldest row of a push its other rows are lost too: not one pull for each.
  const std::int64_t period_s = inventory_[meter].capture_period_s;
  const std::int64_t lost_s = due_s + std::max<std::int64_t>(config_.push_period_s - period_s, 0);
  const std::int64_t to_s = std::min(lost_s, settled_s + config_.max_rows_per_pull * period_s);
  const std::vector<MissingRun> runs = store_.missing(meter, load_profile_, settled_s, to_s);
  if (runs.empty()) return;
  state.rows_from_s = runs.front().first_utc_s;
  state.rows_to_s = runs.back().last_utc_s;
  state.wants |= kWantRows;
}

void Engine::plan_closing(MeterIndex meter) {
  MeterState& state = meters_[meter];
  const std::int64_t due_s = now_s() - config_.closing_delay_s - state.closing_spread_s;
  std::int64_t stamp = store_.next_stamp(meter, closing_, store_.settled_until(meter, closing_));
  if (stamp > due_s || now_s() < state.closing_again_s) return;
  // Months of them after a long absence come in one answer, a row a day.
  for (std::int64_t i = 0; i < config_.max_rows_per_pull && stamp <= due_s; ++i) {
    state.closing_until_s = stamp;
    stamp = store_.next_stamp(meter, closing_, stamp);
  }
  state.wants |= kWantClosing;
}

void Engine::plan_clock(MeterIndex meter) {
  MeterState& state = meters_[meter];
  const std::int64_t due_s = now_s() - config_.closing_delay_s - state.closing_spread_s;
  if (config_.zone.next_midnight(state.clock_checked_s) <= due_s) state.wants |= kWantClock;
}

void Engine::enqueue(MeterIndex meter) {
  MeterState& state = meters_[meter];
  if (state.connection == kNoConnection) return;
  if (ActiveSession* session = session_of(meter)) {
    if (session->step == Step::idle) next_job(*session);
    return;
  }
  if (now() < state.not_before) return;
  const bool order = due_order(meter) != nullptr;
  if (order) {
    waiting_orders_.push_back(meter);
  } else if (state.wants != 0 && !state.queued) {
    state.queued = true;
    waiting_.push_back(meter);
  }
}

void Engine::pump() {
  const auto limit = static_cast<std::size_t>(config_.max_sessions);
  while (sessions_.size() - free_sessions_.size() < limit) {
    std::deque<MeterIndex>& line = waiting_orders_.empty() ? waiting_ : waiting_orders_;
    if (line.empty()) return;
    const MeterIndex meter = line.front();
    line.pop_front();
    MeterState& state = meters_[meter];
    if (&line == &waiting_) state.queued = false;
    const bool work = state.wants != 0 || due_order(meter) != nullptr;
    if (!work || state.connection == kNoConnection || state.session != kNoSession ||
        now() < state.not_before) {
      continue;
    }
    begin_session(meter);
  }
}

void Engine::next_job(ActiveSession& session) {
  const MeterState& state = meters_[session.meter];
  session.begun = now();
  session.step = Step::idle;
  if (due_order(session.meter) != nullptr) return request_order(session);
  if ((state.wants & kWantLearn) != 0) return request_learn(session);
  if ((state.wants & kWantRows) != 0) return request_load_profile(session);
  if ((state.wants & kWantClosing) != 0) return request_closing(session);
  if ((state.wants & kWantClock) != 0) return request_clock(session);
  const bool others_wait = !waiting_.empty() || !waiting_orders_.empty();
  if (others_wait || config_.idle_release_s == 0) return release(session);
  await(session, config_.idle_release_s);
}

void Engine::request_load_profile(ActiveSession& session) {
  const MeterState& state = meters_[session.meter];
  session.step = Step::pulling_rows;
  session.pull_to_s = state.rows_to_s;
  transmit(session, session.client->get({classes::ProfileGeneric::kId, kLoadProfile,
                                         classes::ProfileGeneric::kBuffer},
                                        range(state.rows_from_s, state.rows_to_s)));
}

void Engine::request_closing(ActiveSession& session) {
  session.step = Step::pulling_closing;
  const std::int64_t from_s = store_.settled_until(session.meter, closing_) + 1;
  const std::int64_t to_s = std::max(from_s, meters_[session.meter].closing_until_s);
  session.pull_to_s = to_s;
  transmit(session, session.client->get({classes::ProfileGeneric::kId, kDailyClosing,
                                         classes::ProfileGeneric::kBuffer},
                                        range(from_s, to_s)));
}

void Engine::request_clock(ActiveSession& session) {
  session.step = Step::reading_clock;
  transmit(session, session.client->get({classes::Clock::kId, kClock, classes::Clock::kTime}));
}

void Engine::on_rows(ActiveSession& session, Bytes value) {
  const MeterIndex meter = session.meter;
  const bool closing = session.step == Step::pulling_closing;
  const Obis& obis = closing ? kDailyClosing : kLoadProfile;
  const ProfileType* profile = type_of(meter).type.profile(obis);
  const std::int64_t period_s = closing ? kDayS : inventory_[meter].capture_period_s;
  const DecodedRows decoded = decode_rows(value, *profile, period_s, rows_);
  counters_.rows_without_time += decoded.without_time;
  if (!decoded.ok) {
    ++counters_.malformed;
    return retry_or_fail(session);
  }
  ++counters_.pulls;
  store_rows(meter, obis, Delivery::pull, now());
  if (!closing) {
    MeterState& state = meters_[meter];
    if (session.pull_to_s == state.twice_to_s) {
      state.twice_to_s = 0;  // below what is settled
    } else {
      store_.settle(meter, load_profile_, session.pull_to_s);
    }
    finish_job(session, kWantRows);
    return;
  }
  const std::int64_t until_s = session.pull_to_s;
  const auto is_last = [until_s](const Row& row) { return row.stamp_utc_s == until_s; };
  const bool there = std::any_of(rows_.begin(), rows_.end(), is_last);
  if (there || now_s() - until_s > kClosingGivenUpS) {
    store_.settle(meter, closing_, until_s);
  } else {
    meters_[meter].closing_again_s = now_s() + kClosingAgainS;
  }
  finish_job(session, kWantClosing);
}

bool Engine::read_deviation(const ActiveSession& session, Bytes value, UtcNs& deviation) const {
  protocol::axdr::Cursor in(value);
  const auto time = protocol::cosem::decode_date_time(in.date_time());
  constexpr std::int64_t kFarthest = INT64_C(8'000'000'000);  // past it nanoseconds overflow
  if (!in.at_end() || !time || time->utc_s < -kFarthest || time->utc_s > kFarthest) return false;
  constexpr UtcNs kNsPerHundredth = kNsPerSecond / 100;
  const UtcNs meter_ns = time->utc_s * kNsPerSecond + time->hundredths * kNsPerHundredth;
  // The meter read its clock about half way between request and answer.
  deviation = meter_ns - (session.sent + (now() - session.sent) / 2);
  return true;
}

void Engine::on_clock(ActiveSession& session, Bytes value) {
  MeterState& state = meters_[session.meter];
  state.clock_checked_s = now_s();
  UtcNs deviation = 0;
  if (!read_deviation(session, value, deviation)) {
    ++counters_.malformed;
    store_.add_event(now(), session.meter, "clock invalid", "");
    if (config_.clock_correct) return set_clock(session);
    return finish_job(session, kWantClock);
  }
  store_.add_event(now(), session.meter, "clock deviation ns", std::to_string(deviation));
  observer_.clock_checked(session.meter, deviation, now());
  const UtcNs limit = config_.clock_threshold_s * kNsPerSecond;
  if (!config_.clock_correct || (deviation <= limit && deviation >= -limit)) {
    return finish_job(session, kWantClock);
  }
  correct_clock(session, deviation);
}

void Engine::set_clock(ActiveSession& session) {
  session.step = Step::correcting_clock;
  store_.add_event(now(), session.meter, "clock set", "");
  transmit(session, session.client->set({classes::Clock::kId, kClock, classes::Clock::kTime},
                                        clock_value(now_s())));
}

void Engine::correct_clock(ActiveSession& session, UtcNs deviation) {
  session.step = Step::correcting_clock;
  clock_moved(session.meter, deviation, 0);  // also when its answer gets lost
  const std::int64_t shift_s = -deviation / kNsPerSecond;
  if (shift_s < -kMaxShiftS || shift_s > kMaxShiftS) {
    return set_clock(session);
  }
  store_.add_event(now(), session.meter, "clock shift s", std::to_string(shift_s));
  std::array<std::uint8_t, 3> parameter;
  protocol::Writer out(parameter);
  protocol::axdr::put_long(static_cast<std::int16_t>(shift_s), out);
  transmit(session, session.client->action(
                        {classes::Clock::kId, kClock, classes::Clock::kShiftTime}, out.written()));
}

// What the meter stamps from now on it has stamped before: look at these stamps once its pushes of
// them must have come.
void Engine::clock_moved(MeterIndex meter, UtcNs deviation_before, UtcNs deviation_after) {
  if (deviation_after >= deviation_before) return;
  const std::int64_t period_s = inventory_[meter].capture_period_s;
  MeterState& state = meters_[meter];
  const std::int64_t from_s = now_s() + deviation_after / kNsPerSecond - period_s;
  const std::int64_t to_s = now_s() + deviation_before / kNsPerSecond + period_s;
  state.twice_from_s = state.twice_to_s == 0 ? from_s : std::min(state.twice_from_s, from_s);
  // Two rows a stamp; a clock that was a year ahead is not worth more than one pull.
  const std::int64_t most_s = config_.max_rows_per_pull / 2 * period_s;
  state.twice_to_s = std::min(std::max(state.twice_to_s, to_s), state.twice_from_s + most_s);
}

// The next check sees whether it must be asked again.
void Engine::job_refused(ActiveSession& session, Want want) {
  store_.add_event(now(), session.meter, "refused", std::to_string(static_cast<int>(want)));
  meters_[session.meter].wants &= static_cast<std::uint8_t>(~want);
  session.attempts = 0;
  report(session, want == kWantRows      ? MessageKind::pull
                  : want == kWantClosing ? MessageKind::closing
                                         : MessageKind::clock);
  next_job(session);
}

void Engine::finish_job(ActiveSession& session, Want want) {
  MeterState& state = meters_[session.meter];
  state.wants &= static_cast<std::uint8_t>(~want);
  state.failures = 0;
  session.attempts = 0;
  switch (want) {
    case kWantLearn:
      report(session, MessageKind::learn);
      plan(session.meter);
      break;
    case kWantRows:
      report(session, MessageKind::pull);
      plan_load_profile(session.meter);  // a long gap comes in parts
      break;
    case kWantClosing:
      report(session, MessageKind::closing);
      break;
    case kWantClock:
      report(session, MessageKind::clock);
      break;
  }
  next_job(session);
}

}  // namespace hes

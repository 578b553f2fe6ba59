// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/schedule.hpp"

#include <algorithm>

#include "hes-stub/meters/jobs.hpp"

namespace hes {
namespace {

constexpr std::int64_t kMaxBackoffDoublings = 20;

}  // namespace

void Jobs::session_ended(MeterIndex meter) {
  types_.stop_learning(meter);
  plans_.drop(meter, kWantLearn);
}

std::unique_ptr<Job> Jobs::next(MeterIndex meter) {
  // It let us in: under new keys their change would be settled.
  if (context_.keys.changing(meter) && !orders_.has(meter, OrderKind::key)) {
    context_.keys.give_up(meter);
  }
  if (PendingOrder* const order = orders_.due(meter)) {
    if (order->result.order.kind == OrderKind::image) {
      return make_image_job(context_, orders_, *order);
    }
    if (order->result.order.kind == OrderKind::key) {
      return make_key_job(context_, orders_, *order);
    }
    return make_order_job(context_, plans_, orders_, *order);
  }
  if (plans_.wants(meter, kWantLearn)) return make_learn_job(context_, types_, plans_, pushes_);
  for (const Want want : {kWantRows, kWantClosing, kWantMonth}) {
    if (plans_.wants(meter, want)) return make_pull_job(context_, types_, plans_, want);
  }
  if (plans_.wants(meter, kWantClock)) return make_clock_job(context_, plans_);
  if (events_.wants(meter)) return make_events_job(context_, events_);
  return nullptr;
}

Schedule::Schedule(Context& context, Wire& wire, Jobs& jobs)
    : context_(context),
      wire_(wire),
      jobs_(jobs),
      counters_(context),
      meters_(context.inventory.size()) {}

void Schedule::on_bound(MeterIndex meter) {
  Standing& standing = meters_[meter];
  standing.not_before = 0;  // a new chance
  standing.failures = 0;
  const EngineConfig& config = context_.config;
  const std::int64_t delay_s =
      config.reconnect_delay_s + context_.draw_below(config.reconnect_spread_s + 1);
  context_.wait_s(delay_s, Deadline::Kind::check, meter, ++standing.check_generation);
  wake(meter);  // orders do not wait
}

void Schedule::on_unbound(MeterIndex meter) {
  ++meters_[meter].check_generation;
  jobs_.forget(meter);
  if (Session* const session = session_of(meter)) session->end();
}

bool Schedule::on_apdu(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu,
                       std::uint32_t octets) {
  Session* const session = session_of(meter);
  if (session == nullptr || client != session->client_sap()) return false;
  session->on_apdu(apdu, octets);
  return true;
}

void Schedule::check(MeterIndex meter, std::uint32_t generation) {
  if (meters_[meter].check_generation != generation) return;
  context_.wait_s(context_.config.check_period_s, Deadline::Kind::check, meter, generation);
  jobs_.plan(meter);
  wake(meter);
}

void Schedule::on_session_timer(std::uint32_t session, std::uint32_t generation) {
  sessions_[session]->on_timer(generation);
}

void Schedule::wake(MeterIndex meter) {
  Standing& standing = meters_[meter];
  if (!wire_.reaches(meter)) return;
  if (Session* const session = session_of(meter)) return session->wake();
  if (context_.now() < standing.not_before) return;
  if (jobs_.has_order(meter)) {
    waiting_orders_.push_back(meter);
  } else if (jobs_.has_want(meter) && !standing.queued) {
    standing.queued = true;
    waiting_.push_back(meter);
  }
}

void Schedule::pump() {
  const auto limit = static_cast<std::size_t>(context_.config.max_sessions);
  while (sessions_.size() - free_sessions_.size() < limit) {
    std::deque<MeterIndex>& line = waiting_orders_.empty() ? waiting_ : waiting_orders_;
    if (line.empty()) return;
    const MeterIndex meter = line.front();
    line.pop_front();
    Standing& standing = meters_[meter];
    if (&line == &waiting_) standing.queued = false;
    const bool work = jobs_.has_want(meter) || jobs_.has_order(meter);
    if (!work || !wire_.reaches(meter) || standing.session != kNoSession ||
        context_.now() < standing.not_before) {
      continue;
    }
    begin_session(meter);
  }
}

Session* Schedule::session_of(MeterIndex meter) {
  const std::uint32_t index = meters_[meter].session;
  return index == kNoSession ? nullptr : sessions_[index].get();
}

void Schedule::begin_session(MeterIndex meter) {
  if (free_sessions_.empty()) {
    const auto index = static_cast<std::uint32_t>(sessions_.size());
    SessionHost& host = *this;
    sessions_.push_back(
        std::make_unique<Session>(context_, host, counters_, Deadline::Kind::session, index));
    free_sessions_.push_back(index);
  }
  const std::uint32_t index = free_sessions_.back();
  free_sessions_.pop_back();
  meters_[meter].session = index;
  sessions_[index]->begin(meter);
}

void Schedule::send(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu) {
  wire_.send(meter, client, apdu);
}

void Schedule::on_session_end(std::uint32_t session, MeterIndex meter) {
  jobs_.session_ended(meter);
  meters_[meter].session = kNoSession;
  free_sessions_.push_back(session);
}

void Schedule::on_session_failed(MeterIndex meter, std::string_view trouble) {
  ++context_.counters.gave_up;
  context_.note_event(meter, "session failed", trouble);
  Standing& standing = meters_[meter];
  const EngineConfig& config = context_.config;
  const std::int64_t doublings = std::min<std::int64_t>(standing.failures, kMaxBackoffDoublings);
  if (standing.failures < UINT8_MAX) ++standing.failures;
  const std::int64_t delay_s =
      std::min(config.backoff_max_s, config.backoff_s * (std::int64_t{1} << doublings));
  standing.not_before =
      context_.now() + (delay_s + context_.draw_below(delay_s / 4 + 1)) * kNsPerSecond;
  context_.deadlines.add(standing.not_before, Deadline::Kind::retry, meter);
}

}  // namespace hes

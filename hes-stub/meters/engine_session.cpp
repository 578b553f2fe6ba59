// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// One association with one meter, from opening to release, and what happens when it goes wrong.
#include <fmt/format.h>

#include <algorithm>

#include "hes-stub/meters/engine.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"

namespace hes {
namespace {

using protocol::Bytes;
using protocol::dlms::ClientEvent;
using Step = ActiveSession::Step;
using Kind = ClientEvent::Kind;

constexpr Obis kInvocationCounter = protocol::cosem::obis(0, 0, 43, 1, 0);
// Our counters are written to the store ahead of their use, this many at a time.
constexpr std::uint32_t kReservedCounters = 1000;
constexpr std::uint32_t kCountersOfASession = 200;
// A row of kMaxValues registers of 9 octets with clock and status stays below.
constexpr std::size_t kMaxRowOctets = 192;
constexpr std::int64_t kMaxBackoffDoublings = 20;

}  // namespace

ActiveSession* Engine::session_of(MeterIndex meter) {
  const std::uint32_t index = meters_[meter].session;
  return index == kNoSession ? nullptr : sessions_[index].get();
}

void Engine::begin_session(MeterIndex meter) {
  if (free_sessions_.empty()) {
    auto& added = sessions_.emplace_back(std::make_unique<ActiveSession>());
    added->index = static_cast<std::uint32_t>(sessions_.size() - 1);
    added->work.resize(static_cast<std::size_t>(4 * config_.max_pdu_octets) +
                       static_cast<std::size_t>(config_.max_rows_per_pull) * kMaxRowOctets);
    free_sessions_.push_back(added->index);
  }
  ActiveSession& session = *sessions_[free_sessions_.back()];
  free_sessions_.pop_back();
  meters_[meter].session = session.index;
  session.meter = meter;
  session.attempts = 0;
  session.counter_read = false;
  session.order = 0;
  session.octets_up = session.octets_down = 0;
  session.begun = now();
  associate(session, meters_[meter].client_counter == 0);
}

void Engine::associate(ActiveSession& session, bool public_client) {
  const MeterEntry& entry = inventory_[session.meter];
  protocol::dlms::ClientConfig client;
  client.max_pdu_octets = static_cast<std::uint16_t>(config_.max_pdu_octets);
  if (!public_client) {
    client.client_sap = protocol::dlms::kManagementClient;
    client.authentication = protocol::dlms::Authentication::hls5_gmac;
    client.ciphered = true;
    client.system_title = config_.system_title;
    client.meter_system_title = entry.system_title;
    client.keys = entry.keys;
    reserve_counters(session.meter);
    client.invocation_counter = meters_[session.meter].client_counter;
  }
  session.public_client = public_client;
  session.counter_read |= public_client;
  session.step = Step::associating;
  session.client.emplace(client, ports_.crypto, session.work);
  transmit(session, session.client->associate());
}

void Engine::reserve_counters(MeterIndex meter) {
  const std::uint32_t next = meters_[meter].client_counter;
  MeterRecord record = store_.record(meter);
  if (record.client_reserved >= next && record.client_reserved - next >= kCountersOfASession)
    return;
  record.client_reserved = next + std::min(kReservedCounters, UINT32_MAX - next);
  store_.set_record(meter, record);
}

void Engine::transmit(ActiveSession& session, const protocol::Result<Bytes>& apdu) {
  if (!apdu) {
    log(fmt::format("meter {}: request not possible: {}", inventory_[session.meter].serial,
                    protocol::error_name(apdu.error())));
    return fail(session);
  }
  if (!session.public_client) {
    meters_[session.meter].client_counter = session.client->invocation_counter();
    reserve_counters(session.meter);
  }
  session.sent = now();
  session.octets_down +=
      static_cast<std::uint32_t>(apdu->size() + protocol::wrapper::kHeaderOctets);
  send(session.meter,
       session.public_client ? protocol::dlms::kPublicClient : protocol::dlms::kManagementClient,
       *apdu);
  await(session, config_.response_timeout_s);
}

void Engine::await(ActiveSession& session, std::int64_t seconds) {
  deadlines_.add(now() + seconds * kNsPerSecond, Deadline::Kind::session, session.index,
                 ++session.generation);
}

void Engine::on_answer(ActiveSession& session, Bytes apdu, std::uint32_t octets) {
  session.octets_up += octets;
  const ClientEvent event = session.client->on_apdu(apdu);
  switch (event.kind) {
    case Kind::nothing:
      ++counters_.malformed;
      return;
    case Kind::send:
      return transmit(session, event.send);
    case Kind::associated:
      return on_associated(session);
    case Kind::released:
      if (session.step == Step::releasing_public) return associate(session, false);
      report(session, MessageKind::association);
      return end_session(session);
    case Kind::notification:
      return;
    case Kind::rejected:
    case Kind::data:
    case Kind::done:
    case Kind::refused:
    case Kind::exception:
      return on_job_event(session, event);
  }
}

void Engine::on_associated(ActiveSession& session) {
  if (session.public_client) {
    session.step = Step::reading_counter;
    return transmit(session, session.client->get(
                                 {classes::Data::kId, kInvocationCounter, classes::Data::kValue}));
  }
  ++counters_.associations;
  report(session, MessageKind::association);
  next_job(session);
}

void Engine::on_job_event(ActiveSession& session, const ClientEvent& event) {
  ++session.generation;  // the answer is here
  if (event.kind == Kind::rejected || session.step == Step::associating) {
    ++counters_.rejected;
    store_.add_event(now(), session.meter, "association rejected", "");
    // Most likely our counter is not above what the meter has seen: ask it, once.
    if (!session.public_client && !session.counter_read) return associate(session, true);
    return fail(session);
  }
  const bool data = event.kind == Kind::data;
  switch (session.step) {
    case Step::reading_counter:
      return data ? on_counter(session, event.data) : fail(session);
    case Step::learning:
      return on_learnt(session, event);
    case Step::order_clock:
    case Step::order:
      return on_order_answer(session, event);
    default:
      break;
  }
  if (event.kind == Kind::exception) return retry_or_fail(session);
  switch (session.step) {
    case Step::pulling_rows:
      return data ? on_rows(session, event.data) : job_refused(session, kWantRows);
    case Step::pulling_closing:
      return data ? on_rows(session, event.data) : job_refused(session, kWantClosing);
    case Step::reading_clock:
      if (data) return on_clock(session, event.data);
      meters_[session.meter].clock_checked_s = now_s();
      return job_refused(session, kWantClock);
    case Step::correcting_clock:
      return finish_job(session, kWantClock);
    default:
      ++counters_.malformed;
      return retry_or_fail(session);
  }
}

// The last counter that the meter accepted from us; ours must be above.
void Engine::on_counter(ActiveSession& session, Bytes value) {
  protocol::axdr::Cursor in(value);
  const std::uint64_t last = in.unsigned_number();
  if (!in.at_end() || last >= UINT32_MAX) {
    ++counters_.malformed;
    return fail(session);
  }
  std::uint32_t& counter = meters_[session.meter].client_counter;
  counter = std::max(counter, static_cast<std::uint32_t>(last) + 1);
  session.step = Step::releasing_public;
  transmit(session, session.client->release());
}

void Engine::on_session_timer(ActiveSession& session) {
  switch (session.step) {
    case Step::free:
      return;
    case Step::idle:
      return release(session);
    case Step::releasing:
      return end_session(session);
    case Step::releasing_public:
      return associate(session, false);
    default:
      ++counters_.timeouts;
      return retry_or_fail(session);
  }
}

void Engine::release(ActiveSession& session) {
  session.step = Step::releasing;
  session.begun = now();
  transmit(session, session.client->release());
}

// What the meter knows of the association is unknown now: open it anew, then the same job again.
void Engine::retry_or_fail(ActiveSession& session) {
  let_go_of_order(session);
  if (session.attempts >= config_.retries) return fail(session);
  ++session.attempts;
  session.begun = now();
  associate(session, meters_[session.meter].client_counter == 0);
}

void Engine::fail(ActiveSession& session) {
  const MeterIndex meter = session.meter;
  ++counters_.gave_up;
  store_.add_event(now(), meter, "session failed", "");
  end_session(session);
  back_off(meter);
}

void Engine::end_session(ActiveSession& session) {
  let_go_of_order(session);
  TypeState& type = type_of(session.meter);
  if (type.learner == session.meter) type.learner = kNoMeter;
  MeterState& state = meters_[session.meter];
  state.wants &= static_cast<std::uint8_t>(~kWantLearn);
  state.session = kNoSession;
  session.meter = kNoMeter;
  session.step = Step::free;
  ++session.generation;
  session.client.reset();
  free_sessions_.push_back(session.index);
}

void Engine::back_off(MeterIndex meter) {
  MeterState& state = meters_[meter];
  const std::int64_t doublings = std::min<std::int64_t>(state.failures, kMaxBackoffDoublings);
  if (state.failures < UINT8_MAX) ++state.failures;
  const std::int64_t delay_s =
      std::min(config_.backoff_max_s, config_.backoff_s * (std::int64_t{1} << doublings));
  state.not_before = now() + (delay_s + draw_below(delay_s / 4 + 1)) * kNsPerSecond;
  deadlines_.add(state.not_before, Deadline::Kind::retry, meter);
}

void Engine::report(ActiveSession& session, MessageKind kind) {
  Message message;
  message.meter = session.meter;
  message.kind = kind;
  message.octets_up = session.octets_up;
  message.octets_down = session.octets_down;
  message.at = now();
  message.latency = now() - session.begun;
  observer_.message(message);
  session.octets_up = session.octets_down = 0;
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// One association with one meter, from opening to release, and what happens when it goes wrong.
#include "dcu/app/meters/session.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::AccessResult;
using protocol::dlms::ClientEvent;
using Kind = ClientEvent::Kind;

constexpr std::uint8_t kMeterLsap = 1;
constexpr std::uint8_t kOwnLsap = 3;
constexpr std::uint8_t kPublicLsap = 16;
constexpr auto kInvocationCounter = protocol::cosem::obis(0, 0, 43, 1, 1);
// Counters are written to the store ahead of their use.
constexpr std::uint32_t kReservedCounters = 1000;
constexpr std::uint32_t kCountersOfASession = 200;
constexpr std::uint16_t kMaxPduOctets = fw::kMaxLsdu;
// The longest value: 192 rows of six long64 registers with clock and status.
constexpr std::size_t kWorkOctets = 4 * kMaxPduOctets + 192 * 80;
// Waiting for the line to carry a request away, in answer times.
constexpr std::int64_t kLineShare = 4;

}  // namespace

void Poller::begin(MeterIndex meter) {
  if (free_.empty()) {
    sessions_.push_back(std::make_unique<Session>());
    sessions_.back()->work.resize(kWorkOctets);
    free_.push_back(sessions_.back().get());
  }
  Session& session = *free_.back();
  free_.pop_back();
  session.meter = meter;
  session.attempts = 0;
  session.counter_read = false;
  session.keys_tried = false;
  lines_[meter].session = &session;
  associate(session, lines_[meter].counter == 0);
}

void Poller::associate(Session& session, bool public_client) {
  const MeterEntry& entry = core_.store.meters()[session.meter];
  Line& line = lines_[session.meter];
  protocol::dlms::ClientConfig config;
  config.max_pdu_octets = kMaxPduOctets;
  if (!public_client) {
    config.client_sap = kOwnLsap;
    config.authentication = protocol::dlms::Authentication::hls5_gmac;
    config.ciphered = true;
    config.system_title = core_.store.config().system_title;
    config.meter_system_title = entry.given.system_title;
    const bool next = line.try_next_keys && entry.next_keys;
    config.keys = next ? *entry.next_keys : entry.given.keys;
    config.invocation_counter = line.counter;
  }
  session.public_client = public_client;
  session.counter_read |= public_client;
  session.step = Session::Step::associating;
  session.client.emplace(config, core_.crypto, session.work);
  transmit(session, session.client->associate());
}

void Poller::reserve_counters(Session& session) {
  Line& line = lines_[session.meter];
  MeterEntry& entry = core_.store.meters()[session.meter];
  line.counter = session.client->invocation_counter();
  if (entry.counter_reserved >= line.counter &&
      entry.counter_reserved - line.counter >= kCountersOfASession) {
    return;
  }
  entry.counter_reserved = line.counter + std::min(kReservedCounters, UINT32_MAX - line.counter);
  core_.store.save_state(session.meter);
  core_.store.commit();
}

void Poller::transmit(Session& session, const protocol::Result<Bytes>& apdu) {
  const Line& line = lines_[session.meter];
  session.handle = fw::kNotSent;
  if (apdu) {
    if (!session.public_client) reserve_counters(session);
    if (core_.store.failed()) return;
    const std::uint8_t own = session.public_client ? kPublicLsap : kOwnLsap;
    session.handle =
        core_.subnetwork.send(line.address, kMeterLsap, own, *apdu, fw::Priority::normal);
    if (session.job != nullptr) {
      session.job->octets_down += static_cast<std::uint32_t>(apdu->size());
    }
  }
  session.sent = core_.now();
  // What cannot be sent now is tried again like what was not answered.
  await(session, session.handle == fw::kNotSent
                     ? 1
                     : kLineShare * core_.store.parameters().response_timeout_s);
}

void Poller::await(Session& session, std::int64_t seconds) {
  core_.agenda.cancel(session.timer);
  Session* const waiting = &session;
  session.timer = core_.agenda.at(core_.in_s(seconds), [this, waiting] { on_timeout(*waiting); });
}

bool Poller::on_sent(fw::SendHandle handle, bool ok) {
  for (const auto& session : sessions_) {
    if (session->step == Session::Step::free || session->handle != handle) continue;
    session->handle = fw::kNotSent;
    if (session->step != Session::Step::ready) {
      await(*session, ok ? core_.store.parameters().response_timeout_s : 0);
    }
    return true;
  }
  return false;
}

bool Poller::on_data(MeterIndex meter, std::uint8_t client, Bytes apdu) {
  Session* const session = lines_[meter].session;
  if (client != kOwnLsap && client != kPublicLsap) return false;
  if (session == nullptr || session->public_client != (client == kPublicLsap)) return false;
  if (session->job != nullptr) {
    session->job->octets_up += static_cast<std::uint32_t>(apdu.size());
  }
  on_event(*session, session->client->on_apdu(apdu));
  return true;
}

void Poller::on_event(Session& session, const ClientEvent& event) {
  switch (event.kind) {
    case Kind::nothing:
    case Kind::notification:  // opened elsewhere, before
      ++core_.counters.dlms_ignored;
      return;
    case Kind::send:
      return transmit(session, event.send);
    case Kind::associated:
      return on_associated(session);
    case Kind::rejected:
      return on_rejected(session);
    case Kind::released:
      if (session.step == Session::Step::releasing_public) return associate(session, false);
      return end(session);
    case Kind::data:
    case Kind::done:
    case Kind::refused:
    case Kind::exception:
      if (session.step == Session::Step::reading_counter) return on_counter(session, event);
      if (session.step == Session::Step::requesting) return on_answer(session, event);
      ++core_.counters.dlms_ignored;
  }
}

void Poller::on_associated(Session& session) {
  if (session.public_client) {
    session.step = Session::Step::reading_counter;
    return transmit(session, session.client->get(
                                 {classes::Data::kId, kInvocationCounter, classes::Data::kValue}));
  }
  ++core_.counters.associations;
  Line& line = lines_[session.meter];
  MeterEntry& entry = core_.store.meters()[session.meter];
  entry.last_contact_s = core_.now_s();
  if (line.try_next_keys && entry.next_keys) {  // the meter has taken them
    entry.given.keys = *entry.next_keys;
    entry.next_keys.reset();
    core_.store.save_identity(session.meter);
    core_.store.note(Store::EventGroup::meters, event_code::kKeysChanged, entry.given.serial);
  }
  line.try_next_keys = false;
  line.failures = 0;
  next(session);
}

void Poller::on_rejected(Session& session) {
  ++core_.counters.associations_rejected;
  Line& line = lines_[session.meter];
  const MeterEntry& entry = core_.store.meters()[session.meter];
  // Most likely our counter is not above what the meter has seen: ask it, once.
  if (!session.public_client && !session.counter_read) return associate(session, true);
  if (!session.public_client && entry.next_keys && !session.keys_tried) {
    session.keys_tried = true;
    line.try_next_keys = !line.try_next_keys;
    return associate(session, false);
  }
  session.attempts = core_.store.parameters().retries;
  retry_or_fail(session, PollOutcome::rejected);
}

// The last counter that the meter accepted from us; ours must be above.
void Poller::on_counter(Session& session, const ClientEvent& event) {
  if (event.kind != Kind::data) return retry_or_fail(session, PollOutcome::refused);
  protocol::axdr::Cursor in(event.data);
  const std::uint64_t last = in.unsigned_number();
  if (!in.at_end() || last >= UINT32_MAX) {
    ++core_.counters.values_unreadable;
    return retry_or_fail(session, PollOutcome::unreadable);
  }
  std::uint32_t& counter = lines_[session.meter].counter;
  counter = std::max(counter, static_cast<std::uint32_t>(last) + 1);
  session.step = Session::Step::releasing_public;
  transmit(session, session.client->release());
}

void Poller::next(Session& session) {
  core_.agenda.cancel(session.timer);
  session.step = Session::Step::ready;
  session.job = nullptr;
  const MeterIndex meter = session.meter;
  expire(meter);
  const Line& line = lines_[meter];
  if (line.session != &session || line.held || core_.store.failed()) return;
  if (line.jobs.empty()) return release(session);
  const MeterIndex other = most_urgent();
  const bool full = sessions() >= core_.store.parameters().sessions_max;
  if (full && other != kNoMeter && urgency(lines_[other]) < urgency(line)) {
    return release(session);
  }
  request(session);
}

void Poller::request(Session& session) {
  Job& job = *lines_[session.meter].jobs.front();
  session.job = &job;
  session.step = Session::Step::requesting;
  if (job.begun == 0) {
    job.begun = core_.now();
    core_.observer.poll_started(job.begun, session.meter, job.name);
  }
  if (job.at == 0 && job.prepare) {
    job.operations.clear();
    job.prepare(job);
  }
  if (job.at >= job.operations.size()) {
    finish(session.meter, &job, PollOutcome::done);
    return next(session);
  }
  const Operation& operation = job.operations[job.at];
  const auto& target = operation.target;
  ++core_.counters.requests;
  ++lines_[session.meter].tally.requests;
  switch (operation.service) {
    case Operation::Service::get:
      return transmit(session, session.client->get(target, operation.selection));
    case Operation::Service::set:
      return transmit(session, session.client->set(target, operation.value));
    case Operation::Service::action:
      return transmit(session,
                      session.client->action({target.class_id, target.instance, target.index},
                                             operation.value));
  }
}

void Poller::on_answer(Session& session, const ClientEvent& event) {
  core_.agenda.cancel(session.timer);
  Job* const job = session.job;
  if (job == nullptr) return next(session);
  core_.store.meters()[session.meter].last_contact_s = core_.now_s();
  if (event.kind == Kind::exception) return retry_or_fail(session, PollOutcome::unreadable);
  Answer answer;
  answer.result = event.kind == Kind::refused ? event.access_result : AccessResult::success;
  if (event.kind == Kind::refused && answer.ok()) answer.result = AccessResult::other_reason;
  answer.data = event.data;
  answer.sent = session.sent;
  answer.received = core_.now();
  Job::Next what = answer.ok() ? Job::Next::go_on : Job::Next::finished;
  if (!answer.ok() && job->refusal == AccessResult::success) job->refusal = answer.result;
  if (job->on_answer && !job->operations.empty()) what = job->on_answer(*job, answer);
  if (what == Job::Next::unreadable) {
    ++core_.counters.values_unreadable;
    return retry_or_fail(session, PollOutcome::unreadable);
  }
  session.attempts = 0;
  ++job->at;
  const MeterIndex meter = session.meter;
  if (what == Job::Next::finished || job->at >= job->operations.size()) {
    const bool good = job->refusal == AccessResult::success;
    finish(meter, job, good ? PollOutcome::done : PollOutcome::refused);
  }
  if (lines_[meter].session == &session) next(session);
}

void Poller::on_timeout(Session& session) {
  switch (session.step) {
    case Session::Step::free:
    case Session::Step::ready:
      return;
    case Session::Step::releasing:
      return end(session);
    case Session::Step::releasing_public:
      return associate(session, false);
    case Session::Step::associating:
    case Session::Step::reading_counter:
    case Session::Step::requesting:
      ++core_.counters.timeouts;
      ++lines_[session.meter].tally.failed;
      retry_or_fail(session, PollOutcome::no_answer);
  }
}

// An operation that must not be done twice: its answer will never be known.
void Poller::rewind(Session& session) {
  Job* const job = session.job;
  if (job == nullptr || session.step != Session::Step::requesting) return;
  if (job->at >= job->operations.size() || !job->operations[job->at].once) return;
  if (job->prepare) {
    job->at = 0;
  } else {
    finish(session.meter, job, PollOutcome::no_answer);
  }
}

// What the meter knows of the association is unknown now: open it anew, then the same again.
void Poller::retry_or_fail(Session& session, PollOutcome outcome) {
  const MeterIndex meter = session.meter;
  const bool unreadable = outcome == PollOutcome::unreadable;
  rewind(session);
  const Job* const job = std::exchange(session.job, nullptr);
  if (session.attempts < core_.store.parameters().retries) {
    ++session.attempts;
    return associate(session, lines_[meter].counter == 0);
  }
  if (unreadable && job != nullptr) {  // the next time would bring the same
    finish(meter, job, outcome);
    if (lines_[meter].session == &session) end(session);
    return;
  }
  core_.store.note(Store::EventGroup::meters, event_code::kMeterFailed,
                   core_.store.meters()[meter].given.serial);
  back_off(meter);
  end(session);
  give_up(meter, outcome);
}

void Poller::release(Session& session) {
  session.step = Session::Step::releasing;
  transmit(session, session.client->release());
}

void Poller::end(Session& session) {
  rewind(session);
  core_.agenda.cancel(session.timer);
  Line& line = lines_[session.meter];
  const MeterIndex meter = session.meter;
  line.session = nullptr;
  session.meter = kNoMeter;
  session.step = Session::Step::free;
  session.job = nullptr;
  session.handle = fw::kNotSent;
  session.public_client = false;
  session.client.reset();
  free_.push_back(&session);
  enqueue(meter);
  pump();
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// One association with one meter, from opening to release, and what happens when it goes wrong.
#include "dcu/app/meters/association.hpp"

#include <algorithm>
#include <utility>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::AccessResult;
using protocol::dlms::ClientEvent;
using Kind = ClientEvent::Kind;

constexpr std::uint8_t kOwnLsap = 3;
constexpr std::uint8_t kPublicLsap = 16;
constexpr auto kInvocationCounter = protocol::cosem::obis(0, 0, 43, 1, 1);
constexpr std::uint32_t kCountersOfASession = 200;
constexpr std::uint16_t kMaxPduOctets = fw::kMaxLsdu;
// The longest value: 192 rows of clock, status and registers, each no longer than a long64.
constexpr std::size_t kWorkOctets = 4 * kMaxPduOctets + 192 * (26 + 9 * kRowValues);
// Waiting for the line to carry a request away, in answer times.
constexpr std::int64_t kLineShare = 4;

bool same(const protocol::dlms::Keys& a, const protocol::dlms::Keys& b) {
  return a.unicast == b.unicast && a.authentication == b.authentication;
}

}  // namespace

Association::Association(Core& core, Poller& poller) : core_(core), poller_(poller) {
  work_.resize(kWorkOctets);
}

Poller::Line& Association::line() { return poller_.lines_[meter_]; }
MeterEntry& Association::entry() { return core_.store.meters()[meter_]; }

void Association::begin(MeterIndex meter) {
  meter_ = meter;
  attempts_ = 0;
  counter_read_ = false;
  keys_tried_ = false;
  line().session = this;
  associate(line().counter == 0 || std::exchange(line().ask_counter, false));
}

void Association::associate(bool public_client) {
  const MeterEntry& entry = this->entry();
  Poller::Line& line = this->line();
  protocol::dlms::ClientConfig config;
  config.max_pdu_octets = kMaxPduOctets;
  if (!public_client) {
    config.client_sap = kOwnLsap;
    config.authentication = protocol::dlms::Authentication::hls5_gmac;
    config.ciphered = true;
    config.system_title = core_.store.config().system_title;
    config.meter_system_title = entry.given.system_title;
    const bool next = line.try_next_keys && entry.next_keys;
    config.keys = keys_ = next ? *entry.next_keys : entry.given.keys;
    config.invocation_counter = line.counter;
  }
  public_client_ = public_client;
  counter_read_ |= public_client;
  step_ = Step::associating;
  client_.emplace(config, core_.crypto, work_);
  transmit(client_->associate());
}

void Association::reserve_counters() {
  Poller::Line& line = this->line();
  MeterEntry& entry = this->entry();
  line.counter = client_->invocation_counter();
  if (entry.counter_reserved >= line.counter &&
      entry.counter_reserved - line.counter >= kCountersOfASession) {
    return;
  }
  entry.counter_reserved = line.counter + std::min(kReservedCounters, UINT32_MAX - line.counter);
  core_.store.save_state(meter_);
  core_.store.commit();
}

void Association::transmit(const protocol::Result<Bytes>& apdu) {
  const Poller::Line& line = this->line();
  handle_ = fw::kNotSent;
  if (apdu) {
    if (!public_client_) reserve_counters();
    if (core_.store.failed()) return;
    const std::uint8_t own = public_client_ ? kPublicLsap : kOwnLsap;
    handle_ = core_.subnetwork.send(line.address, kMeterLsap, own, *apdu, fw::Priority::normal);
    if (job_ != nullptr) {
      job_->octets_down += static_cast<std::uint32_t>(apdu->size());
    }
  }
  sent_ = core_.now();
  // What cannot be sent now is tried again like what was not answered.
  await(handle_ == fw::kNotSent ? 1 : kLineShare * core_.store.parameters().response_timeout_s);
}

void Association::await(std::int64_t seconds) {
  core_.agenda.cancel(timer_);
  timer_ = core_.agenda.at(core_.in_s(seconds), [this] { on_timeout(); });
}

bool Association::on_sent(fw::SendHandle handle, bool ok) {
  if (step_ == Step::free || handle_ != handle) return false;
  handle_ = fw::kNotSent;
  if (step_ != Step::ready) await(ok ? core_.store.parameters().response_timeout_s : 0);
  return true;
}

bool Association::on_data(std::uint8_t client, Bytes apdu) {
  if (client != kOwnLsap && client != kPublicLsap) return false;
  if (public_client_ != (client == kPublicLsap)) return false;
  if (job_ != nullptr) job_->octets_up += static_cast<std::uint32_t>(apdu.size());
  on_event(client_->on_apdu(apdu));
  return true;
}

void Association::on_event(const ClientEvent& event) {
  switch (event.kind) {
    case Kind::nothing:
    case Kind::notification:  // opened elsewhere, before
      ++core_.counters.dlms_ignored;
      return;
    case Kind::send:
      return transmit(event.send);
    case Kind::associated:
      return on_associated();
    case Kind::rejected:
      return on_rejected();
    case Kind::released:
      if (step_ == Step::releasing_public) return associate(false);
      return end();
    case Kind::data:
    case Kind::done:
    case Kind::refused:
    case Kind::exception:
      if (step_ == Step::reading_counter) return on_counter(event);
      if (step_ == Step::requesting) return on_answer(event);
      ++core_.counters.dlms_ignored;
  }
}

void Association::on_associated() {
  if (public_client_) {
    step_ = Step::reading_counter;
    return transmit(client_->get({classes::Data::kId, kInvocationCounter, classes::Data::kValue}));
  }
  ++core_.counters.associations;
  Poller::Line& line = this->line();
  MeterEntry& entry = this->entry();
  entry.last_contact_s = core_.now_s();
  if (line.try_next_keys && entry.next_keys) {  // the meter has taken them
    entry.given.keys = *entry.next_keys;
    entry.next_keys.reset();
    core_.store.save_identity(meter_);
    core_.store.note(Store::EventGroup::meters, event_code::kKeysChanged, entry.given.serial);
  }
  line.try_next_keys = false;
  line.failures = 0;
  next();
}

void Association::on_rejected() {
  ++core_.counters.associations_rejected;
  Poller::Line& line = this->line();
  const MeterEntry& entry = this->entry();
  // Most likely our counter is not above what the meter has seen: ask it, once.
  if (!public_client_ && !counter_read_) {
    if (!line.public_lent) return associate(true);
    line.ask_counter = true;
    return end();  // which queues it again
  }
  if (!public_client_ && entry.next_keys && !keys_tried_) {
    keys_tried_ = true;
    line.try_next_keys = !line.try_next_keys;
    return associate(false);
  }
  attempts_ = core_.store.parameters().retries;
  retry_or_fail(PollOutcome::rejected);
}

// The last counter that the meter accepted from us; ours must be above.
void Association::on_counter(const ClientEvent& event) {
  if (event.kind != Kind::data) return retry_or_fail(PollOutcome::refused);
  protocol::axdr::Cursor in(event.data);
  const std::uint64_t last = in.unsigned_number();
  if (!in.at_end() || last >= UINT32_MAX) {
    ++core_.counters.values_unreadable;
    return retry_or_fail(PollOutcome::unreadable);
  }
  std::uint32_t& counter = line().counter;
  counter = std::max(counter, static_cast<std::uint32_t>(last) + 1);
  step_ = Step::releasing_public;
  transmit(client_->release());
}

void Association::next() {
  core_.agenda.cancel(timer_);
  step_ = Step::ready;
  job_ = nullptr;
  const MeterIndex meter = meter_;
  poller_.expire(meter);
  const Poller::Line& line = poller_.lines_[meter];
  if (line.session != this || line.held || core_.store.failed()) return;
  // A job has changed them: what these seal the meter takes for an attack, a release as well.
  if (!same(keys_, entry().given.keys)) return associate(false);
  if (line.jobs.empty()) return release();
  const MeterIndex other = poller_.most_urgent();
  const bool full = poller_.sessions() >= core_.store.parameters().sessions_max;
  if (full && other != kNoMeter && poller_.urgency(poller_.lines_[other]) < poller_.urgency(line)) {
    return release();
  }
  request();
}

void Association::request() {
  Job& job = *line().jobs.front();
  job_ = &job;
  step_ = Step::requesting;
  if (job.begun == 0) {
    job.begun = core_.now();
    core_.observer.poll_started(job.begun, meter_, job.name);
  }
  if (job.at == 0 && job.prepare) {
    job.operations.clear();
    job.prepare(job);
  }
  if (job.at >= job.operations.size()) {
    poller_.finish(meter_, &job, PollOutcome::done);
    return next();
  }
  const Operation& operation = job.operations[job.at];
  const auto& target = operation.target;
  ++core_.counters.requests;
  ++line().tally.requests;
  switch (operation.service) {
    case Operation::Service::get:
      return transmit(client_->get(target, operation.selection));
    case Operation::Service::set:
      return transmit(client_->set(target, operation.value));
    case Operation::Service::action:
      return transmit(
          client_->action({target.class_id, target.instance, target.index}, operation.value));
  }
}

void Association::on_answer(const ClientEvent& event) {
  core_.agenda.cancel(timer_);
  Job* const job = job_;
  if (job == nullptr) return next();
  entry().last_contact_s = core_.now_s();
  if (event.kind == Kind::exception) return retry_or_fail(PollOutcome::unreadable);
  Answer answer;
  answer.result = event.kind == Kind::refused ? event.access_result : AccessResult::success;
  if (event.kind == Kind::refused && answer.ok()) answer.result = AccessResult::other_reason;
  answer.data = event.data;
  answer.sent = sent_;
  answer.received = core_.now();
  Job::Next what = answer.ok() ? Job::Next::go_on : Job::Next::finished;
  if (!answer.ok() && job->refusal == AccessResult::success) job->refusal = answer.result;
  if (job->on_answer && !job->operations.empty()) what = job->on_answer(*job, answer);
  if (what == Job::Next::unreadable) {
    ++core_.counters.values_unreadable;
    return retry_or_fail(PollOutcome::unreadable);
  }
  attempts_ = 0;
  ++job->at;
  const MeterIndex meter = meter_;
  if (what == Job::Next::finished || job->at >= job->operations.size()) {
    const bool good = job->refusal == AccessResult::success;
    poller_.finish(meter, job, good ? PollOutcome::done : PollOutcome::refused);
  }
  if (poller_.lines_[meter].session == this) next();
}

void Association::on_timeout() {
  switch (step_) {
    case Step::free:
    case Step::ready:
      return;
    case Step::releasing:
      return end();
    case Step::releasing_public:
      return associate(false);
    case Step::associating:
    case Step::reading_counter:
    case Step::requesting:
      ++core_.counters.timeouts;
      ++line().tally.failed;
      retry_or_fail(PollOutcome::no_answer);
  }
}

// An operation that must not be done twice: its answer will never be known.
void Association::rewind() {
  Job* const job = job_;
  if (job == nullptr || step_ != Step::requesting) return;
  if (job->at >= job->operations.size() || !job->operations[job->at].once) return;
  if (job->prepare) {
    job->at = 0;
  } else {
    poller_.finish(meter_, job, PollOutcome::no_answer);
  }
}

// What the meter knows of the association is unknown now: open it anew, then the same again.
void Association::retry_or_fail(PollOutcome outcome) {
  const MeterIndex meter = meter_;
  const bool unreadable = outcome == PollOutcome::unreadable;
  rewind();
  const Job* const job = std::exchange(job_, nullptr);
  if (attempts_ < core_.store.parameters().retries) {
    ++attempts_;
    return associate(public_client_ || poller_.lines_[meter].counter == 0);
  }
  if (unreadable && job != nullptr) {  // the next time would bring the same
    poller_.finish(meter, job, outcome);
    if (poller_.lines_[meter].session == this) end();
    return;
  }
  core_.store.note(Store::EventGroup::meters, event_code::kMeterFailed,
                   core_.store.meters()[meter].given.serial);
  poller_.back_off(meter);
  end();
  poller_.give_up(meter, outcome);
}

void Association::release() {
  step_ = Step::releasing;
  transmit(client_->release());
}

void Association::end() {
  rewind();
  core_.agenda.cancel(timer_);
  Poller::Line& line = this->line();
  const MeterIndex meter = meter_;
  line.session = nullptr;
  meter_ = kNoMeter;
  step_ = Step::free;
  job_ = nullptr;
  handle_ = fw::kNotSent;
  public_client_ = false;
  client_.reset();
  poller_.free_.push_back(this);
  poller_.enqueue(meter);
  poller_.pump();
}

}  // namespace dcu::app

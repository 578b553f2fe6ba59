// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/session.hpp"

#include <fmt/format.h>

#include <utility>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/dlms/names.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace hes {
namespace {

using protocol::Bytes;
using Kind = protocol::dlms::ClientEvent::Kind;

constexpr Obis kInvocationCounter = protocol::cosem::obis(0, 0, 43, 1, 0);
// A row of kMaxValues registers of 9 octets with clock and status stays below.
constexpr std::size_t kMaxRowOctets = 192;

}  // namespace

Session::Session(Context& context, SessionHost& host, ClientCounters& counters,
                 Deadline::Kind timer, std::uint32_t index)
    : context_(context), host_(host), counters_(counters), timer_{timer, index} {
  work_.resize(static_cast<std::size_t>(4 * context.config.max_pdu_octets) +
               static_cast<std::size_t>(context.config.max_rows_per_pull) * kMaxRowOctets);
}

void Session::begin(MeterIndex meter) {
  meter_ = meter;
  attempts_ = 0;
  tried_ = {};
  exchange_ = {context_.now(), 0, 0, ""};
  associate(counters_.next(meter) == 0);
}

protocol::dlms::Sap Session::client_sap() const {
  return public_client_ ? protocol::dlms::kPublicClient : protocol::dlms::kManagementClient;
}

void Session::associate(bool public_client) {
  const MeterEntry& entry = context_.inventory[meter_];
  protocol::dlms::ClientConfig client;
  client.max_pdu_octets = static_cast<std::uint16_t>(context_.config.max_pdu_octets);
  if (!public_client) {
    client.client_sap = protocol::dlms::kManagementClient;
    client.authentication = protocol::dlms::Authentication::hls5_gmac;
    client.ciphered = true;
    client.system_title = context_.config.system_title;
    client.meter_system_title = entry.system_title;
    tried_.keys = context_.keys.tried(meter_);
    client.keys = context_.keys.keys(meter_, tried_.keys);
    client.invocation_counter = counters_.next(meter_);
    // Another session may be at work with the meter, on another connection.
    client.shared_counter = &counters_.next(meter_);
  }
  public_client_ = public_client;
  tried_.counter_read |= public_client;
  step_ = Step::associating;
  client_.emplace(client, context_.ports.crypto, work_);
  transmit(client_->associate());
}

Progress Session::ask(const protocol::Result<Bytes>& apdu) {
  if (!apdu) {
    context_.log(fmt::format("meter {}: request not possible: {}",
                             context_.inventory[meter_].serial,
                             protocol::error_name(apdu.error())));
    return Progress::hopeless;
  }
  if (!public_client_ && !counters_.set_next(meter_, tried_.keys, client_->invocation_counter())) {
    context_.keys.try_other(meter_);  // those of the old keys are kept elsewhere
    return Progress::hopeless;
  }
  sent_ = context_.now();
  exchange_.octets_down +=
      static_cast<std::uint32_t>(apdu->size() + protocol::wrapper::kHeaderOctets);
  host_.send(meter_, client_sap(), *apdu);
  await(context_.config.response_timeout_s);
  return Progress::asked;
}

void Session::transmit(const protocol::Result<Bytes>& apdu) {
  if (ask(apdu) == Progress::hopeless) fail();
}

void Session::await(std::int64_t seconds) {
  context_.wait_s(seconds, timer_.kind, timer_.index, ++generation_);
}

void Session::on_apdu(Bytes apdu, std::uint32_t octets) {
  exchange_.octets_up += octets;
  const ClientEvent event = client_->on_apdu(apdu);
  switch (event.kind) {
    case Kind::nothing:
      ++context_.counters.malformed;
      return;
    case Kind::send:
      return transmit(event.send);
    case Kind::associated:
      return on_associated();
    case Kind::released:
      if (step_ == Step::releasing_public) return associate(false);
      report(MessageKind::association);
      return end();
    case Kind::notification:
      return;
    case Kind::rejected:
    case Kind::data:
    case Kind::done:
    case Kind::refused:
    case Kind::exception:
      return on_event(event);
  }
}

void Session::on_associated() {
  if (public_client_) {
    step_ = Step::reading_counter;
    return transmit(client_->get({classes::Data::kId, kInvocationCounter, classes::Data::kValue}));
  }
  ++context_.counters.associations;
  context_.keys_proved(meter_, tried_.keys);
  report(MessageKind::association);
  next_job();
}

void Session::on_event(const ClientEvent& event) {
  ++generation_;  // the answer is here
  if (event.kind == Kind::rejected || step_ == Step::associating) {
    ++context_.counters.rejected;
    exchange_.trouble = protocol::dlms::reason_name(event.reason);
    context_.note_event(meter_, "association rejected", exchange_.trouble);
    if (!public_client_ && try_other_keys()) return associate(counters_.next(meter_) == 0);
    // Most likely our counter is not above what the meter has seen: ask it, once.
    if (!public_client_ && !tried_.counter_read && host_.believes_counters()) {
      return associate(true);
    }
    return fail();
  }
  if (step_ == Step::reading_counter) return on_counter(event);
  if (event.kind == Kind::exception) {
    exchange_.trouble = protocol::dlms::reason_name(event.reason);
    if (job_ != nullptr && event.reason.kind == protocol::dlms::ClientReason::Kind::too_long) {
      job_->on_too_long(meter_);
    }
    return retry();
  }
  if (step_ == Step::working) return go_on(job_->on_answer(*this, event));
  ++context_.counters.malformed;
  retry();
}

// The last counter that the meter accepted from us; ours must be above.
void Session::on_counter(const ClientEvent& event) {
  if (event.kind != Kind::data) return fail();
  protocol::axdr::Cursor in(event.data);
  const std::uint64_t last = in.unsigned_number();
  if (!in.at_end() || last >= UINT32_MAX) {
    ++context_.counters.malformed;
    return fail();
  }
  const auto seen = static_cast<std::uint32_t>(last);
  if (!host_.believes_counters() && !counters_.reaches(meter_, seen)) {
    exchange_.trouble = "counter out of reach";
    return fail();
  }
  counters_.last_seen(meter_, seen);
  step_ = Step::releasing_public;
  transmit(client_->release());
}

void Session::next_job() {
  exchange_.begun = context_.now();
  step_ = Step::idle;
  job_ = host_.next_job(meter_);
  if (job_ != nullptr) {
    step_ = Step::working;
    return go_on(job_->begin(*this));
  }
  if (host_.others_wait() || context_.config.idle_release_s == 0) return release();
  await(context_.config.idle_release_s);
}

void Session::go_on(Progress progress) {
  switch (progress) {
    case Progress::asked:
      return;
    case Progress::done:
      host_.on_job_done(meter_);
      break;
    case Progress::concluded:
      break;
    case Progress::again:
      return retry();
    case Progress::renewed:
      return renew();
    case Progress::hopeless:
      return fail();
  }
  attempts_ = 0;
  report(job_->kind());
  next_job();
}

void Session::wake() {
  if (step_ == Step::idle) next_job();
}

void Session::on_timer(std::uint32_t generation) {
  if (generation != generation_) return;
  switch (step_) {
    case Step::free:
      return;
    case Step::idle:
      return release();
    case Step::releasing:
      return end();
    case Step::releasing_public:
      return associate(false);
    case Step::associating:
    case Step::reading_counter:
    case Step::working:
      ++context_.counters.timeouts;
      exchange_.trouble = "no answer";
      return retry();
  }
}

void Session::release() {
  step_ = Step::releasing;
  exchange_.begun = context_.now();
  transmit(client_->release());
}

// What the meter knows of the association is unknown now: open it anew, then the same job again.
void Session::retry() {
  job_.reset();
  if (attempts_ >= context_.config.retries) return fail();
  ++attempts_;
  // A meter that cannot decipher may say nothing at all.
  if (step_ == Step::associating && !public_client_) context_.keys.try_other(meter_);
  exchange_.begun = context_.now();
  associate(counters_.next(meter_) == 0);
}

// A meter that goes on under other keys than it said is found out by try_other_keys(), once.
void Session::renew() {
  job_.reset();
  exchange_.begun = context_.now();
  associate(counters_.next(meter_) == 0);
}

// While a change of its keys is under way the meter may have the one set or the other.
bool Session::try_other_keys() {
  if (!context_.keys.changing(meter_) || std::exchange(tried_.other_keys, true)) return false;
  context_.keys.try_other(meter_);
  return true;
}

void Session::fail() {
  const MeterIndex meter = meter_;
  const std::string_view trouble = exchange_.trouble;
  end();
  host_.on_session_failed(meter, trouble);
}

void Session::end() {
  const MeterIndex meter = meter_;
  job_.reset();
  meter_ = kNoMeter;
  step_ = Step::free;
  ++generation_;
  client_.reset();
  host_.on_session_end(timer_.index, meter);
}

void Session::report(MessageKind kind) {
  const UtcNs now = context_.now();
  context_.observer.message({.meter = meter_,
                             .kind = kind,
                             .octets_up = exchange_.octets_up,
                             .octets_down = exchange_.octets_down,
                             .at = now,
                             .latency = now - exchange_.begun});
  exchange_.octets_up = exchange_.octets_down = 0;
}

}  // namespace hes

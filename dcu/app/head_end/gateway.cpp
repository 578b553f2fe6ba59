// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/gateway.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/exception.hpp"

namespace dcu::app {
namespace {

using protocol::wrapper::kHeaderOctets;
using protocol::wrapper::Message;

// A client sends what its own limits allow; longer than an LSDU is refused, longer than this is no
// wrapper.
constexpr std::size_t kLongestApdu = 2048;
constexpr std::int64_t kLineShare = 4;
// A connection without an association may be silent for so long.
constexpr std::int64_t kStrangerIdleS = 120;
// RLRQ, reason normal: also of a ciphered association, as nothing of it is known here.
constexpr std::uint8_t kRelease[] = {protocol::dlms::tag::kRlrq, 0x03, 0x80, 0x01, 0x00};

// Public, management, reading: the clients of a meter that a head-end is.
bool is_client(std::uint16_t client) {
  return client == protocol::dlms::kPublicClient || client == protocol::dlms::kManagementClient ||
         client == protocol::dlms::kReadingClient;
}

}  // namespace

void Gateway::on_open(StreamId stream) {
  if (callers_.size() >= kCallersMost) {
    ++core_.counters.gateway_refused;
    return core_.wan.close(stream);
  }
  Caller& caller = callers_[stream];
  caller.buffer.resize(kHeaderOctets + kLongestApdu);
  caller.deframer = std::make_unique<protocol::wrapper::Deframer>(caller.buffer);
  caller.heard = core_.now();
  watch(stream);
}

bool Gateway::engaged(StreamId stream) const {
  return std::any_of(uses_.begin(), uses_.end(),
                     [&](const auto& use) { return use.second.stream == stream; });
}

bool Gateway::is_over(const Channel& channel, const Use& use) const {
  const UtcNs idle = std::int64_t{core_.store.parameters().gateway_idle_s} * kNsPerSecond;
  return channel.second == protocol::dlms::kPublicClient && core_.now() - use.opened > idle &&
         poller_.waits_for_public_client(channel.first);
}

// Until it may have been silent for too long; then again, or closed. What it holds and does not
// ask for goes here.
void Gateway::watch(StreamId stream) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  for (auto use = uses_.begin(); use != uses_.end();) {
    const auto next = std::next(use);
    if (use->second.stream == stream && is_over(use->first, use->second)) release(use);
    use = next;
  }
  const std::int64_t idle_s =
      engaged(stream) ? core_.store.parameters().gateway_idle_s : kStrangerIdleS;
  const UtcNs until = at->second.heard + idle_s * kNsPerSecond;
  if (core_.now() >= until) return close(stream);
  at->second.idle = core_.agenda.at(std::min(until, core_.in_s(kStrangerIdleS)),
                                    [this, stream] { watch(stream); });
}

void Gateway::on_data(StreamId stream, Bytes octets) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  while (!octets.empty()) {
    protocol::wrapper::Deframer& deframer = *at->second.deframer;
    octets = octets.subspan(deframer.take(octets));
    Message message;
    while (deframer.next(message)) {
      at->second.heard = core_.now();  // a whole message: octets alone keep no place
      request(stream, message);
      if (!callers_.contains(stream)) return;
    }
    if (deframer.broken()) return damaged(stream);
  }
}

void Gateway::damaged(StreamId stream) {
  ++core_.counters.gateway_damaged;
  core_.store.note(Store::EventGroup::access, event_code::kGatewayDamaged, "");
  close(stream);
}

// By this side: on_closed() does not follow.
void Gateway::close(StreamId stream) {
  core_.wan.close(stream);
  on_closed(stream);
}

void Gateway::on_closed(StreamId stream) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  core_.agenda.cancel(at->second.idle);
  callers_.erase(at);
  for (auto use = uses_.begin(); use != uses_.end();) {
    const auto next = std::next(use);
    if (use->second.stream == stream) release(use);
    use = next;
  }
}

void Gateway::close_all() {
  while (!callers_.empty()) close(callers_.begin()->first);
}

// ---- Whose association it is -------------------------------------------------------------------

// What a connection that does not have the client may do with it: only an AARQ opens anything.
Gateway::Entry Gateway::entry(StreamId stream, const Channel& channel, Bytes apdu) {
  const auto at = uses_.find(channel);
  const bool own = at != uses_.end() && at->second.stream == stream;
  const bool opens = apdu[0] == protocol::dlms::tag::kAarq;
  if (!own && !opens) return Entry::stranger;
  if (channel.second == protocol::dlms::kPublicClient &&
      poller_.uses_public_client(channel.first)) {
    return opens ? Entry::busy : Entry::stranger;
  }
  if (at == uses_.end()) return Entry::free;
  const Use& use = at->second;
  const UtcNs idle = std::int64_t{core_.store.parameters().gateway_idle_s} * kNsPerSecond;
  if (own) {
    // Two answers to one would be told apart by nobody; the meter has it, or will not answer.
    if (opens && use.phase == Phase::opening && use.waiting) return Entry::repeated;
    return is_over(channel, use) ? Entry::over : Entry::free;
  }
  const bool rests = use.phase != Phase::releasing && core_.now() - use.served > idle;
  return rests ? Entry::free : Entry::busy;
}

// Its connection is gone: the meter must not go on with it. What it still answers is nobody's.
void Gateway::release(Uses::iterator use) {
  const Channel channel = use->first;
  const bool there = poller_.connected(channel.first);
  const fw::SendHandle handle =
      there ? core_.subnetwork.send(nodes_.address_of(channel.first), kMeterLsap,
                                    static_cast<std::uint8_t>(channel.second), kRelease,
                                    fw::Priority::high)
            : fw::kNotSent;
  if (handle == fw::kNotSent) return forget(use);
  const bool waited = std::exchange(use->second.waiting, true);
  use->second.phase = Phase::releasing;
  use->second.stream = 0;
  use->second.handle = handle;
  await(channel, use->second, kLineShare * core_.store.parameters().response_timeout_s);
  if (!waited) poller_.hold(channel.first, true);
}

void Gateway::forget(Uses::iterator use) {
  const MeterIndex meter = use->first.first;
  core_.agenda.cancel(use->second.timeout);
  const std::uint16_t client = use->first.second;
  const Use gone = std::move(use->second);
  uses_.erase(use);
  // A poll that waits for the public client goes first: it has it for seconds.
  const bool poll = poller_.waits_for_public_client(meter);
  if (gone.waiting && poll) let_polls_go(meter);
  if (client == protocol::dlms::kPublicClient) poller_.lend_public_client(meter, false);
  if (callers_.contains(gone.next_stream)) {
    request(gone.next_stream, {client, static_cast<std::uint16_t>(kFirstPort + meter), gone.next});
  }
  if (gone.waiting && !poll) let_polls_go(meter);
}

// One AARQ may, also for an association in the making: whoever has no keys does not keep others out
// by asking again and again.
bool Gateway::waits_for_release(StreamId stream, const Channel& channel, Bytes apdu) {
  const auto at = uses_.find(channel);
  if (at == uses_.end() || at->second.phase == Phase::open) return false;
  Use& use = at->second;
  if (callers_.contains(use.next_stream)) return false;
  use.next_stream = stream;
  use.next.assign(apdu.begin(), apdu.end());
  return true;
}

void Gateway::request(StreamId stream, const Message& message) {
  ++core_.counters.gateway_requests;
  const MeterIndex meter =
      message.destination >= kFirstPort ? MeterIndex{message.destination} - kFirstPort : kNoMeter;
  const bool known = meter < core_.store.meters().size() && !core_.store.meters()[meter].removed &&
                     is_client(message.source);
  if (!known || !poller_.connected(meter)) return refuse(stream, message, false);
  if (message.apdu.empty() || message.apdu.size() > fw::kMaxLsdu) {
    return refuse(stream, message, true);
  }
  const Channel channel{meter, message.source};
  switch (entry(stream, channel, message.apdu)) {
    case Entry::stranger:
      return refuse(stream, message, false);
    case Entry::busy:
      if (waits_for_release(stream, channel, message.apdu)) return;
      return refuse_for_now(stream, message);
    case Entry::repeated:
      return;
    case Entry::over:
      release(uses_.find(channel));
      return refuse(stream, message, false);
    case Entry::free:
      break;
  }
  const fw::SendHandle handle = core_.subnetwork.send(nodes_.address_of(meter), kMeterLsap,
                                                      static_cast<std::uint8_t>(message.source),
                                                      message.apdu, fw::Priority::high);
  if (handle == fw::kNotSent) return refuse(stream, message, false);
  core_.observer.gateway_request(core_.now(), meter, message.source,
                                 static_cast<std::uint32_t>(message.apdu.size()));
  pass_on(stream, channel, message.apdu, handle);
}

void Gateway::pass_on(StreamId stream, const Channel& channel, Bytes apdu, fw::SendHandle handle) {
  const auto [at, made] = uses_.try_emplace(channel);
  Use& use = at->second;
  if (apdu[0] == protocol::dlms::tag::kAarq) use.phase = Phase::opening;
  if (made || use.stream != stream) use.opened = use.served = core_.now();
  use.stream = stream;
  if (channel.second == protocol::dlms::kPublicClient) {
    poller_.lend_public_client(channel.first, true);
  }
  if (protocol::dlms::is_unconfirmed(apdu)) return;
  const bool waited = std::exchange(use.waiting, true);
  use.handle = handle;
  await(channel, use, kLineShare * core_.store.parameters().response_timeout_s);
  if (!waited) poller_.hold(channel.first, true);
}

void Gateway::await(const Channel& channel, Use& use, std::int64_t seconds) {
  core_.agenda.cancel(use.timeout);
  use.timeout = core_.agenda.at(core_.in_s(seconds), [this, channel] { no_answer(channel); });
}

void Gateway::no_answer(const Channel& channel) {
  const auto at = uses_.find(channel);
  if (at == uses_.end() || !at->second.waiting) return;
  at->second.timeout = Agenda::kNone;
  if (at->second.phase != Phase::open) return forget(at);
  answered(channel, at->second);
}

void Gateway::answered(const Channel& channel, Use& use) {
  core_.agenda.cancel(use.timeout);
  use.waiting = false;
  let_polls_go(channel.first);
}

void Gateway::let_polls_go(MeterIndex meter) {
  const auto still = [&](const auto& entry) {
    return entry.first.first == meter && entry.second.waiting;
  };
  if (std::none_of(uses_.begin(), uses_.end(), still)) poller_.hold(meter, false);
}

// ---- Answers -----------------------------------------------------------------------------------

// Service not available: ExceptionResponse, service not allowed, operation not possible.
void Gateway::refuse(StreamId stream, const Message& message, bool too_long) {
  ++core_.counters.gateway_refused;
  using protocol::dlms::ExceptionResponse;
  ExceptionResponse exception;
  exception.state = ExceptionResponse::State::service_not_allowed;
  exception.service = too_long ? ExceptionResponse::Service::pdu_too_long
                               : ExceptionResponse::Service::operation_not_possible;
  std::array<std::uint8_t, 16> apdu{};
  protocol::Writer out(apdu);
  protocol::dlms::encode(exception, out);
  say(stream, message, out.written());
}

// Who waited: somebody else has it now.
void Gateway::refuse_next(const Channel& channel, Use& use) {
  const StreamId next = std::exchange(use.next_stream, 0);
  if (!callers_.contains(next)) return;
  const auto port = static_cast<std::uint16_t>(kFirstPort + channel.first);
  refuse_for_now(next, {channel.second, port, use.next});
}

// Whoever has the association will let go of it.
void Gateway::refuse_for_now(StreamId stream, const Message& message) {
  ++core_.counters.gateway_refused;
  protocol::dlms::Aare aare;
  if (const auto asked = protocol::dlms::decode_aarq(message.apdu)) aare.context = asked->context;
  aare.result = protocol::dlms::AssociationResult::rejected_transient;
  aare.diagnostic = protocol::dlms::Diagnostic::no_reason_given;
  std::array<std::uint8_t, 64> apdu{};
  protocol::Writer out(apdu);
  protocol::dlms::encode(aare, out);
  say(stream, message, out.written());
}

void Gateway::say(StreamId stream, const Message& to, Bytes apdu) {
  Octets frame(kHeaderOctets + apdu.size());
  protocol::Writer framed(frame);
  // Source and destination change places, whatever they were.
  protocol::wrapper::encode({to.destination, to.source, apdu}, framed);
  if (!core_.wan.send(stream, framed.written())) close(stream);
}

void Gateway::reply(StreamId stream, const Channel& channel, Bytes apdu) {
  const auto port = static_cast<std::uint16_t>(kFirstPort + channel.first);
  ++core_.counters.gateway_answers;
  core_.observer.gateway_answer(core_.now(), channel.first, channel.second,
                                static_cast<std::uint32_t>(apdu.size()));
  say(stream, {channel.second, port, {}}, apdu);
}

bool Gateway::on_meter_data(MeterIndex meter, std::uint16_t client, Bytes apdu) {
  namespace tag = protocol::dlms::tag;
  const Channel channel{meter, client};
  const auto at = uses_.find(channel);
  if (at == uses_.end()) {
    ++core_.counters.gateway_unasked;
    return false;
  }
  const StreamId stream = at->second.stream;
  switch (at->second.phase) {
    case Phase::releasing:
      if (apdu[0] == tag::kRlre) forget(at);
      return true;
    case Phase::opening:
      if (apdu[0] == tag::kAare) {
        const auto aare = protocol::dlms::decode_aare(apdu);
        const bool accepted = aare && aare->result == protocol::dlms::AssociationResult::accepted;
        at->second.phase = Phase::open;
        at->second.served = core_.now();
        if (!accepted) {
          forget(at);
          break;
        }
        refuse_next(channel, at->second);
        answered(channel, at->second);
        break;
      }
      if (apdu[0] != tag::kException) {  // what somebody before was to get
        ++core_.counters.gateway_unasked;
        return true;
      }
      forget(at);
      break;
    case Phase::open:
      if (apdu[0] != tag::kException) at->second.served = core_.now();
      apdu[0] == tag::kRlre ? forget(at) : answered(channel, at->second);
      break;
  }
  reply(stream, channel, apdu);
  return true;
}

bool Gateway::on_sent(fw::SendHandle handle, bool ok) {
  for (auto& [channel, use] : uses_) {
    if (!use.waiting || use.handle != handle) continue;
    await(channel, use, ok ? core_.store.parameters().response_timeout_s : 0);
    return true;
  }
  return false;
}

// Who waits for it gets no answer; its association is gone.
void Gateway::on_left(MeterIndex meter) {
  for (auto at = uses_.begin(); at != uses_.end();) {
    if (at->first.first != meter) {
      ++at;
      continue;
    }
    core_.agenda.cancel(at->second.timeout);
    at = uses_.erase(at);
  }
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/gateway.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/dlms/exception.hpp"

namespace dcu::app {
namespace {

using protocol::wrapper::kHeaderOctets;
using protocol::wrapper::Message;

constexpr std::uint8_t kMeterLsap = 1;
// A client sends what its own limits allow; longer than an LSDU is refused, longer than this is no
// wrapper.
constexpr std::size_t kLongestApdu = 2048;
constexpr std::int64_t kLineShare = 4;

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
  touch(stream);
}

void Gateway::touch(StreamId stream) {
  Caller& caller = callers_.at(stream);
  core_.agenda.cancel(caller.idle);
  const std::int64_t idle_s = core_.store.parameters().gateway_idle_s;
  caller.idle = core_.agenda.at(core_.in_s(idle_s), [this, stream] { close(stream); });
}

void Gateway::on_data(StreamId stream, Bytes octets) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  touch(stream);
  while (!octets.empty()) {
    protocol::wrapper::Deframer& deframer = *at->second.deframer;
    octets = octets.subspan(deframer.take(octets));
    Message message;
    while (deframer.next(message)) {
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
    if (use->second.stream != stream) {
      ++use;
      continue;
    }
    core_.agenda.cancel(use->second.timeout);
    const bool waiting = use->second.waiting;
    const MeterIndex meter = use->first.first;
    use = uses_.erase(use);
    if (waiting) poller_.hold(meter, false);
  }
}

void Gateway::close_all() {
  for (const auto& [stream, caller] : callers_) core_.wan.close(stream);
  callers_.clear();
}

// Whoever came first keeps the client, while it uses it.
bool Gateway::may_use(StreamId stream, const Channel& channel) {
  if (channel.second == protocol::dlms::kPublicClient &&
      poller_.uses_public_client(channel.first)) {
    return false;
  }
  const auto at = uses_.find(channel);
  if (at == uses_.end() || at->second.stream == stream) return true;
  const UtcNs idle = std::int64_t{core_.store.parameters().gateway_idle_s} * kNsPerSecond;
  return !at->second.waiting && core_.now() - at->second.asked > idle;
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
  if (!may_use(stream, channel)) return refuse(stream, message, false);
  const fw::SendHandle handle = core_.subnetwork.send(nodes_.address_of(meter), kMeterLsap,
                                                      static_cast<std::uint8_t>(message.source),
                                                      message.apdu, fw::Priority::high);
  if (handle == fw::kNotSent) return refuse(stream, message, false);
  core_.observer.gateway_request(core_.now(), meter, message.source,
                                 static_cast<std::uint32_t>(message.apdu.size()));
  Use& use = uses_[channel];
  const bool waited = use.waiting && use.stream == stream;
  core_.agenda.cancel(use.timeout);
  use.stream = stream;
  use.asked = core_.now();
  use.waiting = true;
  use.handle = handle;
  const std::int64_t timeout_s = kLineShare * core_.store.parameters().response_timeout_s;
  use.timeout = core_.agenda.at(core_.in_s(timeout_s), [this, channel] { no_answer(channel); });
  if (!waited) poller_.hold(meter, true);
}

void Gateway::no_answer(const Channel& channel) {
  const auto at = uses_.find(channel);
  if (at == uses_.end() || !at->second.waiting) return;
  at->second.timeout = Agenda::kNone;
  answered(channel, at->second);
}

void Gateway::answered(const Channel& channel, Use& use) {
  core_.agenda.cancel(use.timeout);
  use.waiting = false;
  const auto still = [&](const auto& entry) {
    return entry.first.first == channel.first && entry.second.waiting;
  };
  if (std::none_of(uses_.begin(), uses_.end(), still)) poller_.hold(channel.first, false);
}

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
  std::array<std::uint8_t, 32> frame{};
  protocol::Writer framed(frame);
  // Source and destination change places, whatever they were.
  protocol::wrapper::encode({message.destination, message.source, out.written()}, framed);
  if (!core_.wan.send(stream, framed.written())) close(stream);
}

void Gateway::reply(StreamId stream, const Channel& channel, Bytes apdu) {
  Octets frame(kHeaderOctets + apdu.size());
  protocol::Writer out(frame);
  const auto port = static_cast<std::uint16_t>(kFirstPort + channel.first);
  protocol::wrapper::encode({port, channel.second, apdu}, out);
  ++core_.counters.gateway_answers;
  core_.observer.gateway_answer(core_.now(), channel.first, channel.second,
                                static_cast<std::uint32_t>(apdu.size()));
  if (!core_.wan.send(stream, out.written())) close(stream);
}

bool Gateway::on_meter_data(MeterIndex meter, std::uint16_t client, Bytes apdu) {
  const Channel channel{meter, client};
  const auto at = uses_.find(channel);
  if (at == uses_.end()) {
    ++core_.counters.gateway_unasked;
    return false;
  }
  const StreamId stream = at->second.stream;
  answered(channel, at->second);
  reply(stream, channel, apdu);
  return true;
}

bool Gateway::on_sent(fw::SendHandle handle, bool ok) {
  for (auto& [channel, use] : uses_) {
    if (!use.waiting || use.handle != handle) continue;
    const Channel waiting = channel;
    core_.agenda.cancel(use.timeout);
    const std::int64_t timeout_s = ok ? core_.store.parameters().response_timeout_s : 0;
    use.timeout = core_.agenda.at(core_.in_s(timeout_s), [this, waiting] { no_answer(waiting); });
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

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/client.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hes-stub/concentrators/server.hpp"
#include "protocol/hosted/fields/fields.hpp"

namespace hes {
namespace {

constexpr unsigned kOk = 200;
// A connection with nothing to hand over is kept so long.
constexpr std::int64_t kIdleS = 60;
constexpr std::uint32_t kMaxDoublings = 20;

}  // namespace

ConcentratorClient::ConcentratorClient(Context& context, Mailbox& mailbox, Inbox& inbox)
    : context_(context),
      counters_(context.counters.p32),
      mailbox_(mailbox),
      inbox_(inbox),
      lines_(context.inventory.concentrators().size()) {}

void ConcentratorClient::start() {
  for (ConcentratorIndex to = 0; to < lines_.size(); ++to) wake(to);
}

void ConcentratorClient::wake(ConcentratorIndex to) {
  if (context_.inventory.concentrators()[to].uplink != Uplink::ethernet) return;
  Line& client = lines_[to];
  const bool free = client.state == Line::State::idle || client.state == Line::State::ready;
  if (!free || !mailbox_.waits(to)) return;
  context_.deadlines.add(context_.now(), Deadline::Kind::p32_dial, to, ++client.generation);
}

void ConcentratorClient::on_deadline(const Deadline& deadline) {
  const auto to = static_cast<ConcentratorIndex>(deadline.index);
  if (lines_[to].generation != deadline.generation) return;
  deadline.kind == Deadline::Kind::p32_dial ? dial(to) : waited(to);
}

void ConcentratorClient::dial(ConcentratorIndex to) {
  Line& client = lines_[to];
  if (client.state == Line::State::ready) return post_next(to);
  const ConcentratorEntry& entry = context_.inventory.concentrators()[to];
  client.state = Line::State::dialling;
  client.http = p32::HttpClient(http_limits(context_.config));
  client.octets_up = client.octets_down = client.accounted = 0;
  client.opened = context_.now();
  client.connection = context_.ports.stream.connect(entry.address, entry.port);
  if (client.connection != kNoConnection) dialled_[client.connection] = to;
  await(to, context_.config.p32_answer_timeout_s);
}

void ConcentratorClient::on_open(ConnectionId connection, std::string_view peer) {
  const ConcentratorIndex to = dialled_.at(connection);
  Line& client = lines_[to];
  if (client.state != Line::State::dialling) return;
  if (!peer.empty() && peer != context_.inventory.concentrators()[to].id) {
    ++counters_.denied;
    return failed(to, "certificate of somebody else");
  }
  client.state = Line::State::hello;
  p32::Hello hello;
  hello.software = "amitwin";
  hello.last_seq = mailbox_.record(to).seen.contiguous();
  const p32::Message message{mailbox_.envelope(to, ""), std::move(hello)};
  client.asked = message.envelope.id;
  post(to, p32::encode(message));
}

void ConcentratorClient::on_closed(ConnectionId connection) {
  const auto ours = dialled_.find(connection);
  const ConcentratorIndex to = ours->second;
  const bool idle = lines_[to].state == Line::State::ready;
  dialled_.erase(ours);
  lines_[to].connection = kNoConnection;
  idle ? hang_up(to, "closed") : failed(to, "closed");
}

void ConcentratorClient::post(ConcentratorIndex to, const std::string& xml) {
  Line& client = lines_[to];
  const ConcentratorEntry& entry = context_.inventory.concentrators()[to];
  const std::string octets =
      p32::http_request(fmt::format("{}:{}", entry.address, entry.port), xml);
  client.posted = context_.now();
  client.last_down = octets.size();
  client.octets_down += octets.size();
  await(to, context_.config.p32_answer_timeout_s);
  context_.ports.stream.send(client.connection, protocol::bytes_of(octets));
}

void ConcentratorClient::post_next(ConcentratorIndex to) {
  Line& client = lines_[to];
  const Mailbox::Item* const next = mailbox_.hand_next(to);
  if (next == nullptr) {
    client.state = Line::State::ready;
    return await(to, kIdleS);
  }
  client.state = Line::State::posting;
  client.asked = next->work.id;
  client.asked_order = next->order.has_value();
  post(to, next->xml);
}

void ConcentratorClient::on_data(ConnectionId connection, protocol::Bytes octets) {
  const ConcentratorIndex to = dialled_.at(connection);
  Line& client = lines_[to];
  client.octets_up += octets.size();
  client.http.feed(octets);
  while (const std::optional<p32::HttpResponse> response = client.http.next()) {
    if (client.connection == kNoConnection) return;
    on_response(to, *response);
  }
  if (client.connection != kNoConnection && client.http.failed()) {
    ++counters_.http_refused;
    failed(to, "no HTTP");
  }
}

void ConcentratorClient::on_response(ConcentratorIndex to, const p32::HttpResponse& response) {
  Line& client = lines_[to];
  const std::uint64_t octets_up = client.octets_up - client.accounted;
  client.accounted = client.octets_up;
  if (client.state != Line::State::hello && client.state != Line::State::posting) {
    ++counters_.unexpected;
    return failed(to, "unasked answer");
  }
  const bool hello = client.state == Line::State::hello;
  note_exchange(context_,
                hello                ? MessageKind::p32_other
                : client.asked_order ? MessageKind::p32_order
                                     : MessageKind::p32_request,
                to, octets_up, client.last_down, client.posted);
  const p32::Decoded decoded = p32::decode(response.body);
  if (!decoded) {
    ++counters_.malformed;
    return failed(to, "malformed answer");
  }
  if (!take(to, response, decoded.message())) return;
  if (!response.keep_alive) {
    hang_up(to, "closed");
    return wake(to);
  }
  post_next(to);
}

// False: it is none of ours, and the connection is given up.
bool ConcentratorClient::take(ConcentratorIndex to, const p32::HttpResponse& response,
                              const p32::Message& message) {
  Line& client = lines_[to];
  const p32::Envelope& head = message.envelope;
  const bool hello = client.state == Line::State::hello;
  const auto* refused = std::get_if<p32::ErrorBody>(&message.body);
  if (head.from != context_.inventory.concentrators()[to].id || head.to != context_.config.p32_id ||
      head.re != client.asked) {
    ++counters_.denied;
    failed(to, "answer of somebody else");
    return false;
  }
  if (hello && response.status == kOk && std::holds_alternative<p32::Hello>(message.body)) {
    client.failures = 0;
  } else if (!hello && std::holds_alternative<p32::Ack>(message.body)) {
    inbox_.on_ack(to, client.asked);
  } else if (!hello && refused != nullptr) {
    inbox_.on_error(to, client.asked, *refused);
  } else {
    ++counters_.unexpected;
    failed(to, "unexpected answer");
    return false;
  }
  return true;
}

void ConcentratorClient::await(ConcentratorIndex to, std::int64_t seconds) {
  Line& client = lines_[to];
  context_.wait_s(seconds, Deadline::Kind::p32_client, to, ++client.generation);
}

// The deadline set by await() came.
void ConcentratorClient::waited(ConcentratorIndex to) {
  switch (lines_[to].state) {
    case Line::State::ready:
      return hang_up(to, "nothing to do");
    case Line::State::dialling:
    case Line::State::hello:
    case Line::State::posting:
      return failed(to, "no answer");
    case Line::State::backing_off:
      lines_[to].state = Line::State::idle;
      return wake(to);
    case Line::State::idle:
      return;
  }
}

void ConcentratorClient::failed(ConcentratorIndex to, std::string_view reason) {
  ++counters_.dial_failed;
  hang_up(to, reason);
  Line& client = lines_[to];
  client.state = Line::State::backing_off;
  const std::int64_t delay_s = std::min(
      context_.config.backoff_max_s,
      context_.config.backoff_s * (std::int64_t{1} << std::min(client.failures, kMaxDoublings)));
  ++client.failures;
  await(to, delay_s);
}

void ConcentratorClient::hang_up(ConcentratorIndex to, std::string_view reason) {
  Line& client = lines_[to];
  if (client.connection != kNoConnection) {
    context_.ports.stream.close(client.connection);
    dialled_.erase(client.connection);
  }
  context_.store.journal().add_session({kNoMeter, 0, client.opened, context_.now(),
                                        client.octets_up, client.octets_down, std::string(reason)});
  client.connection = kNoConnection;
  client.state = Line::State::idle;
  ++client.generation;
}

}  // namespace hes

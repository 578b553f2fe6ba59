// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Ethernet concentrators are dialled when something waits for them.
#include <fmt/format.h>

#include <algorithm>

#include "hes-stub/concentrators/concentrators.hpp"

namespace hes {
namespace {

constexpr unsigned kOk = 200;
// A connection with nothing to hand over is kept so long.
constexpr std::int64_t kIdleS = 60;
constexpr std::uint32_t kMaxDoublings = 20;

}  // namespace

// Something waits. Dialling itself is left to a deadline: never from within another's call.
void Concentrators::wake(ConcentratorIndex to) {
  if (inventory_.concentrators()[to].uplink != Uplink::ethernet) return;
  const auto& items = links_[to].items;
  const bool waits = std::any_of(items.begin(), items.end(),
                                 [](const auto& entry) { return !entry.second.acked; });
  Client& client = links_[to].client;
  if (!waits || (client.state != Client::State::idle && client.state != Client::State::ready)) {
    return;
  }
  deadlines_.add(now(), Deadline::Kind::p32_dial, to, ++client.generation);
}

void Concentrators::dial(ConcentratorIndex to) {
  Client& client = links_[to].client;
  if (client.state == Client::State::ready) return post_next(to);
  const ConcentratorEntry& entry = inventory_.concentrators()[to];
  client.state = Client::State::dialling;
  client.http = p32::HttpClient(limits_);
  client.octets_up = client.octets_down = client.accounted = 0;
  client.opened = now();
  client.connection = stream_.connect(entry.address, entry.port);
  if (client.connection != kNoConnection) dialled_[client.connection] = to;
  await(to, config_.p32_answer_timeout_s);
}

void Concentrators::greet(ConcentratorIndex to) {
  Client& client = links_[to].client;
  if (client.state != Client::State::dialling) return;
  client.state = Client::State::hello;
  p32::Hello hello;
  hello.software = "amitwin";
  hello.last_seq = records_.record(to).seen.contiguous();
  const p32::Message message{envelope(to, ""), std::move(hello)};
  client.asked = message.envelope.id;
  post(to, p32::encode(message));
}

void Concentrators::post(ConcentratorIndex to, const std::string& xml) {
  Client& client = links_[to].client;
  const ConcentratorEntry& entry = inventory_.concentrators()[to];
  const std::string octets =
      p32::http_request(fmt::format("{}:{}", entry.address, entry.port), xml);
  client.posted = now();
  client.last_down = octets.size();
  client.octets_down += octets.size();
  await(to, config_.p32_answer_timeout_s);
  stream_.send(client.connection,
               Bytes(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
}

void Concentrators::post_next(ConcentratorIndex to) {
  Client& client = links_[to].client;
  auto& items = links_[to].items;
  const auto next = std::find_if(items.begin(), items.end(),
                                 [](const auto& entry) { return !entry.second.acked; });
  if (next == items.end()) {
    client.state = Client::State::ready;
    return await(to, kIdleS);
  }
  if (records_.items_dirty()) host_.commit_now();  // see work_for()
  client.state = Client::State::posting;
  client.asked = next->second.work.id;
  client.asked_order = next->second.order.has_value();
  mark_handed(to, next->second);
  post(to, next->second.xml);
}

void Concentrators::on_client_data(ConcentratorIndex to, Bytes octets) {
  Client& client = links_[to].client;
  client.octets_up += octets.size();
  client.http.feed(octets);
  while (const std::optional<p32::HttpResponse> response = client.http.next()) {
    if (client.connection == kNoConnection) return;
    on_response(to, *response);
  }
  if (client.connection != kNoConnection && client.http.failed()) {
    ++counters_.http_refused;
    client_failed(to, "no HTTP");
  }
}

void Concentrators::on_response(ConcentratorIndex to, const p32::HttpResponse& response) {
  Client& client = links_[to].client;
  const std::uint64_t octets_up = client.octets_up - client.accounted;
  client.accounted = client.octets_up;
  if (client.state != Client::State::hello && client.state != Client::State::posting) {
    ++counters_.unexpected;
    return client_failed(to, "unasked answer");
  }
  const bool hello = client.state == Client::State::hello;
  note(hello                ? MessageKind::p32_other
       : client.asked_order ? MessageKind::p32_order
                            : MessageKind::p32_request,
       to, octets_up, client.last_down, client.posted);
  const p32::Decoded decoded = p32::decode(response.body);
  if (!decoded) {
    ++counters_.malformed;
    return client_failed(to, "malformed answer");
  }
  const p32::Message& message = decoded.message();
  const bool ours = message.envelope.from == inventory_.concentrators()[to].id &&
                    message.envelope.to == config_.p32_id && message.envelope.re == client.asked;
  const auto* refused = std::get_if<p32::ErrorBody>(&message.body);
  if (!ours) {
    ++counters_.denied;
    return client_failed(to, "answer of somebody else");
  }
  if (hello && response.status == kOk && std::holds_alternative<p32::Hello>(message.body)) {
    client.failures = 0;
  } else if (!hello && std::holds_alternative<p32::Ack>(message.body)) {
    on_ack(to, client.asked);
  } else if (!hello && refused != nullptr) {
    on_error(to, client.asked, *refused);
  } else {
    ++counters_.unexpected;
    return client_failed(to, "unexpected answer");
  }
  if (!response.keep_alive) {
    hang_up(to, "closed");
    return wake(to);
  }
  post_next(to);
}

void Concentrators::await(ConcentratorIndex to, std::int64_t seconds) {
  Client& client = links_[to].client;
  deadlines_.add(now() + seconds * kNsPerSecond, Deadline::Kind::p32_client, to,
                 ++client.generation);
}

// The deadline set by await() came.
void Concentrators::waited(ConcentratorIndex to) {
  switch (links_[to].client.state) {
    case Client::State::ready:
      return hang_up(to, "nothing to do");
    case Client::State::dialling:
    case Client::State::hello:
    case Client::State::posting:
      return client_failed(to, "no answer");
    case Client::State::backing_off:
      links_[to].client.state = Client::State::idle;
      return wake(to);
    case Client::State::idle:
      return;
  }
}

void Concentrators::client_failed(ConcentratorIndex to, std::string_view reason) {
  ++counters_.dial_failed;
  hang_up(to, reason);
  Client& client = links_[to].client;
  client.state = Client::State::backing_off;
  const std::int64_t delay_s =
      std::min(config_.backoff_max_s,
               config_.backoff_s * (std::int64_t{1} << std::min(client.failures, kMaxDoublings)));
  ++client.failures;
  await(to, delay_s);
}

void Concentrators::hang_up(ConcentratorIndex to, std::string_view reason) {
  Client& client = links_[to].client;
  if (client.connection != kNoConnection) {
    stream_.close(client.connection);
    dialled_.erase(client.connection);
  }
  store_.add_session(kNoMeter, 0, client.opened, now(), client.octets_up, client.octets_down,
                     reason);
  client.connection = kNoConnection;
  client.state = Client::State::idle;
  ++client.generation;
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/uplink.hpp"
#include "dcu/app/ports/event_code.hpp"
#include "protocol/hosted/p32/codec.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;

constexpr std::int64_t kIdleS = 120;

unsigned status_of(const p32::Message& message) {
  const auto* error = std::get_if<p32::ErrorBody>(&message.body);
  if (error == nullptr) return 200;
  constexpr unsigned kStatus[] = {400, 401, 503, 503, 503, 503};  // by category
  static_assert(std::size(kStatus) == std::size(p32::kCategoryNames));
  return kStatus[static_cast<std::size_t>(error->failure.category)];
}

}  // namespace

void P32Door::on_open(StreamId stream) {
  if (callers_.size() >= kCallersMost) return core_.wan.close(stream);
  callers_[stream].heard = core_.now();
  watch(stream);
}

// Until it may have been silent for too long; then again, or closed.
void P32Door::watch(StreamId stream) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  UtcNs until = at->second.heard + kIdleS * kNsPerSecond;
  if (core_.now() >= until) {
    if (!at->second.busy) return close(stream);
    until = core_.in_s(kIdleS);
  }
  core_.agenda.at(until, [this, stream] { watch(stream); });
}

void P32Door::close(StreamId stream) {
  callers_.erase(stream);
  core_.wan.close(stream);
}

void P32Door::close_all() {
  for (const auto& [stream, caller] : callers_) core_.wan.close(stream);
  callers_.clear();
}

void P32Door::on_data(StreamId stream, Bytes octets) {
  const auto at = callers_.find(stream);
  if (at == callers_.end()) return;
  core_.counters.uplink_octets_down += octets.size();
  at->second.heard = core_.now();
  at->second.http.feed(octets);
  serve(stream);
}

void P32Door::serve(StreamId stream) {
  for (;;) {
    const auto at = callers_.find(stream);
    if (at == callers_.end() || at->second.busy) return;
    const auto request = at->second.http.next();
    if (!request) break;
    at->second.busy = true;
    const std::uint64_t turn = ++at->second.turn;
    const bool keep_alive = request->keep_alive;
    const auto decoded = p32::decode(request->body);
    if (!decoded) {
      ++core_.counters.messages_malformed;
      core_.store.note(Store::EventGroup::access, event_code::kMalformedMessage, "");
      const p32::Message blank = inbox_.failure(decoded.problem().id, {}, "");
      answer(stream, turn, keep_alive, p32::refusal(decoded.problem(), blank.envelope));
      continue;
    }
    ++core_.counters.messages_in;
    const p32::Message& message = decoded.message();
    const bool taken = inbox_.take(message, [this, stream, turn, keep_alive](const auto& reply) {
      answer(stream, turn, keep_alive, reply);
      core_.agenda.at(core_.now(), [this, stream] { serve(stream); });
    });
    if (!taken) {
      answer(stream, turn, keep_alive,
             inbox_.failure(message.envelope.id,
                            {p32::ErrorCategory::message, p32::error_code::kUnexpected},
                            "not taken here"));
    }
  }
  const auto at = callers_.find(stream);
  if (at == callers_.end() || !at->second.http.failure()) return;
  ++core_.counters.http_malformed;
  const std::string octets = at->second.http.failure()->answer;
  core_.wan.send(stream, protocol::bytes_of(octets));
  close(stream);
}

void P32Door::answer(StreamId stream, std::uint64_t turn, bool keep_alive,
                     const p32::Message& message) {
  const auto at = callers_.find(stream);
  if (at == callers_.end() || at->second.turn != turn) return;
  at->second.busy = false;
  at->second.heard = core_.now();
  if (!core_.store.commit()) return;
  const std::string octets =
      p32::http_response(status_of(message), p32::encode(message), keep_alive);
  core_.counters.uplink_octets_up += octets.size();
  if (!core_.wan.send(stream, protocol::bytes_of(octets)) || !keep_alive) close(stream);
}

}  // namespace dcu::app

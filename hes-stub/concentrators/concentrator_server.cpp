// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Our HTTP server: one message comes in, one answer goes out, in the same order.
#include "hes-stub/concentrators/concentrators.hpp"

namespace hes {
namespace {

using p32::ErrorCategory;
namespace error_code = p32::error_code;

constexpr unsigned kOk = 200;
constexpr unsigned kNoContent = 204;
constexpr unsigned kBadRequest = 400;
constexpr unsigned kForbidden = 403;
constexpr const char* kSoftware = "amitwin";

}  // namespace

void Concentrators::serve(ConnectionId connection, Server& server,
                          const p32::HttpRequest& request) {
  const auto octets = static_cast<std::uint32_t>(server.octets_up - server.accounted);
  server.accounted = server.octets_up;
  Answer answer;
  p32::Decoded decoded = p32::decode(request.body);
  if (!decoded) {
    ++counters_.malformed;
    answer.status = kBadRequest;
    answer.message =
        p32::refusal(decoded.problem(), envelope(server.concentrator, decoded.problem().id));
  } else {
    p32::Message message = std::move(decoded).take();
    if (std::optional<Answer> refused = refuse(server, message)) {
      answer = std::move(*refused);
    } else {
      answer = answer_to(server, std::move(message), octets);
    }
  }
  answer.octets_up = octets;
  answer.arrival = now();
  answer.keep_alive = request.keep_alive;
  if (!request.keep_alive) server.refused = true;
  if (answer.after_commit) {
    waiting_.push_back(connection);
    commit_soon();
  }
  server.answers.push_back(std::move(answer));
}

Concentrators::Answer Concentrators::error(ConcentratorIndex to, std::string_view re,
                                           p32::Failure failure, const char* text) {
  Answer answer;
  answer.status = failure.category == ErrorCategory::access ? kForbidden : kBadRequest;
  p32::ErrorBody body;
  body.failure = failure;
  body.text = text;
  answer.message = p32::Message{envelope(to, re), std::move(body)};
  return answer;
}

// Who sent it, and to whom? A connection belongs to the first concentrator that speaks on it.
std::optional<Concentrators::Answer> Concentrators::refuse(Server& server,
                                                           const p32::Message& message) {
  const p32::Envelope& head = message.envelope;
  const ConcentratorIndex from = inventory_.by_id(head.from);
  const bool foreign = (!server.peer.empty() && server.peer != head.from) ||
                       (server.concentrator != kNoConcentrator && from != server.concentrator);
  if (from == kNoConcentrator || foreign) {
    ++counters_.denied;
    return error(kNoConcentrator, head.id, {ErrorCategory::access, error_code::kWrongConcentrator},
                 "not the concentrator of this connection");
  }
  server.concentrator = from;
  if (head.to != config_.p32_id) {
    ++counters_.denied;
    return error(from, head.id, {ErrorCategory::message, error_code::kNotForUs},
                 "addressed to somebody else");
  }
  return std::nullopt;
}

Concentrators::Answer Concentrators::answer_to(Server& server, p32::Message message,
                                               std::uint32_t octets) {
  const ConcentratorIndex from = server.concentrator;
  const p32::Envelope& head = message.envelope;
  if (std::holds_alternative<p32::Hello>(message.body)) return on_hello(server, message);
  if (std::holds_alternative<p32::Poll>(message.body)) return on_poll(server, message);
  Answer answer;
  if (auto* report = std::get_if<p32::Report>(&message.body)) {
    p32::Ack ack;
    ack.duplicate = !take_report(from, head, std::move(*report), octets);
    answer.kind = MessageKind::report;
    answer.message = p32::Message{envelope(from, head.id), ack};
    // A repetition may be one of what is not written yet.
    answer.after_commit = store_.dirty();
    return answer;
  }
  answer.status = kNoContent;
  if (std::holds_alternative<p32::Ack>(message.body)) {
    on_ack(from, head.re);
    return answer;
  }
  if (const auto* body = std::get_if<p32::ErrorBody>(&message.body)) {
    on_error(from, head.re, *body);
    return answer;
  }
  ++counters_.unexpected;
  return error(from, head.id, {ErrorCategory::message, error_code::kUnexpected},
               "a head-end takes Hello, Report, Poll, Ack and Error");
}

Concentrators::Answer Concentrators::on_hello(const Server& server, const p32::Message& message) {
  ++counters_.hellos;
  const auto& hello = std::get<p32::Hello>(message.body);
  const ConcentratorIndex from = server.concentrator;
  ConcentratorRecord& record = records_.record(from);
  if (hello.restarts && *hello.restarts != record.restarts) {
    // Restarts that run backwards: another box under the old name. It numbers from the start.
    if (*hello.restarts < record.restarts) {
      ++counters_.replaced;
      record.seen.clear();
      store_.add_event(now(), kNoMeter, "concentrator replaced", message.envelope.from);
      for (auto& [seq, item] : links_[from].items) {  // it knows nothing of them
        item.acked = false;
        save(from, item);
      }
      wake(from);
    }
    record.restarts = *hello.restarts;
    records_.touch(from);
  }
  p32::Hello ours;
  ours.software = kSoftware;
  ours.last_seq = record.seen.contiguous();
  Answer answer;
  answer.message = p32::Message{envelope(from, message.envelope.id), ours};
  answer.status = kOk;
  return answer;
}

Concentrators::Answer Concentrators::on_poll(const Server& server, const p32::Message& message) {
  ++counters_.polls;
  const auto& poll = std::get<p32::Poll>(message.body);
  p32::Work work = work_for(server.concentrator, poll.items_max);
  Answer answer;
  answer.kind = MessageKind::p32_poll;
  answer.message =
      p32::Message{envelope(server.concentrator, message.envelope.id), std::move(work)};
  return answer;
}

void Concentrators::flush(ConnectionId connection, Server& server) {
  if (server.busy) return;
  while (!server.answers.empty() && !server.answers.front().after_commit) {
    const Answer answer = std::move(server.answers.front());
    server.answers.pop_front();
    std::string octets = answer.octets;
    if (octets.empty() && (answer.message || answer.status == kNoContent)) {
      const std::string xml = answer.message ? p32::encode(*answer.message) : std::string();
      octets = p32::http_response(answer.status, xml, answer.keep_alive);
    }
    server.octets_down += octets.size();
    if (!octets.empty()) {
      stream_.send(connection,
                   Bytes(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
    }
    note(answer.kind, server.concentrator, answer.octets_up, octets.size(), answer.arrival);
    if (!answer.keep_alive) return end(connection, server.http.failure() ? "refused" : "closed");
  }
}

}  // namespace hes

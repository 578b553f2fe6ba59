// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/server.hpp"

#include <algorithm>

#include "protocol/hosted/fields/fields.hpp"

namespace hes {
namespace {

using p32::ErrorCategory;
namespace error_code = p32::error_code;

constexpr unsigned kOk = 200;
constexpr unsigned kNoContent = 204;
constexpr unsigned kBadRequest = 400;
constexpr unsigned kForbidden = 403;
constexpr unsigned kNotFound = 404;
constexpr unsigned kNotThatRange = 416;
constexpr const char* kSoftware = "amitwin";
// Answers that one connection may have outstanding: requests sent before the last was answered.
constexpr std::size_t kMaxAnswers = 128;

}  // namespace

p32::HttpLimits http_limits(const EngineConfig& config) {
  p32::HttpLimits limits;
  limits.body_octets_max = static_cast<std::size_t>(config.p32_max_body_octets);
  limits.inflated_octets_max = 4 * limits.body_octets_max;
  limits.serves_images = true;
  return limits;
}

ConcentratorServer::ConcentratorServer(Context& context, Mailbox& mailbox, Inbox& inbox)
    : context_(context), counters_(context.counters.p32), mailbox_(mailbox), inbox_(inbox) {}

void ConcentratorServer::on_open(ConnectionId id, std::string_view peer) {
  Connection& connection = connections_[id];
  connection.http = p32::HttpServer(http_limits(context_.config));
  connection.peer = peer;
  connection.opened = connection.last_heard = context_.now();
  context_.wait_s(context_.config.announce_timeout_s, Deadline::Kind::p32_silence, id);
}

void ConcentratorServer::on_data(ConnectionId id, protocol::Bytes octets) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& server = found->second;
  server.octets_up += octets.size();
  server.last_heard = context_.now();
  if (server.refused) return;
  server.busy = true;
  server.http.feed(octets);
  while (server.answers.size() < kMaxAnswers) {
    const std::optional<p32::HttpRequest> request = server.http.next();
    if (!request) break;
    serve(id, server, *request);
  }
  if (server.answers.size() >= kMaxAnswers || server.http.failure()) {
    ++counters_.http_refused;
    server.refused = true;
    Answer& answer = server.answers.emplace_back();
    if (server.http.failure()) answer.octets = server.http.failure()->answer;
    answer.octets_up = static_cast<std::uint32_t>(server.octets_up - server.accounted);
    answer.arrival = context_.now();
    answer.keep_alive = false;
  }
  server.busy = false;
  flush(id, server);
}

void ConcentratorServer::on_closed(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found != connections_.end()) forget(found, "closed");
}

void ConcentratorServer::forget(Connections::iterator connection, std::string_view reason) {
  const auto& [id, server] = *connection;
  context_.store.journal().add_session({kNoMeter, id, server.opened, context_.now(),
                                        server.octets_up, server.octets_down, std::string(reason)});
  connections_.erase(connection);
}

void ConcentratorServer::on_silence_deadline(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const Connection& server = found->second;
  const EngineConfig& config = context_.config;
  const bool known = server.concentrator != kNoConcentrator;
  const UtcNs until = known ? server.last_heard + config.p32_silence_timeout_s * kNsPerSecond
                            : server.opened + config.announce_timeout_s * kNsPerSecond;
  if (context_.now() < until) {
    context_.deadlines.add(until, Deadline::Kind::p32_silence, id);
    return;
  }
  ++counters_.silent;
  context_.ports.stream.close(id);
  forget(found, "silent");
}

void ConcentratorServer::committed() {
  std::vector<ConnectionId> waiting;
  waiting.swap(waiting_);
  for (const ConnectionId id : waiting) {
    const auto found = connections_.find(id);
    if (found == connections_.end()) continue;
    for (Answer& answer : found->second.answers) answer.after_commit = false;
    flush(id, found->second);
  }
}

void ConcentratorServer::serve(ConnectionId id, Connection& server,
                               const p32::HttpRequest& request) {
  const auto octets = static_cast<std::uint32_t>(server.octets_up - server.accounted);
  server.accounted = server.octets_up;
  Answer answer =
      request.image.empty() ? message_answer(server, request, octets) : image_part(server, request);
  answer.octets_up = octets;
  answer.arrival = context_.now();
  if (!request.keep_alive) answer.keep_alive = false;
  if (!answer.keep_alive) server.refused = true;
  if (answer.after_commit) {
    waiting_.push_back(id);
    mailbox_.commit_soon();
  }
  server.answers.push_back(std::move(answer));
}

ConcentratorServer::Answer ConcentratorServer::message_answer(Connection& server,
                                                              const p32::HttpRequest& request,
                                                              std::uint32_t octets) {
  p32::Decoded decoded = p32::decode(request.body);
  if (!decoded) {
    ++counters_.malformed;
    Answer answer;
    answer.status = kBadRequest;
    answer.message = p32::refusal(decoded.problem(),
                                  mailbox_.envelope(server.concentrator, decoded.problem().id));
    return answer;
  }
  const std::vector<p32::Problem> left_out = decoded.left_out();
  p32::Message message = std::move(decoded).take();
  counters_.parts_refused += left_out.size();
  for (const p32::Problem& problem : left_out) {
    context_.note_event(kNoMeter, "meter left out of a report", problem.text());
  }
  if (std::optional<Answer> refused = refuse(server, message)) return std::move(*refused);
  return answer_to(server.concentrator, std::move(message), octets);
}

// To whom an open order names it, and to nobody else; who has not said who he is gets nothing.
ConcentratorServer::Answer ConcentratorServer::image_part(const Connection& server,
                                                          const p32::HttpRequest& request) {
  Answer answer;
  answer.kind = MessageKind::p32_image;
  const bool known = server.concentrator != kNoConcentrator;
  const auto image = known ? mailbox_.image(server.concentrator, request.image) : nullptr;
  const bool inside = image != nullptr && request.range && request.range->first < image->size();
  if (inside) {
    ++counters_.image_parts;
    const auto total = static_cast<std::uint32_t>(image->size());
    const p32::ByteRange range{request.range->first, std::min(request.range->last, total - 1)};
    answer.octets =
        p32::http_part({range, total}, protocol::Bytes(*image).subspan(range.first, range.size()),
                       request.keep_alive);
    return answer;
  }
  ++counters_.image_refused;
  answer.keep_alive = known;
  answer.status = !known ? kForbidden : image == nullptr ? kNotFound : kNotThatRange;
  answer.octets = p32::http_response(answer.status, {}, known && request.keep_alive);
  return answer;
}

ConcentratorServer::Answer ConcentratorServer::error(ConcentratorIndex to, std::string_view re,
                                                     p32::Failure failure, const char* text) {
  Answer answer;
  answer.status = failure.category == ErrorCategory::access ? kForbidden : kBadRequest;
  p32::ErrorBody body;
  body.failure = failure;
  body.text = text;
  answer.message = p32::Message{mailbox_.envelope(to, re), std::move(body)};
  return answer;
}

// Who sent it, and to whom? A connection belongs to the first concentrator that speaks on it.
std::optional<ConcentratorServer::Answer> ConcentratorServer::refuse(Connection& server,
                                                                     const p32::Message& message) {
  const p32::Envelope& head = message.envelope;
  const ConcentratorIndex from = context_.inventory.by_id(head.from);
  const bool foreign = (!server.peer.empty() && server.peer != head.from) ||
                       (server.concentrator != kNoConcentrator && from != server.concentrator);
  if (from == kNoConcentrator || foreign) {
    ++counters_.denied;
    return error(kNoConcentrator, head.id, {ErrorCategory::access, error_code::kWrongConcentrator},
                 "not the concentrator of this connection");
  }
  server.concentrator = from;
  if (head.to != context_.config.p32_id) {
    ++counters_.denied;
    return error(from, head.id, {ErrorCategory::message, error_code::kNotForUs},
                 "addressed to somebody else");
  }
  return std::nullopt;
}

ConcentratorServer::Answer ConcentratorServer::answer_to(ConcentratorIndex from,
                                                         p32::Message message,
                                                         std::uint32_t octets) {
  const p32::Envelope& head = message.envelope;
  if (std::holds_alternative<p32::Hello>(message.body)) return on_hello(from, message);
  if (std::holds_alternative<p32::Poll>(message.body)) return on_poll(from, message);
  Answer answer;
  if (auto* report = std::get_if<p32::Report>(&message.body)) {
    p32::Ack ack;
    ack.duplicate = !inbox_.take_report(from, head, std::move(*report), octets);
    answer.kind = MessageKind::report;
    answer.message = p32::Message{mailbox_.envelope(from, head.id), ack};
    // A repetition may be one of what is not written yet.
    answer.after_commit = context_.store.dirty();
    return answer;
  }
  answer.status = kNoContent;
  if (std::holds_alternative<p32::Ack>(message.body)) {
    inbox_.on_ack(from, head.re);
    return answer;
  }
  if (const auto* body = std::get_if<p32::ErrorBody>(&message.body)) {
    inbox_.on_error(from, head.re, *body);
    return answer;
  }
  ++counters_.unexpected;
  return error(from, head.id, {ErrorCategory::message, error_code::kUnexpected},
               "a head-end takes Hello, Report, Poll, Ack and Error");
}

ConcentratorServer::Answer ConcentratorServer::on_hello(ConcentratorIndex from,
                                                        const p32::Message& message) {
  ++counters_.hellos;
  const auto& hello = std::get<p32::Hello>(message.body);
  ConcentratorRecord& record = mailbox_.record(from);
  if (hello.restarts && *hello.restarts != record.restarts) {
    // Restarts that run backwards: another box under the old name. It numbers from the start.
    if (*hello.restarts < record.restarts) {
      ++counters_.replaced;
      record.seen.clear();
      context_.note_event(kNoMeter, "concentrator replaced", message.envelope.from);
      mailbox_.offer_again(from);
    }
    record.restarts = *hello.restarts;
    mailbox_.records().touch(from);
  }
  p32::Hello ours;
  ours.software = kSoftware;
  ours.last_seq = record.seen.contiguous();
  Answer answer;
  answer.message = p32::Message{mailbox_.envelope(from, message.envelope.id), ours};
  answer.status = kOk;
  return answer;
}

ConcentratorServer::Answer ConcentratorServer::on_poll(ConcentratorIndex from,
                                                       const p32::Message& message) {
  ++counters_.polls;
  const auto& poll = std::get<p32::Poll>(message.body);
  p32::Work work = mailbox_.hand_work(from, poll.items_max);
  Answer answer;
  answer.kind = MessageKind::p32_poll;
  answer.message = p32::Message{mailbox_.envelope(from, message.envelope.id), std::move(work)};
  return answer;
}

void ConcentratorServer::flush(ConnectionId id, Connection& server) {
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
    if (!octets.empty()) context_.ports.stream.send(id, protocol::bytes_of(octets));
    note_exchange(context_, answer.kind, server.concentrator, answer.octets_up, octets.size(),
                  answer.arrival);
    if (answer.keep_alive) continue;
    context_.ports.stream.close(id);
    return forget(connections_.find(id), server.http.failure() ? "refused" : "closed");
  }
}

}  // namespace hes

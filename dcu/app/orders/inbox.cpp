// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/orders/inbox.hpp"

#include <algorithm>

#include "dcu/app/reports/surveyor.hpp"
#include "protocol/hosted/p32/codec.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ErrorCategory;
using p32::Failure;

constexpr std::size_t kRequestsMost = 32;
// Owners of jobs: orders are odd (OrderBook), requests even, queries beyond any seq in use.
constexpr std::uint64_t kQueryOwners = std::uint64_t{1} << 62;
std::uint64_t owner_of(std::uint64_t seq) { return seq << 1; }

}  // namespace

Inbox::Inbox(Core& core, Poller& poller, Surveyor& surveyor, Reporter& reporter, OrderBook& orders)
    : core_(core), poller_(poller), surveyor_(surveyor), reporter_(reporter), orders_(orders) {
  orders_.cancel_request = [this](const std::string& id) { return cancel(id); };
}

void Inbox::start() {
  for (const auto& [seq, value] : core_.store.mailbox().work(Mailbox::Work::request)) {
    FieldReader in(value);
    Pending pending;
    in(pending.id, pending.xml, pending.parts);
    const std::uint32_t n = in.u32();
    for (std::uint32_t k = 0; k < n && in.ok(); ++k) {
      pending.reported.insert(in.next<std::string>());
    }
    if (!in.at_end()) continue;
    const auto decoded = p32::decode(pending.xml);
    if (!decoded || !std::holds_alternative<p32::Request>(decoded.message().body)) continue;
    pending_[seq] = std::move(pending);
    run(seq, std::get<p32::Request>(decoded.message().body).selection);
  }
}

void Inbox::save(std::uint64_t seq) {
  const Pending& pending = pending_.at(seq);
  FieldWriter out;
  out(pending.id, pending.xml, pending.parts);
  for (const std::string& serial : out.list(pending.reported)) out(serial);
  core_.store.mailbox().save_work(Mailbox::Work::request, seq, out.take());
}

p32::Message Inbox::hello(const std::string& re) {
  return {reporter_.envelope(re),
          p32::Hello{.software = kSoftware,
                     .last_seq = core_.store.mailbox().last_received(),
                     .uplink = core_.store.config().uplink,
                     .restarts = core_.store.restarts(),
                     .poll_period_s = core_.store.parameters().poll_period_s}};
}

p32::Message Inbox::failure(const std::string& re, const Failure& failure,
                            const std::string& text) {
  return {reporter_.envelope(re), p32::ErrorBody{failure, text, 0, 0, {}, {}}};
}

// What is acknowledged is durable.
void Inbox::acknowledge(const std::string& re, bool duplicate, const Answer& answer) {
  const p32::Message message{reporter_.envelope(re), p32::Ack{duplicate}};
  if (core_.store.commit()) answer(message);
}

bool Inbox::take(const p32::Message& message, const Answer& answer) {
  const p32::Envelope& envelope = message.envelope;
  const Commission& config = core_.store.config();
  if (envelope.to != config.id || envelope.from != config.head_end_id) {
    answer(failure(envelope.id, {ErrorCategory::message, p32::error_code::kNotForUs},
                   "not for this concentrator"));
    return true;
  }
  if (std::holds_alternative<p32::Hello>(message.body)) {
    // What a Hello answers is not greeted again.
    if (envelope.re.empty()) answer(hello(envelope.id));
    return true;
  }
  if (std::holds_alternative<p32::Query>(message.body)) {
    take_query(message, answer);
  } else if (std::holds_alternative<p32::Request>(message.body)) {
    take_request(message, answer);
  } else if (std::holds_alternative<p32::SignedOrder>(message.body)) {
    take_order(message, answer);
  } else {
    return false;
  }
  return true;
}

// By its own seq and id, which are signed; the envelope's are anybody's.
void Inbox::take_order(const p32::Message& message, const Answer& answer) {
  const p32::Envelope& envelope = message.envelope;
  bool duplicate = false;
  const auto refused = orders_.accept(std::get<p32::SignedOrder>(message.body), duplicate);
  if (refused) return answer(failure(envelope.id, *refused, p32::reason_of(*refused)));
  if (duplicate) ++core_.counters.messages_repeated;
  core_.store.mailbox().note_received(envelope.seq);
  acknowledge(envelope.id, duplicate, answer);
}

bool Inbox::from_meter(const p32::Selection& selection) {
  return selection.source == p32::Source::meter && source_of(selection.report).ask != nullptr;
}

// What needs no meter.
p32::ReportBody Inbox::stored(const p32::Selection& selection) {
  return (reporter_.*source_of(selection.report).stored)(selection);
}

// An inventory is the concentrator's own; meters add what they are called.
p32::ReportBody Inbox::completed(const p32::Selection& selection, p32::ReportBody body) {
  const auto* read = std::get_if<p32::InventoryReport>(&body);
  if (read == nullptr) return body;
  p32::Selection some = selection;
  some.meters.clear();
  for (const p32::InventoryMeter& line : read->meters) some.meters.push_back(line.id);
  if (some.meters.empty()) return body;
  auto report = std::get<p32::InventoryReport>(reporter_.inventory(some));
  for (p32::InventoryMeter& line : report.meters) {
    for (const p32::InventoryMeter& from : read->meters) {
      if (from.id == line.id && from.failure) line.failure = from.failure;
    }
  }
  return report;
}

void Inbox::take_query(const p32::Message& message, const Answer& answer) {
  const auto& selection = std::get<p32::Query>(message.body).selection;
  const std::string re = message.envelope.id;
  const auto reply = [this, re, answer](p32::ReportBody body) {
    answer(
        {reporter_.envelope(re), p32::Report{p32::Cause::request, 1, true, {}, std::move(body)}});
  };
  if (!core_.store.commit()) return;
  if (!from_meter(selection)) return reply(stored(selection));
  const std::uint64_t owner = owner_of(kQueryOwners + ++queries_);
  surveyor_.survey(selection, owner, {}, SIZE_MAX, [this, selection, reply](Surveyor::Part part) {
    reply(completed(selection, std::move(part.body)));
  });
}

void Inbox::take_request(const p32::Message& message, const Answer& answer) {
  const p32::Envelope& envelope = message.envelope;
  if (core_.store.mailbox().received(envelope.seq)) {
    ++core_.counters.messages_repeated;
    return acknowledge(envelope.id, true, answer);
  }
  if (pending_.size() >= kRequestsMost) {
    const Failure full{ErrorCategory::resource, p32::error_code::kQueueFull};
    return answer(failure(envelope.id, full, "too many requests"));
  }
  Pending& pending = pending_[envelope.seq];
  pending.id = envelope.id;
  pending.xml = p32::encode(message);
  save(envelope.seq);
  core_.store.mailbox().note_received(envelope.seq);
  acknowledge(envelope.id, false, answer);
  run(envelope.seq, std::get<p32::Request>(message.body).selection);
}

void Inbox::run(std::uint64_t seq, const p32::Selection& selection) {
  if (!core_.store.commit()) return;
  if (!from_meter(selection)) {
    return add_part(seq, stored(selection), {}, true);
  }
  const std::size_t most = core_.store.parameters().meters_per_report;
  surveyor_.survey(selection, owner_of(seq), pending_.at(seq).reported, most,
                   [this, seq, selection](Surveyor::Part part) {
                     add_part(seq, completed(selection, std::move(part.body)), part.meters,
                              part.last);
                   });
}

// The report and what it settles of the request become durable together.
void Inbox::add_part(std::uint64_t seq, p32::ReportBody body,
                     const std::vector<std::string>& meters, bool last) {
  const auto at = pending_.find(seq);
  if (at == pending_.end()) return;  // cancelled
  Pending& pending = at->second;
  reporter_.add(p32::Report{p32::Cause::request, ++pending.parts, last, {}, std::move(body)},
                pending.id);
  pending.reported.insert(meters.begin(), meters.end());
  if (!last) return save(seq);
  core_.store.mailbox().drop_work(Mailbox::Work::request, seq);
  pending_.erase(at);
}

bool Inbox::cancel(const std::string& id) {
  for (const auto& [seq, pending] : pending_) {
    if (pending.id != id) continue;
    poller_.cancel(owner_of(seq));
    core_.store.mailbox().drop_work(Mailbox::Work::request, seq);
    pending_.erase(seq);
    return true;
  }
  return false;
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/meter_line.hpp"

#include <algorithm>
#include <utility>

#include "protocol/dlms/apdu.hpp"

namespace cm1::fw {
namespace {

using protocol::hdlc::LinkFailure;
using protocol::hdlc::Primary;
using protocol::hdlc::PrimaryConfig;

// 19200 bit/s: a full window is 0.28 s each way; the meter computes up to 0.2 s, more when it walks
// a profile. Three tries then take less than the head-end's own patience.
constexpr std::int64_t kResponseTimeout_us = 2 * kUsPerSecond;
// Before the meter's inactivity timeout of 120 s ends a link on its own. The association goes too.
constexpr std::int64_t kLinkRest_us = 90 * kUsPerSecond;

bool is_plain_request(Bytes apdu) {
  namespace dlms = protocol::dlms;
  return apdu[0] == dlms::tag::kAarq || apdu[0] == dlms::tag::kRlrq ||
         apdu[0] == dlms::tag::kGetRequest || apdu[0] == dlms::tag::kSetRequest ||
         apdu[0] == dlms::tag::kActionRequest;
}

}  // namespace

bool is_unsolicited(Bytes apdu, Bytes request) {
  namespace tag = protocol::dlms::tag;
  return apdu[0] == tag::kDataNotification || apdu[0] == tag::kEventNotification ||
         (apdu[0] == tag::kGeneralGloCiphering && request[0] != tag::kGeneralGloCiphering);
}

MeterLine::MeterLine(const Platform& platform, MeterLineOwner& owner)
    : platform_(platform), owner_(owner) {}

// ---- Exchanges ---------------------------------------------------------------------------------

void MeterLine::request(Sap client, Sap server, Bytes apdu) {
  PROTOCOL_ASSERT(apdu.size() <= kMaxApdu);
  // Of a ciphered one it is not seen: there silence of a meter that is ready means the same.
  confirmed_ = !protocol::dlms::is_unconfirmed(apdu);
  begin(Job::request, client, server, apdu);
}

void MeterLine::poll(Sap client, Sap server) { begin(Job::poll, client, server, {}); }

bool MeterLine::close(Sap client, Sap server) {
  PROTOCOL_ASSERT(idle());
  Link* link = find(client, server);
  if (link == nullptr) return false;
  link->holder = kNobody;
  if (!link->is_open()) return false;
  job_ = Job::close;
  current_ = link;
  link->primary->close(platform_.now_us());
  return true;
}

void MeterLine::forget(Sap client, Sap server) {
  PROTOCOL_ASSERT(idle());
  Link* link = find(client, server);
  if (link == nullptr) return;
  link->holder = kNobody;
  link->primary->reset();
}

// ---- Whose association it is -------------------------------------------------------------------

MeterLine::Holder MeterLine::holder(Sap client, Sap server) {
  const Link* link = find(client, server);
  return link == nullptr ? kNobody : link->holder;
}

void MeterLine::hold(Sap client, Sap server, Holder holder) {
  if (Link* link = find(client, server)) link->holder = holder;
}

bool MeterLine::holds(Holder holder) const {
  return std::any_of(links_.begin(), links_.end(),
                     [&](const Link& link) { return link.holder == holder; });
}

bool MeterLine::has_room(Sap client, Sap server) {
  if (find(client, server) != nullptr) return true;
  const Link& link = oldest();
  return !link.is_open() || !link.taken();
}

void MeterLine::begin(Job job, Sap client, Sap server, Bytes apdu) {
  PROTOCOL_ASSERT(idle() && addressable(client, server));
  job_ = job;
  client_ = client;
  server_ = server;
  request_ = apdu;
  current_ = find(client, server);
  if (current_ == nullptr) {
    Link& link = oldest();
    current_ = &link;
    if (link.is_open()) {  // make room, in the meter too
      after_eviction_ = std::exchange(job_, Job::evict);
      return link.primary->close(platform_.now_us());
    }
    assign(link);
  }
  was_open_ = current_->primary->is_open();
  advance();
}

void MeterLine::assign(Link& link) {
  PrimaryConfig config;
  config.client = {client_, 0, 1};
  config.server = {server_, 0, 1};
  config.response_timeout_us = kResponseTimeout_us;
  protocol::hdlc::PrimaryOwner& owner = *this;
  link.primary.emplace(config, send_buffer_, receive_buffer_, owner);
  link.client = client_;
  link.server = server_;
  link.holder = kNobody;
}

// The next operation of a request or a poll.
void MeterLine::advance() {
  const std::int64_t now_us = platform_.now_us();
  Primary& primary = *current_->primary;
  current_->used_us = now_us;
  if (!primary.is_open()) return primary.open(now_us);
  if (job_ == Job::poll) return primary.poll(now_us);
  if (request_.empty()) return primary.await(now_us);
  const bool accepted = primary.send(now_us, request_, confirmed_);
  PROTOCOL_ASSERT(accepted);  // the buffer holds the longest APDU
}

MeterLine::Link* MeterLine::find(Sap client, Sap server) {
  for (Link& link : links_) {
    if (link.primary && link.client == client && link.server == server) return &link;
  }
  return nullptr;
}

// Closed ones first, then those that nobody needs.
MeterLine::Link& MeterLine::oldest() {
  return *std::min_element(links_.begin(), links_.end(), [](const Link& a, const Link& b) {
    if (a.is_open() != b.is_open()) return b.is_open();
    return a.taken() != b.taken() ? b.taken() : a.used_us < b.used_us;
  });
}

// ---- Time and octets ---------------------------------------------------------------------------

void MeterLine::on_bytes(Bytes chunk) {
  if (current_ != nullptr && current_->primary) {
    current_->primary->on_bytes(platform_.now_us(), chunk);
  }
}

// The push client's link stays: it is used every poll period, and a meter that has forgotten it
// says so at the next one.
std::int64_t MeterLine::rests_until_us(const Link& link) const {
  const bool rests =
      link.primary && link.primary->is_open() && link.client != protocol::dlms::kPushClient;
  return rests ? link.used_us + kLinkRest_us : kNever;
}

std::int64_t MeterLine::deadline_us() const {
  if (!idle()) return current_->primary->deadline_us();
  std::int64_t deadline = kNever;
  for (const Link& link : links_) deadline = std::min(deadline, rests_until_us(link));
  return deadline;
}

void MeterLine::on_time() {
  const std::int64_t now_us = platform_.now_us();
  if (!idle()) return current_->primary->on_time(now_us);
  for (Link& link : links_) {
    if (now_us < rests_until_us(link)) continue;
    job_ = Job::tidy;
    current_ = &link;
    link.holder = kNobody;
    return link.primary->close(now_us);
  }
}

std::uint32_t MeterLine::damaged() const {
  std::uint32_t damaged = 0;
  for (const Link& link : links_) damaged += link.primary ? link.primary->counters().damaged : 0;
  return damaged;
}

// ---- What the link says ------------------------------------------------------------------------

void MeterLine::send_frame(Bytes frame) {
  // A full queue loses the frame as a disturbed line would: the timeout sends it again.
  static_cast<void>(platform_.rs485_send(frame));
}

void MeterLine::on_apdu(Bytes apdu) {
  current_->used_us = platform_.now_us();
  if (apdu.empty()) return give_up();
  job_ = Job::none;
  owner_.on_line_answer(apdu);
}

void MeterLine::on_nothing() {
  job_ = Job::none;
  owner_.on_line_nothing();
}

void MeterLine::on_closed() {
  if (job_ == Job::evict) {
    job_ = after_eviction_;
    assign(*current_);
    was_open_ = false;
    return advance();
  }
  const bool told = job_ == Job::close;
  job_ = Job::none;
  if (told) owner_.on_line_closed();
}

void MeterLine::on_failed(LinkFailure why) {
  // The meter restarted, or its inactivity timeout was faster: open again and repeat.
  const bool forgotten = why == LinkFailure::refused || why == LinkFailure::rejected;
  if (forgotten && std::exchange(was_open_, false)) {
    ++reopened_;
    return advance();
  }
  // Ready, and silent: what the meter was asked may have been unconfirmed, for all one can see.
  if (current_->is_open() && job_ == Job::request && !request_.empty() &&
      !is_plain_request(request_)) {
    return on_nothing();
  }
  give_up();
}

// Link and association are gone, in the meter too as soon as it is opened again.
void MeterLine::give_up() {
  ++silences_;
  current_->holder = kNobody;
  if (current_->is_open()) current_->primary->reset();
  job_ = Job::none;
  owner_.on_line_silent();
}

}  // namespace cm1::fw

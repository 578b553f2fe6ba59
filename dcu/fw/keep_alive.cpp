// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/keep_alive.hpp"

#include <algorithm>

namespace dcu::fw {
namespace {

using protocol::prime::Alv;

// A poll without an answer is repeated soon: a few lost frames should not count as a third of the
// window. The spread keeps nodes whose answers met from meeting again. Engineering judgement.
constexpr std::int64_t kRetryUs = 15'000'000;
constexpr std::int64_t kRetrySpreadUs = 10'000'000;
constexpr unsigned kPollsInARow = 4;
// Time for an answer before the next node is polled, and for each switch on its way: a node under
// a switch does not hear the base node and would answer into its next poll. Engineering judgement.
constexpr std::int64_t kAnswerUs = 120'000;

constexpr std::uint8_t next_of_eight(std::uint8_t count) {
  return static_cast<std::uint8_t>((count + 1) & 7u);
}

// A neighbour is told of a better scheme at most this often.
constexpr std::int64_t kReportPeriodUs = 30'000'000;  // engineering judgement

}  // namespace

std::int64_t KeepAlive::interval_us() const {
  return protocol::prime::keep_alive_us(core_.config.alive_time_code) / core_.config.alive_polls;
}

void KeepAlive::heard(Node& node) {
  node.last_heard_us = core_.now_us();
  node.unanswered = 0;
  if (node.procedure == Procedure::registering) registered(node);
}

// REG_ACK, or anything else only a registered node says.
void KeepAlive::registered(Node& node) {
  procedures_.end(node);
  const std::int64_t now_us = core_.now_us();
  if (node.state == NodeState::registering) {
    node.state = NodeState::terminal;
    node.registered_us = now_us;
    ++core_.counters.registrations;
    if (node.registrations < 0xFFFF) ++node.registrations;
  }
  // Somewhere in the first interval, so that a network that starts at once is not polled at once.
  if (node.alive_at_us == kNoDeadline) {
    node.alive_at_us = now_us + 1 + core_.random.below_us(interval_us());
  }
}

void KeepAlive::on_answer(Node& node) {
  const bool asked = node.unanswered > 0;
  heard(node);
  node.alive_received = next_of_eight(node.alive_received);
  if (!asked) return;
  if (node.answers < 0xFFFF) ++node.answers;
  // A sixteenth either way, so that nodes polled together drift apart.
  const std::int64_t every_us = interval_us();
  node.alive_at_us = core_.now_us() + every_us - every_us / 8 + core_.random.below_us(every_us / 8);
}

bool KeepAlive::poll(Node& node) {
  const std::int64_t silent_us = core_.now_us() - node.last_heard_us;
  if (silent_us >= protocol::prime::keep_alive_us(core_.config.alive_time_code)) {
    ++core_.counters.dropped_silent;
    return false;
  }
  node.alive_at_us = kNoDeadline;  // until it is sent
  core_.turns.want(node, Turn::alive);
  return true;
}

void KeepAlive::poll_soon(Node* node) {
  if (node == nullptr || node->alive_at_us == kNoDeadline) return;
  node->alive_at_us = std::min(node->alive_at_us, core_.now_us() + 1);
  core_.table.reschedule(*node);
}

bool KeepAlive::serve(Node& node) {
  if (node.state != NodeState::terminal && node.state != NodeState::switching) return false;
  Alv alv;
  alv.received = node.alive_received;
  alv.sent = next_of_eight(node.alive_sent);
  alv.time_code = core_.config.alive_time_code;
  if (node.state == NodeState::switching) alv.ssid = node.lsid;
  if (!line_.tell(protocol::prime::ControlType::alv, node, alv)) return false;
  node.alive_sent = alv.sent;
  if (node.polls < 0xFFFF) ++node.polls;
  if (node.unanswered < 0xFF) ++node.unanswered;
  const std::int64_t now_us = core_.now_us();
  const std::int64_t every_us = interval_us();
  const std::int64_t retry_us = kRetryUs + core_.random.below_us(kRetrySpreadUs);
  const bool soon = node.unanswered % kPollsInARow != 0;
  node.alive_at_us = now_us + (soon ? std::min(retry_us, every_us / 2) : every_us);
  poll_after_us_ = now_us + kAnswerUs * (1 + node.level);
  core_.table.reschedule(node);
  return true;
}

void Links::note(const protocol::prime::Packet& packet,
                 const protocol::prime::ReceivedFrame& frame) {
  Node* hop = core_.table.neighbour_towards(packet.sid, packet.lnid);
  if (hop == nullptr) return;
  hop->link.heard(frame.snr_cdb);
  // Control packets always go in DBPSK_F and say nothing about the choice of the neighbour.
  if (packet.control || !hop->link.should_report(frame.scheme)) return;
  if (frame.start_us < hop->report_after_us) return;
  if (hop->state != NodeState::terminal && hop->state != NodeState::switching) return;
  hop->report_after_us = frame.start_us + kReportPeriodUs;
  procedures_.owe(*hop, Owed::report_quality);
}

// The neighbour says how it hears us.
void Links::on_prm(Node& node, Bytes payload) {
  const auto prm = protocol::prime::decode_prm(payload);
  if (!core_.well_formed(prm)) return;
  if (node.level != 0 || prm->response) return;
  keep_alive_.heard(node);
  node.link.reported(prm->snr_code);
  node.reported_quality = prm->snr_code;
  procedures_.owe(node, Owed::quality_noted);
}

}  // namespace dcu::fw

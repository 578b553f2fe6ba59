// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dcu/fw/inside.hpp"

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

}  // namespace

std::int64_t BaseNode::alive_interval_us() const {
  return protocol::prime::keep_alive_us(config_.alive_time_code) / config_.alive_polls;
}

// Any sign of life.
void BaseNode::heard(Node& node) {
  node.last_heard_us = modem_.now_us();
  node.unanswered = 0;
  if (node.procedure == Procedure::registering) registered(node);
}

void BaseNode::on_alv(Node& node, Bytes payload) {
  const auto alv = protocol::prime::decode_alv(payload);
  if (!alv) {
    ++counters_.malformed;
    return;
  }
  const bool asked = node.unanswered > 0;
  heard(node);
  node.alive_received = next_of_eight(node.alive_received);
  if (asked) {
    if (node.answers < 0xFFFF) ++node.answers;
    // A sixteenth either way, so that nodes polled together drift apart.
    const std::int64_t interval_us = alive_interval_us();
    node.alive_at_us = modem_.now_us() + interval_us - interval_us / 8 + random_us(interval_us / 8);
  }
  // Both ends may have lost the other's word about being a switch.
  if (alv->ssid != protocol::prime::kNoSid && alv->ssid != node.lsid) {
    node.demote_lsid = alv->ssid;
    owe(node, Owed::demote);
  } else if (alv->ssid == protocol::prime::kNoSid && node.state == NodeState::switching &&
             node.procedure == Procedure::none) {
    demoted(node);
  }
}

void BaseNode::alive_due(Node& node) {
  const std::int64_t silent_us = modem_.now_us() - node.last_heard_us;
  if (silent_us >= protocol::prime::keep_alive_us(config_.alive_time_code)) {
    ++counters_.dropped_silent;
    drop(node, LeaveReason::silent);
    return;
  }
  node.alive_at_us = kNoDeadline;  // until it is sent
  want_turn(node, Turn::alive);
}

bool BaseNode::serve_alive(Node& node) {
  if (node.state != NodeState::terminal && node.state != NodeState::switching) return false;
  Alv alv;
  alv.received = node.alive_received;
  alv.sent = next_of_eight(node.alive_sent);
  alv.time_code = config_.alive_time_code;
  if (node.state == NodeState::switching) alv.ssid = node.lsid;
  if (!push_message(protocol::prime::ControlType::alv, node, alv)) return false;
  node.alive_sent = alv.sent;
  if (node.polls < 0xFFFF) ++node.polls;
  if (node.unanswered < 0xFF) ++node.unanswered;
  const std::int64_t now_us = modem_.now_us();
  const std::int64_t interval_us = alive_interval_us();
  const std::int64_t retry_us = kRetryUs + random_us(kRetrySpreadUs);
  const bool soon = node.unanswered % kPollsInARow != 0;
  node.alive_at_us = now_us + (soon ? std::min(retry_us, interval_us / 2) : interval_us);
  poll_after_us_ = now_us + kAnswerUs * (1 + node.level);
  table_.reschedule(node);
  return true;
}

}  // namespace dcu::fw

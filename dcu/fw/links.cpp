// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/links.hpp"

namespace dcu::fw {
namespace {

// A neighbour is told of a better scheme at most this often.
constexpr std::int64_t kReportPeriodUs = 30'000'000;  // engineering judgement

}  // namespace

void Links::note(const protocol::prime::Packet& packet,
                 const protocol::prime::ReceivedFrame& frame) {
  Node* hop = core_.table.neighbour_towards(packet.sid, packet.lnid);
  if (hop == nullptr) return;
  hop->link.heard(frame.snr_cdb);
  if (!hop->link.should_report(frame.scheme) || frame.start_us < hop->report_after_us) return;
  if (hop->state != NodeState::terminal && hop->state != NodeState::switching) return;
  hop->report_after_us = frame.start_us + kReportPeriodUs;
  procedures_.owe(*hop, Owed::report_quality);
}

// The neighbour says how it hears us.
void Links::on_prm(Node& node, Bytes payload) {
  const auto prm = protocol::prime::decode_prm(payload);
  if (!prm) {
    ++core_.counters.malformed;
    return;
  }
  if (node.level != 0 || prm->response) return;
  keep_alive_.heard(node);
  node.link.reported(prm->snr_code);
  node.reported_quality = prm->snr_code;
  procedures_.owe(node, Owed::quality_noted);
}

}  // namespace dcu::fw

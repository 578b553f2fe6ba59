// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dcu/fw/inside.hpp"
#include "protocol/prime/pib.hpp"

namespace dcu::fw {

using protocol::prime::ControlType;
using protocol::prime::kFrameUs;
using protocol::prime::kNoSid;
using protocol::prime::kSuperframe;
using protocol::prime::Pro;

namespace {

// How long requests are gathered before one terminal is chosen: one period of PNPDUs, and time for
// those who heard them to get through.
constexpr std::int64_t kGatherUs = 6'000'000;  // engineering judgement
// What a new switch is given to be found, before another is promoted.
constexpr std::int64_t kSettleUs = 20'000'000;  // engineering judgement
// A request this old speaks of a node that has been served, or is asked for anew.
constexpr std::int64_t kRequestLifeUs = 60'000'000;  // engineering judgement
// A node that was heard this lately needs no switch: the request comes from before that.
constexpr std::int64_t kServedUs = 30'000'000;  // engineering judgement

// What comes this soon after PRO_DEM_B answers it, and is not answered again.
constexpr std::int64_t kAnswerUs = protocol::prime::kCtlReTxTimerUs / 2;

// Announcing a frame with more beacon slots: this many frames ahead, said this often.
constexpr std::int64_t kAnnounceFrames = 8;  // engineering judgement
constexpr std::uint8_t kAnnouncements = 3;   // engineering judgement
constexpr std::int64_t kNoPlaceUs = 50'000;  // until the transmitter may have a place

}  // namespace

void BaseNode::on_pro(Node& node, Bytes payload) {
  const auto pro = protocol::prime::decode_pro(payload);
  if (!pro || (pro->negative && pro->nsid == kNoSid)) {
    ++counters_.malformed;
    return;
  }
  heard(node);
  if (pro->negative) return on_demotion(node, pro->nsid);
  if (pro->nsid == kNoSid) return on_promotion_request(node, *pro);
  // PRO_ACK
  if (node.procedure != Procedure::promoting || pro->nsid != node.lsid) return;
  if (node.slot.slot < beacon_slots_) {
    begin_procedure(node, Procedure::slot, Owed::beacon_slot);
  } else {
    end_procedure(node);
    node.procedure = Procedure::waiting_slot;
    need_beacon_slots();
  }
}

// PRO_DEM_S: the switch gives up, or it answers.
void BaseNode::on_demotion(Node& node, std::uint8_t lsid) {
  const bool answer =
      node.procedure == Procedure::demoting || modem_.now_us() - node.demote_sent_us < kAnswerUs;
  if (node.procedure == Procedure::demoting) end_procedure(node);
  if (lsid == node.lsid) demoted(node);
  if (answer) return;
  node.demote_lsid = lsid;
  owe(node, Owed::demote);
}

bool BaseNode::may_switch(const Node& node) const {
  const bool idle = node.procedure == Procedure::none || node.procedure == Procedure::closing;
  return node.state == NodeState::terminal && idle && node.lsid == kNoSid &&
         (node.capabilities & protocol::prime::kCanSwitch) != 0 &&
         node.level < config_.max_switch_level;
}

void BaseNode::on_promotion_request(Node& node, const Pro& pro) {
  if (node.procedure == Procedure::promoting || node.procedure == Procedure::waiting_slot ||
      node.procedure == Procedure::slot) {
    return;  // it will be told
  }
  const std::int64_t now_us = modem_.now_us();
  const Node* needing = table_.by_eui48(pro.needed_by);
  const bool served = needing != nullptr && needing->state != NodeState::disconnected &&
                      now_us - needing->last_heard_us < kServedUs;
  if (!pro.long_form || pro.needed_by == Eui48{} || served || !may_switch(node)) {
    return owe(node, Owed::refuse_promotion);
  }
  board_.note({table_.position_of(node), pro.needed_by, pro.quality, now_us});
  if (decide_at_us_ == kNoDeadline) {
    decide_at_us_ = std::max(now_us + kGatherUs, settled_at_us_);
  }
}

void BaseNode::decide_promotion() {
  const std::int64_t now_us = modem_.now_us();
  decide_at_us_ = kNoDeadline;
  board_.expire(now_us - kRequestLifeUs);
  const auto chosen = board_.best([this](std::uint16_t position) {
    const Node& node = table_.at(position);
    if (!may_switch(node)) return PromotionBoard::kUnfit;
    // A switch near the base node is worth more than one that is itself heard badly.
    return node.link.known() && node.level == 0 ? node.link.snr_cdb() : -100'000;
  });
  if (!chosen) return board_.clear();
  board_.settle(*chosen, [this](std::uint16_t position) {
    owe(table_.at(position), Owed::refuse_promotion);
  });
  Node& node = table_.at(*chosen);
  node.slot = slots_.allocate(config_.switch_beacon_code);
  if (node.slot.slot == 0 || table_.allot_lsid(node) == kNoSid) {
    slots_.free(node.slot);
    node.slot = {};
    return owe(node, Owed::refuse_promotion);
  }
  settled_at_us_ = now_us + kSettleUs;
  begin_procedure(node, Procedure::promoting, Owed::promote);
  need_beacon_slots();  // announced while PRO_REQ_B and PRO_ACK are on their way
  if (!board_.empty()) decide_at_us_ = settled_at_us_;
  table_.reschedule(node);
}

void BaseNode::on_bsi(Node& node, Bytes payload) {
  const auto bsi = protocol::prime::decode_bsi(payload);
  if (!bsi) {
    ++counters_.malformed;
    return;
  }
  heard(node);
  if (node.procedure == Procedure::slot && bsi->slot == node.slot.slot) promoted(node);
}

// It sends beacons now.
void BaseNode::promoted(Node& node) {
  end_procedure(node);
  const std::int64_t now_us = modem_.now_us();
  node.state = NodeState::switching;
  ++counters_.promotions;
  settled_at_us_ = std::max(settled_at_us_, now_us + kSettleUs);
  if (decide_at_us_ != kNoDeadline) decide_at_us_ = std::max(decide_at_us_, settled_at_us_);
  node.unused_at_us = now_us + config_.unused_switch_us;
}

// Its LSID and its beacon slot are free again, its nodes have lost their way.
void BaseNode::demoted(Node& node) {
  if (node.lsid == kNoSid) return;
  if (node.state == NodeState::switching) {
    node.state = NodeState::terminal;
    ++counters_.demotions;
  }
  node.demote_lsid = node.lsid;
  table_.free_lsid(node);
  slots_.free(node.slot);
  node.slot = {};
  node.children = 0;
  node.unused_at_us = kNoDeadline;
  orphans_ = true;
  need_beacon_slots();
  table_.reschedule(node);
}

void BaseNode::child_joined(Node& node) {
  Node* parent = parent_of(node);
  if (parent == nullptr) return;
  ++parent->children;
  parent->unused_at_us = kNoDeadline;
  table_.reschedule(*parent);
}

void BaseNode::child_left(Node& node) {
  Node* parent = parent_of(node);
  if (parent == nullptr || parent->children == 0) return;
  if (--parent->children > 0) return;
  parent->unused_at_us = modem_.now_us() + config_.unused_switch_us;
  table_.reschedule(*parent);
}

// ---- Frame structure: as many beacon slots as are in use ----

void BaseNode::need_beacon_slots() {
  const unsigned needed = slots_.needed();
  if (!running_ || frame_change_.pending || needed == beacon_slots_) return;
  const std::int64_t now_us = modem_.now_us();
  const std::int64_t frame = (now_us - epoch_us_) / kFrameUs + kAnnounceFrames;
  frame_change_.pending = true;
  frame_change_.slots = static_cast<std::uint8_t>(needed);
  frame_change_.sequence = static_cast<std::uint8_t>(frame % kSuperframe);
  frame_change_.repeats = kAnnouncements;
  frame_change_.repeat_at_us = now_us;
  // In the middle of the frame before, when its beacons are out.
  frame_change_.apply_at_us = epoch_us_ + frame * kFrameUs - kFrameUs / 2;
}

void BaseNode::serve_frame_change(std::int64_t now_us) {
  FrameChange& change = frame_change_;
  if (change.repeat_at_us <= now_us) {
    std::array<std::uint8_t, 8> octets;
    protocol::Writer out(octets);
    protocol::prime::encode(
        protocol::prime::Fra{.sequence = change.sequence, .beacon_slots = change.slots}, out);
    if (transmitter_.free_places() == 0) {
      change.repeat_at_us = now_us + kNoPlaceUs;
    } else {
      push_control(ControlType::fra, protocol::prime::kBaseSid, protocol::prime::kBroadcastLnid,
                   out.written(), nullptr);
      change.repeat_at_us = --change.repeats > 0 ? now_us + 2 * kFrameUs : kNoDeadline;
    }
  }
  if (change.apply_at_us > now_us) return;
  beacon_slots_ = change.slots;
  change = {};
  publish_beacon();
  for (std::size_t i = 0; i < table_.capacity(); ++i) {
    Node& node = table_.at(static_cast<std::uint16_t>(i));
    if (node.procedure != Procedure::waiting_slot || node.slot.slot >= beacon_slots_) continue;
    begin_procedure(node, Procedure::slot, Owed::beacon_slot);
    table_.reschedule(node);
  }
  need_beacon_slots();  // more, or fewer, since it was announced
}

}  // namespace dcu::fw

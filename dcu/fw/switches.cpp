// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/switches.hpp"

#include <algorithm>

#include "protocol/prime/pib.hpp"

namespace dcu::fw {

using protocol::prime::kNoSid;
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

}  // namespace

template <typename Predicate>
void PromotionBoard::drop_if(Predicate&& matches) {
  const auto begin = requests_.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(size_);
  size_ = static_cast<std::size_t>(std::remove_if(begin, end, matches) - begin);
}

void PromotionBoard::note(const PromotionRequest& request) {
  drop_if([&](const PromotionRequest& old) {
    return old.candidate == request.candidate && old.needing == request.needing;
  });
  if (size_ == requests_.size()) {
    std::move(requests_.begin() + 1, requests_.end(), requests_.begin());
    --size_;
  }
  requests_[size_++] = request;
}

void PromotionBoard::drop_candidate(std::uint16_t candidate) {
  drop_if([&](const PromotionRequest& old) { return old.candidate == candidate; });
}

void PromotionBoard::drop_needing(const Eui48& needing) {
  drop_if([&](const PromotionRequest& old) { return old.needing == needing; });
}

void PromotionBoard::expire(std::int64_t before_us) {
  drop_if([&](const PromotionRequest& old) { return old.at_us < before_us; });
}

bool PromotionBoard::wants(std::uint16_t candidate) const {
  return request_of(candidate) != nullptr;
}

const PromotionRequest* PromotionBoard::request_of(std::uint16_t candidate) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (requests_[i].candidate == candidate) return &requests_[i];
  }
  return nullptr;
}

void PromotionBoard::take(std::size_t index) {
  const auto at = requests_.begin() + static_cast<std::ptrdiff_t>(index);
  std::move(at + 1, requests_.begin() + static_cast<std::ptrdiff_t>(size_), at);
  --size_;
}

PromotionBoard::Score PromotionBoard::score_of(std::uint16_t candidate) const {
  Score score;
  for (std::size_t i = 0; i < size_; ++i) {
    if (requests_[i].candidate != candidate) continue;
    ++score.needing;
    score.quality += requests_[i].quality;
  }
  return score;
}

void Switches::clear() {
  board_.clear();
  decide_at_us_ = kNoDeadline;
  settled_at_us_ = core_.now_us();
  orphaned_ = false;
}

void Switches::on_pro(Node& node, Bytes payload) {
  const auto pro = protocol::prime::decode_pro(payload);
  if (!pro || (pro->negative && pro->nsid == kNoSid)) {
    ++core_.counters.malformed;
    return;
  }
  keep_alive_.heard(node);
  if (pro->negative) return on_demotion(node, pro->nsid);
  if (pro->nsid == kNoSid) return on_request(node, *pro);
  // PRO_ACK
  if (node.procedure != Procedure::promoting || pro->nsid != node.lsid) return;
  if (node.slot.slot < beacons_.n_slots()) {
    procedures_.begin(node, Procedure::slot, Owed::beacon_slot);
  } else {
    procedures_.end(node);
    node.procedure = Procedure::waiting_slot;
    beacons_.need_slots();
  }
}

// PRO_DEM_S: the switch gives up, or it answers.
void Switches::on_demotion(Node& node, std::uint8_t lsid) {
  const bool answer =
      node.procedure == Procedure::demoting || core_.now_us() - node.demote_sent_us < kAnswerUs;
  if (node.procedure == Procedure::demoting) procedures_.end(node);
  if (lsid == node.lsid) demoted(node);
  if (answer) return;
  node.demote_lsid = lsid;
  procedures_.owe(node, Owed::demote);
}

bool Switches::may_switch(const Node& node) const {
  const bool idle = node.procedure == Procedure::none || node.procedure == Procedure::closing;
  return node.state == NodeState::terminal && idle && node.lsid == kNoSid &&
         (node.capabilities & protocol::prime::kCanSwitch) != 0 &&
         node.level < core_.config.max_switch_level;
}

void Switches::on_request(Node& node, const Pro& pro) {
  if (node.procedure == Procedure::promoting || node.procedure == Procedure::waiting_slot ||
      node.procedure == Procedure::slot) {
    return;  // it will be told
  }
  const std::int64_t now_us = core_.now_us();
  const Node* needing = core_.table.by_eui48(pro.needed_by);
  const bool served = needing != nullptr && needing->state != NodeState::disconnected &&
                      now_us - needing->last_heard_us < kServedUs;
  if (!pro.long_form || pro.needed_by == Eui48{} || served || !may_switch(node)) {
    return procedures_.owe(node, Owed::refuse_promotion);
  }
  board_.note({core_.table.position_of(node), pro.needed_by, pro.quality, now_us});
  if (decide_at_us_ == kNoDeadline) {
    decide_at_us_ = std::max(now_us + kGatherUs, settled_at_us_);
  }
}

void Switches::decide() {
  const std::int64_t now_us = core_.now_us();
  NodeTable& table = core_.table;
  decide_at_us_ = kNoDeadline;
  board_.expire(now_us - kRequestLifeUs);
  const auto chosen = board_.best([&](std::uint16_t position) {
    const Node& node = table.at(position);
    if (!may_switch(node)) return PromotionBoard::kUnfit;
    // A switch near the base node is worth more than one that is itself heard badly.
    return node.link.known() && node.level == 0 ? node.link.snr_cdb() : -100'000;
  });
  if (!chosen) return board_.clear();
  board_.settle(*chosen, [&](std::uint16_t position) {
    procedures_.owe(table.at(position), Owed::refuse_promotion);
  });
  Node& node = table.at(*chosen);
  node.slot = beacons_.allocate();
  if (node.slot.slot == 0 || table.allot_lsid(node) == kNoSid) {
    beacons_.free(node.slot);
    node.slot = {};
    return procedures_.owe(node, Owed::refuse_promotion);
  }
  settled_at_us_ = now_us + kSettleUs;
  procedures_.begin(node, Procedure::promoting, Owed::promote);
  beacons_.need_slots();  // announced while PRO_REQ_B and PRO_ACK are on their way
  if (!board_.empty()) decide_at_us_ = settled_at_us_;
  table.reschedule(node);
}

void Switches::on_bsi(Node& node, Bytes payload) {
  const auto bsi = protocol::prime::decode_bsi(payload);
  if (!core_.well_formed(bsi)) return;
  keep_alive_.heard(node);
  if (bsi->slot == node.slot.slot) used(node);
}

void Switches::compare(Node& node, std::uint8_t ssid) {
  if (ssid != kNoSid && ssid != node.lsid) {
    node.demote_lsid = ssid;
    procedures_.owe(node, Owed::demote);
  } else if (ssid == kNoSid && node.state == NodeState::switching &&
             node.procedure == Procedure::none) {
    demoted(node);
  }
}

// It sends beacons now.
void Switches::promoted(Node& node) {
  procedures_.end(node);
  const std::int64_t now_us = core_.now_us();
  node.state = NodeState::switching;
  ++core_.counters.promotions;
  settled_at_us_ = std::max(settled_at_us_, now_us + kSettleUs);
  if (decide_at_us_ != kNoDeadline) decide_at_us_ = std::max(decide_at_us_, settled_at_us_);
  node.unused_at_us = now_us + core_.config.unused_switch_us;
}

// Its LSID and its beacon slot are free again, its nodes have lost their way.
void Switches::demoted(Node& node) {
  if (node.lsid == kNoSid) return;
  if (node.state == NodeState::switching) {
    node.state = NodeState::terminal;
    ++core_.counters.demotions;
  }
  node.demote_lsid = node.lsid;
  core_.table.free_lsid(node);
  beacons_.free(node.slot);
  node.slot = {};
  node.children = 0;
  node.unused_at_us = kNoDeadline;
  orphaned_ = true;
  beacons_.need_slots();
  core_.table.reschedule(node);
}

void Switches::unused(Node& node) {
  node.unused_at_us = kNoDeadline;
  node.demote_lsid = node.lsid;
  procedures_.begin(node, Procedure::demoting, Owed::demote);
}

void Switches::joined(Node& node) {
  Node* parent = core_.table.parent_of(node);
  if (parent == nullptr) return;
  ++parent->children;
  parent->unused_at_us = kNoDeadline;
  core_.table.reschedule(*parent);
}

void Switches::left(Node& node) {
  Node* parent = core_.table.parent_of(node);
  if (parent == nullptr || parent->children == 0) return;
  if (--parent->children > 0) return;
  parent->unused_at_us = core_.now_us() + core_.config.unused_switch_us;
  core_.table.reschedule(*parent);
}

}  // namespace dcu::fw

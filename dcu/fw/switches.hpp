// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/beacons.hpp"
#include "dcu/fw/keep_alive.hpp"
#include "dcu/fw/promotion.hpp"

namespace dcu::fw {

// Terminals that become switches and terminals again (clause 8.6.3).
class Switches {
 public:
  Switches(Core& core, Procedures& procedures, KeepAlive& keep_alive, Beacons& beacons)
      : core_(core), procedures_(procedures), keep_alive_(keep_alive), beacons_(beacons) {}
  void clear();

  void on_pro(Node& node, Bytes payload);
  void on_bsi(Node& node, Bytes payload);
  // ALV.SSID: both ends may have lost the other's word about being a switch.
  void compare(Node& node, std::uint8_t ssid);
  // Somebody registers through it, so that it has sent beacons: BSI_ACK was lost.
  void used(Node& node) {
    if (node.procedure == Procedure::slot) promoted(node);
  }
  void demoted(Node& node);  // its subtree is gone
  void unused(Node& node);   // nobody has hung on it for long

  // ---- Nodes come and go ----
  void joined(Node& node);  // under its switch
  void left(Node& node);
  void served(const Eui48& eui48) { board_.drop_needing(eui48); }  // it needs no switch any more
  void withdraw(const Node& node) { board_.drop_candidate(core_.table.position_of(node)); }
  // A switch has gone, its nodes are there still.
  bool orphaned() const { return orphaned_; }
  void orphans_leave() { orphaned_ = false; }

  std::int64_t deadline_us() const { return decide_at_us_; }
  void decide();

 private:
  void on_request(Node& node, const protocol::prime::Pro& pro);
  void on_demotion(Node& node, std::uint8_t lsid);
  void promoted(Node& node);
  bool may_switch(const Node& node) const;

  Core& core_;
  Procedures& procedures_;
  KeepAlive& keep_alive_;
  Beacons& beacons_;
  PromotionBoard board_;
  std::int64_t decide_at_us_ = kNoDeadline;
  std::int64_t settled_at_us_ = 0;  // the last promotion has had time to show its effect
  bool orphaned_ = false;
};

}  // namespace dcu::fw

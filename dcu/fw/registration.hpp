// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/connections.hpp"
#include "dcu/fw/switches.hpp"

namespace dcu::fw {

// Who is in the network: nodes come by REG, and leave with all that hangs on them.
class Registration {
 public:
  Registration(Core& core, Procedures& procedures, KeepAlive& keep_alive, Switches& switches,
               Connections& connections, Line& line)
      : core_(core),
        procedures_(procedures),
        keep_alive_(keep_alive),
        switches_(switches),
        connections_(connections),
        line_(line) {}
  void clear();

  void on_reg(Node* node, const protocol::prime::Packet& packet);  // nullptr: not registered
  // Somebody who is not registered here speaks as if it were: from before a restart, or it missed
  // being dropped.
  void on_stranger(const protocol::prime::Packet& packet);
  // The node is gone: its connection, its subtree, its numbers. What was counted stays.
  void drop(Node& node, LeaveReason why);
  void drop_all(LeaveReason why);
  // An answer was awaited and did not come.
  void timeout(Node& node);
  void mark(Node& node);  // to be forgotten
  // Does what could not be done in the middle of something: marked nodes and orphans leave.
  void settle();
  bool serve();  // strays; false: none waits

 private:
  // A control packet to somebody without a place in the table.
  struct Stray {
    enum class Kind : std::uint8_t { reject, unregister };
    Kind kind = Kind::reject;
    std::uint8_t sid = 0;
    std::uint16_t lnid = 0;
    Eui48 eui48{};
    friend bool operator==(const Stray&, const Stray&) = default;
  };
  void on_request(const protocol::prime::Packet& packet, const protocol::prime::Reg& reg);
  void begin(Node& node, std::uint8_t sid, const Node* parent);
  void add_stray(const Stray& stray);
  void drop_orphans();
  void forget_marked();

  Core& core_;
  Procedures& procedures_;
  KeepAlive& keep_alive_;
  Switches& switches_;
  Connections& connections_;
  Line& line_;
  bool marked_ = false;
  std::uint8_t n_strays_ = 0;
  std::array<Stray, 16> strays_{};
};

}  // namespace dcu::fw

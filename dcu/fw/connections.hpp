// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/keep_alive.hpp"

namespace dcu::fw {

// The 4-32 connection of each node: opened and closed by CON, its LSDUs by ARQ, so many nodes side
// by side.
class Connections {
 public:
  Connections(Core& core, Procedures& procedures, KeepAlive& keep_alive, Line& line)
      : core_(core), procedures_(procedures), keep_alive_(keep_alive), line_(line) {}
  void clear() { active_ = 0; }

  // kNotSent: too long, or no memory.
  SendHandle send(Node& node, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                  Priority priority);
  void on_con(Node& node, Bytes payload);
  void on_data(Node& node, const protocol::prime::Packet& packet);
  void on_transmitted(const Line::Flight& flight, bool sent);
  void on_time(Node& node, std::int64_t now_us);
  void close(Node& node, LeaveReason why);
  // Hands waiting LSDUs to their links, one at a time to each.
  void admit();
  bool serve(Node& node);

 private:
  class NodeArq;  // the ArqOwner of one node
  void open(Node& node, const protocol::prime::Con& con, Bytes identifier);
  void refuse(Node& node, std::uint16_t lcid);
  void check(Node& node);  // after anything its ARQ did

  Core& core_;
  Procedures& procedures_;
  KeepAlive& keep_alive_;
  Line& line_;
  unsigned active_ = 0;  // nodes that LSDUs are under way to
  SendHandle next_handle_ = 0;
};

}  // namespace dcu::fw

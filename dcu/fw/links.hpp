// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/keep_alive.hpp"

namespace dcu::fw {

// Robustness management (PRM): how neighbours are heard, and how they hear the base node.
class Links {
 public:
  Links(Core& core, Procedures& procedures, KeepAlive& keep_alive)
      : core_(core), procedures_(procedures), keep_alive_(keep_alive) {}
  void note(const protocol::prime::Packet& packet, const protocol::prime::ReceivedFrame& frame);
  void on_prm(Node& node, Bytes payload);

 private:
  Core& core_;
  Procedures& procedures_;
  KeepAlive& keep_alive_;
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "dcu/fw/node_table.hpp"

namespace dcu::fw {

// Who speaks next: a queue of nodes for each Turn, its links inside the nodes.
class Turns {
 public:
  explicit Turns(NodeTable& table) : table_(table) {}
  void clear() { queues_ = {}; }

  void want(Node& node, Turn turn);  // nothing happens when it waits already
  Node* next(Turn turn);             // nullptr: nobody waits
  void leave(Node& node);
  bool waits(Turn turn) const { return queues_[static_cast<std::size_t>(turn)].head != kNowhere; }

 private:
  struct Queue {
    std::uint16_t head = kNowhere;
    std::uint16_t tail = kNowhere;
  };

  NodeTable& table_;
  std::array<Queue, kTurns> queues_{};
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/turns.hpp"

namespace dcu::fw {
namespace {

constexpr std::uint8_t bit_of(Turn turn) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(turn));
}

}  // namespace

void Turns::want(Node& node, Turn turn) {
  if ((node.queued & bit_of(turn)) != 0) return;
  node.queued |= bit_of(turn);
  const std::uint16_t position = table_.position_of(node);
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  node.next[static_cast<std::size_t>(turn)] = kNowhere;
  if (queue.tail == kNowhere) {
    queue.head = position;
  } else {
    table_.at(queue.tail).next[static_cast<std::size_t>(turn)] = position;
  }
  queue.tail = position;
}

Node* Turns::next(Turn turn) {
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) return nullptr;
  Node& node = table_.at(queue.head);
  queue.head = node.next[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) queue.tail = kNowhere;
  node.queued &= static_cast<std::uint8_t>(~bit_of(turn));
  return &node;
}

void Turns::leave(Node& node) {
  for (std::size_t i = 0; i < kTurns; ++i) {
    const auto turn = static_cast<Turn>(i);
    if ((node.queued & bit_of(turn)) == 0) continue;
    Queue others = queues_[i];
    queues_[i] = {};
    for (std::uint16_t position = others.head; position != kNowhere;) {
      Node& other = table_.at(position);
      position = other.next[i];
      other.queued &= static_cast<std::uint8_t>(~bit_of(turn));
      if (&other != &node) want(other, turn);
    }
  }
}

}  // namespace dcu::fw

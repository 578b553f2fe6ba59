// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/service_node.hpp"

namespace meter::fw::prime {

// Marks that the node is at work: whatever its owner asks for meanwhile waits until it is done.
class ServiceNode::Inside {
 public:
  explicit Inside(ServiceNode& node) : node_(node), was_(node.inside_) { node_.inside_ = true; }
  ~Inside() {
    node_.inside_ = was_;
    if (!was_) node_.pump();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  ServiceNode& node_;
  bool was_;
};

// Tags of frames in the transmit queue.
inline constexpr std::uint32_t kDataTag = 1;

template <typename Message>
bool ServiceNode::send_control(protocol::prime::ControlType type, const Message& message) {
  std::array<std::uint8_t, protocol::prime::kMaxControlPayload> payload;
  protocol::Writer out(payload);
  encode(message, out);
  return push_control(type, false, sid_, lnid_, out.written());
}

}  // namespace meter::fw::prime

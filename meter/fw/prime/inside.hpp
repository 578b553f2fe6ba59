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
    if (!was_) node_.connection_.pump();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  ServiceNode& node_;
  bool was_;
};

}  // namespace meter::fw::prime

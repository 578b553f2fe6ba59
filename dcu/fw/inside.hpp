// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/base_node.hpp"

namespace dcu::fw {

// Every way in goes through here. The owner may call back from inside its callbacks, in the middle
// of somebody's work on a node: such calls only note what they want, and the outermost way out
// does it.
class BaseNode::Inside {
 public:
  explicit Inside(BaseNode& base) : base_(base), outermost_(!base.inside_) { base.inside_ = true; }
  ~Inside() {
    if (!outermost_) return;
    if (base_.running_) {
      base_.registration_.settle();
      base_.connections_.admit();
      base_.pump();
    }
    base_.inside_ = false;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  BaseNode& base_;
  bool outermost_;
};

}  // namespace dcu::fw

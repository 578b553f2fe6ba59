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
      while (base_.any_marked_ || base_.orphans_) {
        base_.forget_marked();
        base_.drop_orphans();
      }
      base_.admit();
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

// The ARQ link of one node asks for memory and tells what came.
class BaseNode::NodeArq final : public protocol::prime::ArqOwner {
 public:
  NodeArq(BaseNode& base, Node& node) : base_(base), node_(node) {}

  MutableBytes take_buffer() override;
  void give_buffer(MutableBytes buffer) override { base_.buffers_.give(buffer); }
  void on_sdu(Bytes sdu) override;
  void on_sdu_done(std::uint32_t cookie, bool delivered) override;

 private:
  BaseNode& base_;
  Node& node_;
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/procedures.hpp"

namespace dcu::fw {

// Signs of life: every packet of a node is one, and whoever is silent is polled (ALV). The first
// sign of a node that registers completes its registration.
class KeepAlive {
 public:
  KeepAlive(Core& core, Procedures& procedures, Line& line)
      : core_(core), procedures_(procedures), line_(line) {}
  void clear() { poll_after_us_ = core_.now_us(); }

  void heard(Node& node);
  void on_answer(Node& node);  // ALV
  // The deadline of the next poll has come. False: silent for a whole window, the node is gone.
  bool poll(Node& node);
  void poll_soon(Node* node);  // is it there at all?
  bool serve(Node& node);
  std::int64_t poll_after_us() const { return poll_after_us_; }  // the next one, to anybody

 private:
  void registered(Node& node);
  std::int64_t interval_us() const;

  Core& core_;
  Procedures& procedures_;
  Line& line_;
  std::int64_t poll_after_us_ = 0;
};

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

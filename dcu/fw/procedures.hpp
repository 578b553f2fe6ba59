// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/line.hpp"

namespace dcu::fw {

// What nodes are owed, and what is said again until it is answered. Packets are built from what a
// node is when its turn comes.
class Procedures {
 public:
  Procedures(Core& core, Line& line) : core_(core), line_(line) {}

  void owe(Node& node, Owed what);
  void begin(Node& node, Procedure procedure, Owed first);
  void end(Node& node);
  // The answer did not come in time: said again. False: often enough, it has ended.
  bool repeat(Node& node);
  // Sends the first thing the node is owed.
  bool serve(Node& node);

 private:
  bool send(Node& node, Owed what);

  Core& core_;
  Line& line_;
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/line.hpp"

namespace dcu::fw {

// LSDUs for every meter that listens: each segment so many times, one after the other.
class Broadcasts {
 public:
  Broadcasts(Core& core, Line& line) : core_(core), line_(line) {}
  void clear();

  bool send(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu);  // false: no memory, too long
  // The next segment of the first one, or the same again. False: none now.
  bool serve();
  std::int64_t deadline_us() const;

 private:
  Core& core_;
  Line& line_;
  unsigned segment_ = 0;
  unsigned copy_ = 0;
  std::int64_t after_us_ = 0;
};

}  // namespace dcu::fw

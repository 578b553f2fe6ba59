// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/core.hpp"

namespace meter::fw::prime {

// Broadcasts have no connection: segments in order, or nothing.
class Broadcasts {
 public:
  explicit Broadcasts(Core& core) : core_(core) {}
  void on_packet(const protocol::prime::Packet& packet);
  void end();  // gives the buffer back
  std::int64_t deadline_us() const { return until_us_; }

 private:
  bool is_echo(Bytes payload);

  Core& core_;
  protocol::prime::Reassembler reassembler_;
  std::uint32_t crc_ = 0;  // the last packet, which another switch may repeat
  std::int64_t seen_us_ = 0;
  std::int64_t until_us_ = protocol::prime::kNoDeadline;
};

}  // namespace meter::fw::prime

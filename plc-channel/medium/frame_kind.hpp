// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "plc-channel/medium/observer.hpp"

namespace plc {

// Reads the headers of a frame, without checking them.
FrameKind frame_kind(protocol::Bytes mpdu);
bool frame_goes_down(protocol::Bytes mpdu);

// Tells data sent once more from new data: remembers the last packets of each station. What an ARQ
// sender changes between two copies (acknowledgements in the same packet) stands in front of the
// segment; only what is behind the first octets counts.
class FrameMemory {
 public:
  explicit FrameMemory(std::uint32_t n_stations) : stations_(n_stations) {}
  bool again(StationId station, protocol::Bytes mpdu);

 private:
  static constexpr std::size_t kRemembered = 8;
  struct Last {
    std::array<std::uint64_t, kRemembered> digest{};
    std::size_t next = 0;
  };
  std::vector<Last> stations_;
};

}  // namespace plc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "dcu/fw/node.hpp"

namespace dcu::fw {

// The memory of a base node in one piece:
//   auto storage = std::make_unique<Storage<1000, 64>>();
//   BaseNode base(config, storage->memory(), modem, owner);
template <std::size_t kNodes, std::size_t kBuffers>
struct Storage {
  static_assert(kNodes >= 1 && kNodes <= kMaxNodes && kBuffers >= 4);
  std::array<Node, kNodes> nodes;
  std::array<Buffer, kBuffers> buffers;
  Memory memory() { return {nodes, buffers}; }
};

}  // namespace dcu::fw

namespace fake {

inline constexpr std::int64_t kSecond = 1'000'000;  // in us
inline constexpr std::int64_t kMinute = 60 * kSecond;

}  // namespace fake

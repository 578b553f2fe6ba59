// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "dcu/fw/node.hpp"

namespace dcu::fw {

// Memory of a base node, the owner's. A buffer is taken by every LSDU that waits or is under way
// and by every node that has sent part of one.
struct Memory {
  std::span<Node> nodes;
  std::span<Buffer> buffers;
};

// The usual way to have it:
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

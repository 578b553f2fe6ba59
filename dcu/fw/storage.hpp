// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "dcu/fw/types.hpp"

namespace dcu::fw {

struct Node;    // a place of the node table
struct Buffer;  // one LSDU, going out or being put together

// Memory of a base node, the owner's. A buffer is taken by every LSDU that waits or is under way
// and by every one that is partly received.
struct Memory {
  std::span<Node> nodes;
  std::span<Buffer> buffers;
};

// The usual way to have it:
//   auto storage = std::make_unique<Storage<1000, 64>>();
//   BaseNode base(config, storage->memory(), modem, owner);
template <std::size_t kNodes, std::size_t kBuffers>
struct Storage;

}  // namespace dcu::fw

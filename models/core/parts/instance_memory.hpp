// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>

namespace models {

// Memory of one firmware instance: 16-byte aligned, zeroed again at every power on.
class InstanceMemory {
 public:
  explicit InstanceMemory(std::size_t bytes)
      : blocks_(std::make_unique<Block[]>((bytes + sizeof(Block) - 1) / sizeof(Block))),
        bytes_(bytes) {}

  void* get() { return blocks_.get(); }
  std::size_t bytes() const { return bytes_; }
  void clear() { std::memset(static_cast<void*>(blocks_.get()), 0, bytes_); }

 private:
  struct alignas(16) Block {
    std::byte octets[16];
  };
  std::unique_ptr<Block[]> blocks_;
  std::size_t bytes_;
};

}  // namespace models

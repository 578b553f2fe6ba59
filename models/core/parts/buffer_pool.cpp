// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/buffer_pool.hpp"

#include <cstring>

namespace models {

std::uint8_t* BufferPool::take() {
  if (free_.empty()) {
    made_.push_back(std::make_unique<std::uint8_t[]>(buffer_bytes_));
    return made_.back().get();
  }
  std::uint8_t* const buffer = free_.back();
  free_.pop_back();
  std::memset(buffer, 0, buffer_bytes_);
  return buffer;
}

void BufferPool::give(std::uint8_t* buffer) { free_.push_back(buffer); }

std::uint8_t* BufferAccount::take() {
  if (taken_ == kLimit) return nullptr;
  held_[taken_] = pool_.take();
  return held_[taken_++];
}

void BufferAccount::give(std::uint8_t* buffer) {
  for (std::uint32_t i = 0; i < taken_; ++i) {
    if (held_[i] != buffer) continue;
    pool_.give(buffer);
    held_[i] = held_[--taken_];
    return;
  }
  ++bad_gives_;
}

void BufferAccount::give_all() {
  while (taken_ > 0) pool_.give(held_[--taken_]);
}

}  // namespace models

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "dcu/fw/node.hpp"
#include "protocol/prime/llc432.hpp"

namespace dcu::fw {

// The owner's buffers: who uses which, and the order of those that wait.
class BufferPool {
 public:
  explicit BufferPool(std::span<Buffer> buffers) : buffers_(buffers) {}
  void clear();

  // nullptr when fewer than `keep` would stay free.
  Buffer* take(Buffer::Use use, std::size_t keep = 0);
  // With an LPDU in it, of normal priority. nullptr: too long, or no memory: the last quarter is
  // for what comes in, since answers without memory would be repeated for ever.
  Buffer* take_lpdu(Buffer::Use use, const protocol::prime::Lpdu& lpdu);
  void give(Buffer& buffer);
  void give(MutableBytes octets);  // as ArqLink has them
  Buffer& of(MutableBytes octets);
  std::size_t free() const { return free_; }

  // Joins the queue of its priority.
  void wait(Buffer& buffer);
  // The one that waits longest, the urgent ones before all others, if its node is `fit`.
  template <typename Fit>
  Buffer* first_waiting(Fit&& fit) {
    Buffer* first = nullptr;
    if (waiting_ == 0) return nullptr;
    for (Buffer& buffer : buffers_) {
      if (buffer.use != Buffer::Use::waiting) continue;
      if (first != nullptr && !before(buffer, *first)) continue;
      if (fit(buffer)) first = &buffer;
    }
    return first;
  }
  void stop_waiting(Buffer& buffer, Buffer::Use use);
  Buffer* waiting_for(std::uint16_t position);   // any one
  unsigned count(std::uint16_t position) const;  // waiting or under way to it
  Buffer* first_broadcast();
  bool has_broadcast() const { return broadcasts_ > 0; }

 private:
  static bool before(const Buffer& a, const Buffer& b) {
    if (a.priority != b.priority) return a.priority < b.priority;
    return static_cast<std::int32_t>(a.order - b.order) < 0;
  }

  std::span<Buffer> buffers_;
  std::size_t free_ = 0;
  std::size_t waiting_ = 0;
  std::size_t broadcasts_ = 0;
  std::uint32_t next_order_ = 0;
};

}  // namespace dcu::fw

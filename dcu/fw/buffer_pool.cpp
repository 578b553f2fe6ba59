// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/buffer_pool.hpp"

#include "protocol/assert.hpp"

namespace dcu::fw {

void BufferPool::clear() {
  for (Buffer& buffer : buffers_) buffer.use = Buffer::Use::free;
  free_ = buffers_.size();
  waiting_ = broadcasts_ = 0;
}

Buffer* BufferPool::take(Buffer::Use use, std::size_t keep) {
  if (free_ <= keep) return nullptr;
  for (Buffer& buffer : buffers_) {
    if (buffer.use != Buffer::Use::free) continue;
    buffer.use = use;
    buffer.position = kNowhere;
    buffer.handle = kNotSent;
    buffer.order = next_order_++;
    --free_;
    if (use == Buffer::Use::broadcast) ++broadcasts_;
    return &buffer;
  }
  PROTOCOL_ASSERT(false);  // free_ counts them
}

Buffer* BufferPool::take_lpdu(Buffer::Use use, const protocol::prime::Lpdu& lpdu) {
  if (lpdu.lsdu.size() > kMaxLsdu) return nullptr;
  Buffer* buffer = take(use, buffers_.size() / 4);
  if (buffer == nullptr) return nullptr;
  protocol::Writer out(buffer->octets);
  const bool fits = protocol::prime::encode(lpdu, out);
  PROTOCOL_ASSERT(fits);
  buffer->size = static_cast<std::uint16_t>(out.size());
  buffer->priority = Priority::normal;
  return buffer;
}

void BufferPool::give(Buffer& buffer) {
  PROTOCOL_ASSERT(buffer.use != Buffer::Use::free);
  if (buffer.use == Buffer::Use::waiting) --waiting_;
  if (buffer.use == Buffer::Use::broadcast) --broadcasts_;
  buffer.use = Buffer::Use::free;
  ++free_;
}

Buffer& BufferPool::of(MutableBytes octets) {
  for (Buffer& buffer : buffers_) {
    if (buffer.octets.data() == octets.data()) return buffer;
  }
  PROTOCOL_ASSERT(false);  // not one of ours
}

void BufferPool::give(MutableBytes octets) { give(of(octets)); }

void BufferPool::wait(Buffer& buffer) {
  buffer.use = Buffer::Use::waiting;
  ++waiting_;
}

void BufferPool::stop_waiting(Buffer& buffer, Buffer::Use use) {
  PROTOCOL_ASSERT(buffer.use == Buffer::Use::waiting);
  buffer.use = use;
  --waiting_;
}

Buffer* BufferPool::waiting_for(std::uint16_t position) {
  return first_waiting([position](const Buffer& buffer) { return buffer.position == position; });
}

unsigned BufferPool::count(std::uint16_t position) const {
  unsigned n = 0;
  for (const Buffer& buffer : buffers_) {
    const bool outgoing = buffer.use == Buffer::Use::waiting || buffer.use == Buffer::Use::sending;
    if (outgoing && buffer.position == position) ++n;
  }
  return n;
}

Buffer* BufferPool::first_broadcast() {
  if (broadcasts_ == 0) return nullptr;
  Buffer* first = nullptr;
  for (Buffer& buffer : buffers_) {
    if (buffer.use != Buffer::Use::broadcast) continue;
    if (first == nullptr || before(buffer, *first)) first = &buffer;
  }
  return first;
}

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

namespace protocol::dlms {

// Memory that a device lends while a long transfer lasts.
class JoinMemory {
 public:
  virtual MutableBytes take() = 0;  // empty: none is left
  virtual void give(MutableBytes memory) = 0;

 protected:
  ~JoinMemory() = default;
};

// Where a server joins the blocks of a long SET or ACTION, and keeps a long return value. A device
// has one for all its sessions: long transfers are rare, and the latest one takes it over, but from
// nobody who proved more than it did: rank is the strength of the authentication. A ticket tells a
// session whether it still holds the buffer.
class JoinBuffer {
 public:
  using Ticket = std::uint32_t;
  static constexpr Ticket kNoTicket = 0;

  explicit JoinBuffer(MutableBytes memory) : memory_(memory), capacity_(memory.size()) {}
  // Its memory is borrowed, `capacity` octets of it, and given back at the end of each transfer.
  JoinBuffer(JoinMemory& lender, std::size_t capacity) : lender_(&lender), capacity_(capacity) {}

  // kNoTicket: it stays with who has it, or there is no memory.
  Ticket claim(std::uint8_t rank) {
    if (held_ && rank < rank_) return kNoTicket;
    if (lender_ != nullptr && memory_.empty()) memory_ = lender_->take();
    if (memory_.size() < capacity_) return kNoTicket;
    size_ = 0;
    held_ = true;
    rank_ = rank;
    return ++ticket_ == kNoTicket ? ++ticket_ : ticket_;
  }
  bool holds(Ticket ticket) const { return held_ && ticket == ticket_; }
  void release(Ticket ticket) {
    if (!holds(ticket)) return;
    held_ = false;
    if (lender_ == nullptr) return;
    lender_->give(memory_);
    memory_ = {};
    size_ = 0;
  }
  bool busy() const { return held_; }
  std::size_t capacity() const { return capacity_; }

  bool append(Bytes octets) {
    Writer out(free());
    out.bytes(octets);
    if (out.ok()) size_ += out.size();
    return out.ok();
  }
  // The first n octets that somebody wrote into free() become all that is joined.
  void keep_only_new(std::size_t n) {
    if (n > 0 && size_ > 0) std::memmove(memory_.data(), memory_.data() + size_, n);
    size_ = n;
  }
  Bytes joined() const { return Bytes(memory_).first(size_); }
  MutableBytes free() const {
    return memory_.empty() ? memory_ : memory_.first(capacity_).subspan(size_);
  }

 private:
  JoinMemory* lender_ = nullptr;
  MutableBytes memory_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  Ticket ticket_ = kNoTicket;
  std::uint8_t rank_ = 0;
  bool held_ = false;
};

}  // namespace protocol::dlms

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

namespace protocol::dlms {

// Where a server joins the blocks of a long SET or ACTION, and keeps a long return value. A device
// has one for all its sessions: long transfers are rare, and the latest one takes it over. A ticket
// tells a session whether it still holds the buffer.
class JoinBuffer {
 public:
  using Ticket = std::uint32_t;
  static constexpr Ticket kNoTicket = 0;

  explicit JoinBuffer(MutableBytes memory) : memory_(memory) {}

  Ticket claim() {
    size_ = 0;
    held_ = true;
    return ++ticket_ == kNoTicket ? ++ticket_ : ticket_;
  }
  bool holds(Ticket ticket) const { return held_ && ticket == ticket_; }
  void release(Ticket ticket) {
    if (holds(ticket)) held_ = false;
  }
  bool busy() const { return held_; }

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
  MutableBytes free() const { return memory_.subspan(size_); }

 private:
  MutableBytes memory_;
  std::size_t size_ = 0;
  Ticket ticket_ = kNoTicket;
  bool held_ = false;
};

}  // namespace protocol::dlms

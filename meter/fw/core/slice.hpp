// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "protocol/bytes.hpp"

namespace meter::fw {

// The part of a long value that goes into this block: octets from `offset` on, as many as fit.
// The value is written from its beginning, or from wherever skip_to() says.
class Slice {
 public:
  Slice(std::size_t offset, protocol::Writer& out) : offset_(offset), out_(out) {}

  void put(protocol::Bytes octets) {
    const std::size_t begin = at_;
    at_ += octets.size();
    if (at_ <= offset_) return;
    if (begin < offset_) octets = octets.subspan(offset_ - begin);
    const std::size_t fits = std::min(octets.size(), out_.space());
    out_.bytes(octets.first(fits));
    if (fits < octets.size()) full_ = true;
  }
  // Nothing that follows can be in this block; the value goes on.
  bool full() const { return full_; }
  // Octets of the value still to be passed over before this block.
  std::size_t to_skip() const { return offset_ > at_ ? offset_ - at_ : 0; }
  // Passes over octets without producing them; at most to_skip().
  void skip(std::size_t octets) { at_ += octets; }

 private:
  std::size_t offset_;
  std::size_t at_ = 0;
  bool full_ = false;
  protocol::Writer& out_;
};

}  // namespace meter::fw

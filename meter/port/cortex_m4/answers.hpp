// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/link.hpp"

namespace meter::port {

// Answers to downcalls: those that came with the upcall first, then from the line.
class Answers {
 public:
  Answers(MutableBytes box, MutableBytes ahead) : box_(box), ahead_(ahead), next_(Bytes{}) {}

  // At the begin of an upcall.
  void begin() {
    next_ = protocol::Reader(ahead_);
    left_ = next_.u32();
    protocol::Writer(ahead_).u32(0);  // good for one upcall
  }
  protocol::Reader next(Link& line) {
    if (left_ > 0) {
      --left_;
      return protocol::Reader(next_.take(next_.u32()));
    }
    Bytes payload;
    line.receive(box_, payload);
    return protocol::Reader(payload);
  }

 private:
  MutableBytes box_;
  MutableBytes ahead_;
  protocol::Reader next_;
  std::uint32_t left_ = 0;
};

}  // namespace meter::port

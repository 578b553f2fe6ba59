// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/assert.hpp"
#include "kernel/time.hpp"

namespace models {

// Upcalls never nest; and a firmware that is called very often at one instant makes no progress any
// more, which is its watchdog's business.
class UpcallWatch {
 public:
  void restart() { at_instant_ = 0; }
  // An upcall that counts.
  void begin(kernel::TimeNs now) {
    at_instant_ = now == last_ns_ ? at_instant_ + 1 : 0;
    last_ns_ = now;
    ++upcalls_;
    enter();
  }
  void enter() {
    TWIN_ASSERT(!inside_);
    inside_ = true;
  }
  void leave() { inside_ = false; }
  bool stuck() const { return at_instant_ >= kStuck; }
  std::uint64_t upcalls() const { return upcalls_; }

 private:
  static constexpr std::uint32_t kStuck = 10'000;

  kernel::TimeNs last_ns_ = -1;
  std::uint64_t upcalls_ = 0;
  std::uint32_t at_instant_ = 0;
  bool inside_ = false;
};

}  // namespace models

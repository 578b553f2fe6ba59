// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/platform.hpp"

namespace meter::port {

// In a downcall the stopwatch stands: it is the platform that works.
class Downcall {
 public:
  explicit Downcall(void* context) : platform_(*static_cast<Platform*>(context)) {
    platform_.stopwatch().pause();
  }
  ~Downcall() { platform_.stopwatch().resume(); }
  Downcall(const Downcall&) = delete;
  Downcall& operator=(const Downcall&) = delete;
  Platform* operator->() const { return &platform_; }

 private:
  Platform& platform_;
};

}  // namespace meter::port

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/mmio.hpp"

namespace meter::port {

// How long the firmware itself was busy within an upcall: it stands while the platform works in a
// downcall. CMSDK timer 0, 25 MHz, counting down without end. Under QEMU's -icount an instruction
// takes a fixed time, so ticks are instructions; on silicon they would be time.
class Stopwatch {
 public:
  static constexpr std::uint32_t kHz = 25'000'000;

  void power_up() {
    mmio(kTimer0 + kReload) = UINT32_MAX;
    mmio(kTimer0 + kValue) = UINT32_MAX;
    mmio(kTimer0 + kControl) = 1;
  }
  void start() {
    ticks_ = pauses_ = 0;
    resume();
  }
  void resume() { from_ = mmio(kTimer0 + kValue); }
  void pause() {
    ticks_ += from_ - mmio(kTimer0 + kValue);
    ++pauses_;
  }
  std::uint32_t ticks() const { return ticks_; }
  std::uint32_t pauses() const { return pauses_; }

 private:
  static constexpr std::uint32_t kControl = 0x00;
  static constexpr std::uint32_t kValue = 0x04;
  static constexpr std::uint32_t kReload = 0x08;

  std::uint32_t from_ = 0;
  std::uint32_t ticks_ = 0;
  std::uint32_t pauses_ = 0;
};

}  // namespace meter::port

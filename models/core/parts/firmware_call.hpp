// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// Which firmware the processor is in, for whoever must say so when it crashes or does not return:
// lives on the stack around every call into one. A signal handler can reach nothing but a global.
// The function it stands in is `noexcept`: a firmware that throws is still in the call then when
// std::terminate's handler looks.
class FirmwareCall {
 public:
  // device: "meter", "module" or "concentrator", with its number from 1; 0: not built yet.
  FirmwareCall(const char* device, std::uint32_t number, const char* upcall, kernel::TimeNs at)
      : device_(device), upcall_(upcall), at_(at), outer_(current_), number_(number) {
    current_ = this;
    ++count_;
  }
  ~FirmwareCall() { current_ = outer_; }
  FirmwareCall(const FirmwareCall&) = delete;
  FirmwareCall& operator=(const FirmwareCall&) = delete;

  const char* device() const { return device_; }
  std::uint32_t number() const { return number_; }
  const char* upcall() const { return upcall_; }
  kernel::TimeNs at() const { return at_; }

  // nullptr: in none.
  static const FirmwareCall* current() { return current_; }
  // Calls so far: the same twice, and in one, is a firmware that has not returned.
  static std::uint64_t count() { return count_; }

 private:
  const char* device_;
  const char* upcall_;
  kernel::TimeNs at_;
  const FirmwareCall* outer_;
  std::uint32_t number_;
  inline static const FirmwareCall* current_ = nullptr;
  inline static std::uint64_t count_ = 0;
};

}  // namespace models

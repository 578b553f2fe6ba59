// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "kernel/assert.hpp"
#include "kernel/time.hpp"

namespace models {

// Which firmware the processor is in, for whoever must say so when it crashes or does not return:
// stands around every call into one. What is known lies in static storage, as the stack around the
// call is the first thing a faulty firmware writes over; a signal handler and a second thread can
// read it. The function it stands in is `noexcept`: a firmware that throws is still in the call
// then when std::terminate's handler looks.
class FirmwareCall {
 public:
  struct Record {
    const char* device;  // "meter", "module" or "concentrator"
    const char* upcall;
    kernel::TimeNs at;
    std::uint32_t number;  // from 1; 0: not built yet
    std::uint32_t nth;     // of its calls in this second of simulated time; 0: not counted
  };

  FirmwareCall(const char* device, std::uint32_t number, const char* upcall, kernel::TimeNs at,
               std::uint32_t nth = 0)
      : record_(records_[depth_.load(std::memory_order_relaxed) % kDeepest]) {
    const std::uint32_t depth = depth_.load(std::memory_order_relaxed);
    TWIN_ASSERT(depth < kDeepest, depth);
    record_ = {device, upcall, at, number, nth};
    depth_.store(depth + 1, std::memory_order_relaxed);
    count_.store(count() + 1, std::memory_order_relaxed);
  }
  ~FirmwareCall() {
    depth_.store(depth_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }
  FirmwareCall(const FirmwareCall&) = delete;
  FirmwareCall& operator=(const FirmwareCall&) = delete;

  const char* device() const { return record_.device; }
  std::uint32_t number() const { return record_.number; }
  const char* upcall() const { return record_.upcall; }
  kernel::TimeNs at() const { return record_.at; }
  std::uint32_t nth() const { return record_.nth; }

  // nullptr: in none.
  static const Record* current() {
    const std::uint32_t depth = depth_.load(std::memory_order_relaxed);
    return depth == 0 ? nullptr : &records_[(depth - 1) % kDeepest];
  }
  // Also when it has returned; nullptr: there was none.
  static const Record* last() {
    return count() == 0 || current() != nullptr ? current() : &records_[0];
  }
  // Calls so far: the same twice, and in one, is a firmware that has not returned.
  static std::uint64_t count() { return count_.load(std::memory_order_relaxed); }

  // Whether a firmware that others wrote lives in this process.
  static bool has_guest() { return guest_.load(std::memory_order_relaxed); }
  static void set_guest() { guest_.store(true, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kDeepest = 8;

  Record& record_;
  inline static std::array<Record, kDeepest> records_{};
  inline static std::atomic<std::uint32_t> depth_ = 0;
  inline static std::atomic<std::uint64_t> count_ = 0;
  inline static std::atomic<bool> guest_ = false;
};

}  // namespace models

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>

namespace target {

// One qemu-system-arm with an image in it. Its serial lines are our file descriptors; it ends with
// this object, and with this process whatever happens.
class Qemu {
 public:
  // An instruction takes 2^kShift ns of the virtual clock: long enough that the 25 MHz timer tells
  // any two instructions apart.
  static constexpr unsigned kShift = 6;

  explicit Qemu(const std::string& image);
  ~Qemu();
  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;

  int line(unsigned uart) const { return lines_[uart]; }
  // The board's PSRAM, which both sides see.
  std::uint8_t* shared_ram() const { return shared_; }

 private:
  std::uint8_t* shared_ = nullptr;
  int complaints_ = -1;
  std::array<int, 2> lines_{-1, -1};
  pid_t child_ = -1;
};

}  // namespace target

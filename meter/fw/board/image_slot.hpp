// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/board/hal.hpp"

namespace meter::fw {

// The one slot for another image that the firmware uses, where the platform has one.
class ImageSlot {
 public:
  explicit ImageSlot(const Hal& hal) : h_(hal.table()) {}

  // 0: none.
  std::uint32_t octets() const {
    const bool there = h_.images != nullptr && h_.images->slots(h_.context) > 0;
    return there ? h_.images->slot_bytes(h_.context) : 0;
  }
  bool erase() const { return h_.images->erase(h_.context, kSlot) == 0; }
  bool write(std::uint32_t offset, Bytes data) const {
    return h_.images->write(h_.context, kSlot, offset, data.data(), narrow(data.size())) == 0;
  }
  bool read(std::uint32_t offset, MutableBytes out) const {
    return h_.images != nullptr &&
           h_.images->read(h_.context, kSlot, offset, out.data(), narrow(out.size())) == 0;
  }
  bool verify(std::uint32_t n) const { return h_.images->verify(h_.context, kSlot, n) == 0; }
  bool activate() const { return h_.images->activate(h_.context, kSlot) == 0; }
  void confirm() const { h_.images->confirm(h_.context); }

 private:
  static constexpr std::uint32_t kSlot = 0;
  static std::uint32_t narrow(std::size_t n) { return static_cast<std::uint32_t>(n); }

  const meter_hal& h_;
};

}  // namespace meter::fw

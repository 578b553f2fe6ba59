// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/port/cortex_m4/mmio.hpp"
#include "protocol/bytes.hpp"

namespace meter::port {

// CMSDK APB UART (Arm DDI 0479, chapter 4). Polled; the receive interrupt only ends the core's
// sleep, its handler never runs.
class Uart {
 public:
  Uart(std::uint32_t base, std::uint32_t irq) : base_(base), irq_(irq) {}

  void start();
  std::uint8_t receive();
  void send(protocol::Bytes octets);

 private:
  volatile std::uint32_t& reg(std::uint32_t offset) { return mmio(base_ + offset); }

  std::uint32_t base_;
  std::uint32_t irq_;
};

}  // namespace meter::port

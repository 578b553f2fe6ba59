// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/link.hpp"

namespace meter::port {
namespace {

constexpr std::uint32_t kData = 0x00;
constexpr std::uint32_t kState = 0x04;
constexpr std::uint32_t kControl = 0x08;
constexpr std::uint32_t kInterrupt = 0x0C;
constexpr std::uint32_t kDivider = 0x10;

constexpr std::uint32_t kStateSendFull = 1u << 0;
constexpr std::uint32_t kStateReceiveFull = 1u << 1;
constexpr std::uint32_t kControlSend = 1u << 0;
constexpr std::uint32_t kControlReceive = 1u << 1;
constexpr std::uint32_t kControlReceiveInterrupt = 1u << 3;
constexpr std::uint32_t kInterruptReceive = 1u << 1;
constexpr std::uint32_t kDividerLeast = 16;  // 25 MHz / 16: 1.5 Mbit/s

// The next octet mostly comes at once; falling asleep and waking cost more than asking again.
constexpr int kLooksBeforeSleep = 64;

}  // namespace

void Uart::start() {
  reg(kDivider) = kDividerLeast;
  reg(kControl) = kControlSend | kControlReceive | kControlReceiveInterrupt;
  mmio(kNvicEnable) = 1u << irq_;
}

std::uint8_t Uart::receive() {
  for (int looks = 0; (reg(kState) & kStateReceiveFull) == 0; ++looks) {
    if (looks < kLooksBeforeSleep) continue;
    reg(kInterrupt) = kInterruptReceive;
    mmio(kNvicClearPending) = 1u << irq_;
    if ((reg(kState) & kStateReceiveFull) == 0) __asm volatile("wfi" ::: "memory");
  }
  return static_cast<std::uint8_t>(reg(kData));
}

void Uart::send(protocol::Bytes octets) {
  for (const std::uint8_t octet : octets) {
    while ((reg(kState) & kStateSendFull) != 0) {
    }
    reg(kData) = octet;
  }
}

}  // namespace meter::port

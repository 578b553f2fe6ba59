// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace meter::port {

inline volatile std::uint32_t& mmio(std::uint32_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

// MPS2 with the AN386 image, Arm DAI 0386.
inline constexpr std::uint32_t kTimer0 = 0x40000000;
inline constexpr std::uint32_t kUart0 = 0x40004000;
inline constexpr std::uint32_t kUart1 = 0x40005000;
inline constexpr std::uint32_t kUart0ReceiveIrq = 0;
inline constexpr std::uint32_t kUart1ReceiveIrq = 2;

// ARMv7-M, system control space.
inline constexpr std::uint32_t kNvicEnable = 0xE000E100;
inline constexpr std::uint32_t kNvicClearPending = 0xE000E280;
inline constexpr std::uint32_t kCoprocessorAccess = 0xE000ED88;

// Paints what is free of the stack; later the paint tells how deep it went at most.
void paint_stack();
std::uint32_t stack_high_water();

}  // namespace meter::port

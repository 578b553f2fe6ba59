// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace meter::port {

inline constexpr std::uint32_t kStackPaint = 0xC5C5C5C5;

// Octets of stack used at most since the reset, by the paint that start-up left on it.
std::uint32_t stack_high_water();

}  // namespace meter::port

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace meter::port {

// Paints what is free of the stack; later the paint tells how deep it went at most.
void paint_stack();
std::uint32_t stack_high_water();

}  // namespace meter::port

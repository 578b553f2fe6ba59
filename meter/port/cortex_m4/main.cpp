// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// One image, one meter: METER_IMAGE_FIRMWARE names its table.
#include "meter/fw/device/firmware.h"
#include "meter/port/cortex_m4/upcalls.hpp"

namespace {

// All memory of the port. What stands for the meter's own RAM and what only stands in for the host
// (the copy of the flash, the line's buffer) lie in different sections, so that sizes tell.
[[gnu::section(".bss.board_ram")]] meter::port::Platform::Store platform_memory{};
[[gnu::section(".bss.board_ram")]] meter::port::UpcallServer::Store upcall_memory{};

}  // namespace

extern "C" int main() {
  std::memset(platform_memory.memory.flash, 0xFF, sizeof(platform_memory.memory.flash));
  meter::port::Platform platform(platform_memory);
  platform.start();
  meter::port::UpcallServer upcalls(*METER_IMAGE_FIRMWARE(), platform, upcall_memory);
  upcalls.say_hello();
  for (;;) upcalls.serve_one();
}

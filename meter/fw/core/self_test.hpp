// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meter/fw/measure/metrology.hpp"

namespace meter::fw {

struct Core;

// What the meter's control of itself remembers. What it finds and mends is an event and an alarm;
// what stands is in the error register, too.
struct SelfTest {
  std::uint64_t seal = 0;  // over the constants in working memory
  std::uint32_t program_at = 0;
  std::uint32_t program_crc = 0;  // up to there
  std::uint32_t implausible = 0;  // windows in a row
  bool calibrated = false;        // flash has constants
  bool doubtful = false;          // constants turned, and flash did not give them back
};

// The constants of measurement and identity are these from now on.
void seal_constants(Core& core);
// Before energies are made or rows captured: energies that a turned bit changed since they were
// saved are those that were saved, constants those in flash. Where flash does not give them they
// stay, and that stands as an error.
void check_memory(Core& core);
// What no mains and no load can make at the terminals is no reading, and is told.
bool take_reading(Core& core, const WindowReading& reading, std::uint32_t windows);
// A piece of program memory; after each capture.
void test_program(Core& core);
// The constants in flash against those in use; once a day.
void test_constants(Core& core);

}  // namespace meter::fw

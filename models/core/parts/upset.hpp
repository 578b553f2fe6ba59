// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "kernel/time.hpp"

namespace models {

// What an electromagnetic disturbance (discharge, burst, surge) that comes through does to a meter.
enum class UpsetKind : std::uint8_t {
  reset,      // the watchdog's
  memory,     // a bit of working memory turns
  converter,  // a window of counts at both ends of the scale
  line,       // a bit of the next frame to come in over RS-485
  flash,      // a bit of a captured row turns
  program,    // a bit of program memory turns, and stays so
};
inline constexpr std::uint32_t kUpsetKinds = 6;
constexpr const char* name_of(UpsetKind kind) {
  constexpr const char* kNames[] = {"reset", "memory", "converter", "line", "flash", "program"};
  return kNames[static_cast<std::size_t>(kind)];
}

struct Upset {
  UpsetKind kind;
  std::uint64_t place;  // which bit, of however many there are
};
// The same for the same seed, meter and instant.
inline Upset draw_upset(std::uint64_t seed, std::uint32_t meter, kernel::TimeNs at) {
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeUpset,
                           static_cast<std::uint64_t>(at / kernel::kNsPerMs));
  const auto kind = static_cast<UpsetKind>(draw.below(kUpsetKinds));
  return {kind, draw.next_u64()};
}

}  // namespace models

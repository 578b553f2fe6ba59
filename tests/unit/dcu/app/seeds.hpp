// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dcu_test {

// How many seeds a drawn test takes. Under sanitizers each takes ten times as long: a third of
// them.
constexpr std::uint64_t seeds(std::uint64_t n) {
#ifdef __SANITIZE_ADDRESS__
  return (n + 2) / 3;
#else
  return n;
#endif
}

}  // namespace dcu_test

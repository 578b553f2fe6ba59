// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cmath>
#include <string>

namespace bench {

// Fails the run on a wrong result.
inline bool expect_near(benchmark::State& state, double got, double expected, double tolerance) {
  if (std::abs(got - expected) <= tolerance) return true;
  state.SkipWithError(
      ("wrong result: " + std::to_string(got) + " for " + std::to_string(expected)).c_str());
  return false;
}

void register_fused();
void register_harmonics();

}  // namespace bench

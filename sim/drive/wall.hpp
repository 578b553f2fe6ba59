// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace sim::run {

// The only place of the simulator that looks at a real clock: figures about a run (summary.json,
// the progress line) and the pace of paced mode. Nothing of it reaches result.h5.
class Stopwatch {
 public:
  Stopwatch();
  double elapsed_s() const;

 private:
  std::int64_t start_ns_;
};

// User and system time of this process so far.
double process_cpu_s();
// Largest resident size of this process so far.
std::uint64_t peak_rss_bytes();

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/wall.hpp"

#include <sys/resource.h>

#include <chrono>

namespace sim::run {
namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

rusage usage() {
  rusage figures{};
  getrusage(RUSAGE_SELF, &figures);
  return figures;
}

}  // namespace

Stopwatch::Stopwatch() : start_ns_(now_ns()) {}

double Stopwatch::elapsed_s() const { return 1e-9 * static_cast<double>(now_ns() - start_ns_); }

double process_cpu_s() {
  const rusage figures = usage();
  return seconds(figures.ru_utime) + seconds(figures.ru_stime);
}

std::uint64_t peak_rss_bytes() {
  return static_cast<std::uint64_t>(usage().ru_maxrss) * 1024u;  // Linux counts KiB
}

}  // namespace sim::run

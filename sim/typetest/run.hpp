// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "sim/typetest/judge.hpp"

namespace sim::typetest {

// The meters are tested side by side in processes of their own: what a firmware breaks is told
// apart by who guards it, and that is one a process.
struct RunOptions {
  std::uint64_t seed = 1;
  std::uint32_t meters = 20;
  unsigned jobs = 1;
  // In each of those processes first of all.
  std::function<void()> guard = [] {};
  // Of length_of(prepared) for each meter.
  std::function<void(kernel::TimeNs done)> progress = [](kernel::TimeNs) {};
};

struct RunResult {
  Results results;
  int code = 0;       // 0, or how a process ended: the results are not whole
  std::string error;  // a sentence, where nobody else has said it
};
RunResult run(const Plan& plan, const std::vector<Prepared>& prepared,
              const meter_firmware& firmware, const RunOptions& options);

}  // namespace sim::typetest

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "os/exit_code.hpp"
#include "sim/assembly/world.hpp"
#include "sim/report/summary.hpp"
#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

struct RunOptions {
  std::string folder;                     // result.h5, hes.sqlite, summary.json, junit.xml go here
  bool quiet = true;                      // no progress line
  kernel::TimeNs until = kernel::kNever;  // stop early
  std::size_t warnings = 0;               // of the load file, for the summary
  std::string debug_arguments;            // of `amitwin debug`, to look into this very run
  std::uint32_t break_meter = 0;          // a stop in this meter's firmware at break_at; 0: none
  kernel::TimeNs break_at = kernel::kNever;
  // Tests only: what is bent in the world, and in the head-end's store (its file) before it is
  // judged.
  WorldFaults faults;
  std::function<void(const std::string& store_path)> bend_store;
};

struct RunOutcome {
  result::Summary summary;
  // Also kSaturated, kInterrupted; kEnvironment or kFirmware with every error.
  int code = os::kGood;
  std::string error;   // not empty: disk, port or firmware said no, and the run is not judged
  std::string remark;  // what else is to be said of it: what was left, and how to look at it
  bool judged() const { return !summary.digest.empty(); }
};

// Runs a scenario to its end and judges it. One run a process: SystemC elaborates only once.
RunOutcome run_scenario(const Scenario& scenario, const LoadTable* measured,
                        const RunOptions& options);

}  // namespace sim::run

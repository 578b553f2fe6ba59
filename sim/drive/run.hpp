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
  bool report = false;                    // and report.html
  bool quiet = true;                      // no progress line
  kernel::TimeNs until = kernel::kNever;  // stop early
  std::size_t warnings = 0;               // of the load file, for the summary
  std::string debug_line;                 // `amitwin debug ...`, to look into this very run
  std::uint32_t break_meter = 0;          // a stop in this meter's firmware at break_at; 0: none
  kernel::TimeNs break_at = kernel::kNever;
  std::uint32_t break_nth = 1;  // of its upcalls in the second that begins then
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
  kernel::TimeNs shows_until = 0;  // how far its result goes; 0: there is nothing in it
  bool judged() const { return !summary.digest.empty(); }
};

// Runs a scenario to its end and judges it. One run a process: SystemC elaborates only once.
// All is written beside what an earlier run left in the folder (run_folder.hpp). It takes its place
// when it is whole as far as it goes; a run that fails for its environment (kEnvironment), or that
// was interrupted before time moved, leaves an earlier result as it is.
RunOutcome run_scenario(const Scenario& scenario, const LoadTable* measured,
                        const RunOptions& options);

// The part of it that writes to options.folder, which is empty; `place` is where the files will be
// in the end, for what is said of them.
class InterruptGuard;
RunOutcome run_in_folder(const Scenario& scenario, const LoadTable* measured,
                         const RunOptions& options, const std::string& place,
                         const InterruptGuard& interrupt);

}  // namespace sim::run

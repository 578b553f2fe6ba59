// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "os/program.hpp"
#include "sim/drive/interrupt.hpp"
#include "sim/drive/run.hpp"
#include "sim/drive/run_folder.hpp"
#include "sim/report/report.hpp"
#include "sim/report/text.hpp"

namespace sim::run {
namespace {

// Whether what this run left is better than what was there.
bool worth_its_place(const RunOutcome& outcome, bool earlier) {
  if (!earlier) return true;
  if (outcome.code == os::kEnvironment) return false;
  return outcome.code != os::kInterrupted || outcome.shows_until > 0;
}

void add_sentence(std::string& remark, const std::string& sentence) {
  remark += (remark.empty() ? "" : "; ") + sentence;
}

// The new set takes its place, or stays beside the old one, or leaves nothing.
void settle(RunFolder& folder, const std::string& out, RunOutcome& outcome) {
  if (worth_its_place(outcome, folder.earlier())) {
    const std::string stuck = folder.swap_in();
    if (stuck.empty()) {
      result::replace_all(outcome.error, folder.path() + "/", out + "/");
      result::replace_all(outcome.remark, folder.path() + "/", out + "/");
    } else {
      outcome.error = stuck;
      outcome.code = os::kEnvironment;
    }
    return;
  }
  if (outcome.shows_until > 0) {
    folder.keep();
  } else {
    outcome.remark = outcome.code == os::kInterrupted ? "interrupted before time moved" : "";
  }
  add_sentence(outcome.remark, "the earlier result in " + out + "/ stays");
}

}  // namespace

RunOutcome run_scenario(const Scenario& scenario, const LoadTable* measured,
                        const RunOptions& options) {
  const InterruptGuard interrupt;
  RunFolder folder(options.folder);
  RunOutcome outcome;
  if (!folder.error().empty()) {
    outcome.error = folder.error();
    outcome.code = folder.code();
    return outcome;
  }
  RunOptions inside = options;
  inside.folder = folder.path();
  outcome = run_in_folder(scenario, measured, inside, options.folder, interrupt);
  if (outcome.error.empty() && outcome.judged() && options.report) {
    const auto failed =
        result::write_report(inside.folder + "/result.h5", inside.folder + "/report.html");
    if (failed) {
      outcome.error = *failed;
      outcome.code = os::kEnvironment;
      outcome.remark = inside.folder + "/result.h5 is whole";
    }
  }
  settle(folder, options.folder, outcome);
  return outcome;
}

}  // namespace sim::run

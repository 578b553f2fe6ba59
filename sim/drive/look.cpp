// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/look.hpp"

#include <stdlib.h>  // mkdtemp

#include <algorithm>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "os/exit_code.hpp"
#include "sim/drive/director.hpp"
#include "sim/drive/firmware_end.hpp"
#include "sim/drive/interrupt.hpp"

namespace sim::run {
namespace {

// For the head-end's store, which every run has.
class Scratch {
 public:
  Scratch() {
    std::error_code error;
    const auto base = std::filesystem::temp_directory_path(error);
    std::string name = (base / "amitwin-lcd-XXXXXX").string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error(name + ": cannot be made (TMPDIR?)");
    }
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

LookOutcome look_at_display(const Scenario& asked, const LoadTable* measured, std::uint32_t meter,
                            const std::vector<kernel::TimeNs>& moments) {
  const InterruptGuard interrupt;
  Scenario scenario = asked;
  scenario.sim.mode = Mode::free;
  LookOutcome outcome;
  try {
    const Scratch scratch;
    set_firmware_hint("", "");
    World world(scenario, measured);
    hes::NullObserver nobody;
    HeadEnd head_end(world, scenario, scratch.path(), nobody);
    const Director director(world, scenario, head_end);
    Looks looks(world);
    for (const kernel::TimeNs at : moments) looks.announce(meter, at);
    const kernel::TimeNs last = *std::ranges::max_element(moments);
    while (world.now() < last && !interrupt.interrupted()) {
      world.run_until(std::min(last, world.now() + kernel::kNsPerMinute));
    }
    if (interrupt.interrupted()) {
      outcome.code = os::kInterrupted;
      return outcome;
    }
    world.run_until(last);  // also when it is the first instant
    outcome.looks = looks.seen();
  } catch (const FirmwareRefusal& refusal) {
    outcome.error = refusal.what();
    outcome.code = os::kFirmware;
  } catch (const std::exception& failure) {
    outcome.error = failure.what();
    outcome.code = os::kEnvironment;
  }
  return outcome;
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "os/exit_code.hpp"
#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"

namespace CLI {
class App;
}

namespace sim::cli {

using os::kBadInput;
using os::kEnvironment;
using os::kFailed;
using os::kGood;

// One command of the program; its file says all of it. `declare` adds the options and gives what
// runs when the command was called.
struct Command {
  const char* name;  // "digest"; "p32 lint" below a group
  const char* help;
  std::function<std::function<int()>(CLI::App&)> declare;
};

template <typename Options>
Command command(const char* name, const char* help, void (*add)(CLI::App&, Options&),
                int (*run)(const Options&)) {
  return {name, help, [add, run](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            add(app, *options);
            return [options, run] { return run(*options); };
          }};
}

// What many commands take.
struct ScenarioOptions {
  std::string file;
  std::vector<std::string> overrides;        // "key=value"
  std::vector<run::KeyOption> options = {};  // of the command, that stand for keys
};
void add_scenario(CLI::App& app, ScenarioOptions& options);
// One line each on standard error.
void complain(const run::Problems& problems);
// Whether the scenario is still going on at a time; complains about `option` = `text` otherwise.
bool before_the_end(const run::Scenario& scenario, kernel::TimeNs at, const std::string& text,
                    const char* option = "--until");
// Whether it has a meter of this number; complains about --meter otherwise.
bool is_a_meter(const run::Scenario& scenario, std::uint32_t meter);
// The scenario; when anything is wrong with it, all of that on standard error and nothing.
std::optional<run::Scenario> load_or_complain(const ScenarioOptions& options);
// Its load file, read and complained about; unless `quiet` also how it was understood. False: it
// cannot be used.
bool load_homes(const run::Scenario& scenario, run::LoadCsvResult& load, bool quiet);
// The PEM files of its doors, read and complained about. False: one cannot be used.
bool load_certificates(const run::Scenario& scenario);
// HH:MM:SS of simulated time from `least` on, or hours such as 6h; complains and gives nothing
// otherwise.
std::optional<kernel::TimeNs> time_of(const std::string& text,
                                      kernel::TimeNs least = kernel::kNsPerSecond,
                                      const char* option = "--until");

}  // namespace sim::cli

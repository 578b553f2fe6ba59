// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "sim/drive/run.hpp"
#include "sim/referee/outcome.hpp"
#include "sim/result/table_schema.hpp"

// Whole runs: in a child process on a scenario built in code, or as the program a user calls.
namespace scenario_test {

// A folder for one test, gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and gives its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};
std::string read_text(const std::string& path);
bool exists(const std::string& path);
std::size_t occurrences(const std::string& text, const std::string& what);

// ---- The program ----

struct ProgramRun {
  int exit_code = -1;  // 128 + the signal that ended it
  std::string out;
  std::string err;
};
ProgramRun run_program(const std::string& program, const std::vector<std::string>& arguments);
ProgramRun amitwin(const std::vector<std::string>& arguments);
ProgramRun shell(const std::string& script);
// Starts it with its outputs thrown away; the caller waits.
pid_t start_amitwin(const std::vector<std::string>& arguments);
// The total line of `amitwin digest`; "" when it says no.
std::string digest_of(const std::string& result);
// The figures of a summary.json; those that are null are missing.
std::map<std::string, double> kpis_in(const std::string& summary_path);

// All cells of one column of numbers in a result file.
std::vector<double> column_of(const std::string& result, const std::string& table,
                              const std::string& column);

// ---- A run in a child: SystemC elaborates once a process ----

struct Finished {
  std::map<std::string, double> kpis;
  std::string digest;
  std::string error;  // also when the child died
  double kpi(const std::string& name) const;
};
Finished run_in_child(const sim::run::Scenario& scenario, const Folder& folder,
                      sim::run::RunOptions options = {},
                      const sim::run::LoadTable* measured = nullptr);

// A street for tests: pushes every 15 minutes, a fast cell, one hour to collect.
sim::run::Scenario street(std::int64_t meters, double hours);
// The load table of one home that draws the same all the time.
sim::run::LoadTable steady_load(const sim::run::Scenario& scenario, double active_w);

kernel::TimeNs clock(int hour, int minute, double second = 0);
sim::run::Event relay(kernel::TimeNs at, std::uint32_t meter, sim::run::RelayOrder order);
sim::run::Event clock_shift(kernel::TimeNs at, std::uint32_t meter, double shift_s);
sim::run::Event clock_error(kernel::TimeNs at, std::uint32_t meter, double shift_s);
sim::run::Event outage(kernel::TimeNs at, std::uint32_t meter, double duration_s);
sim::run::Event sag(kernel::TimeNs at, std::uint32_t meter, double duration_ms, double residual);
sim::run::Event network_loss(kernel::TimeNs at, double duration_s);
// By time, as the loader leaves them.
void set_events(sim::run::Scenario& scenario, std::vector<sim::run::Event> events);

// The figures that count what went wrong with rows; `but` are left out.
void expect_nothing_wrong(const Finished& run, std::initializer_list<std::string> but = {});

// What the head-end holds of a meter (from 1) after a run in `folder`: the load profile.
std::vector<sim::run::HeldRow> head_end_rows(const sim::run::Scenario& scenario,
                                             const Folder& folder, std::uint32_t meter);
std::vector<sim::run::HeldRow> head_end_closings(const sim::run::Scenario& scenario,
                                                 const Folder& folder, std::uint32_t meter);

}  // namespace scenario_test

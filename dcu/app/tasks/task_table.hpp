// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dcu/app/meters/collector.hpp"
#include "dcu/app/meters/meter_reader.hpp"
#include "dcu/app/meters/poller.hpp"
#include "dcu/app/reports/reporter.hpp"
#include "dcu/app/reports/surveyor.hpp"

namespace dcu::app {

// The instant at or before `now_s` at which a task is to run, and the next one after it. Aligned to
// UTC; a period of 0 is a month.
std::int64_t last_run_s(const Task& task, std::int64_t now_s);
std::int64_t next_run_s(const Task& task, std::int64_t now_s);

// Runs the tasks. When the concentrator was not there at their instant they run once, later.
class TaskTable {
 public:
  struct Parts {
    Core& core;
    NodeManager& nodes;
    Poller& poller;
    Collector& collector;
    MeterReader& reader;
    Surveyor& surveyor;
    Reporter& reporter;
  };
  explicit TaskTable(const Parts& parts) : parts_(parts) {}

  void start();
  // The table may have changed.
  void plan();
  // The name of the stored value that holds a task's last run.
  static std::uint32_t run_name(const std::string& id);

 private:
  void resume();
  void run_due();
  void run(const Task& task);
  void read_profiles(const Task& task, const std::vector<MeterIndex>& meters);
  void survey(const Task& task, protocol::p32::ReportKind kind);

  Parts parts_;
  Agenda::Ticket timer_ = Agenda::kNone;
  std::uint64_t surveys_ = 0;
};

}  // namespace dcu::app

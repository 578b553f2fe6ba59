// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hes-stub/store/store.hpp"
#include "sim/assembly/world.hpp"
#include "sim/record/line_recorder.hpp"
#include "sim/record/recorder.hpp"
#include "sim/referee/outcome.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Rows of a profile up to a stamp as the head-end's store holds them, meters from 0.
std::vector<HeldRow> stored_rows(hes::Store& store, std::uint32_t meter,
                                 const protocol::cosem::Obis& profile,
                                 std::int64_t last_stamp_utc_s);

struct Judgement {
  Tally head_end;
  Tally flash;
  Tally closings;                              // daily, in the head-end
  std::uint64_t flash_differing = 0;           // rows that stand in both places, not equal
  std::uint64_t flash_unread = 0;              // meters that could not be read at the end
  RegisterValues sums{};                       // last rows of all meters, by register
  std::vector<double> collection_latencies_s;  // rows of meters on power lines, sorted
};

// Compares what the head-end and the meters hold with the reference, meter by meter, and writes the
// truth. `flash` has one list a meter; a meter that could not be read has none.
Judgement judge(const Scenario& scenario, World& world, hes::Store& store,
                const std::vector<std::optional<std::vector<HeldRow>>>& flash,
                kernel::TimeNs capture_end, kernel::TimeNs end, result::ResultWriter& writer);

// Meters whose values travel over this road: with a module, or behind a concentrator that has it.
std::size_t meters_on(const World& world, Uplink road);
// NaN where there is nothing to judge.
double share(double part, double whole);
double quantile(const std::vector<double>& sorted, double q);
// Those of power lines, concentrators and P3.2Ex.
void add_line_kpis(const Judgement& judgement, const Recorder& recorder, World& world,
                   kernel::TimeNs end, const std::vector<std::unique_ptr<LineRecorder>>& lines,
                   std::vector<result::Kpi>& kpis);

// The named figures of a run.
// `end`: where the run ended, which may be before the scenario does.
std::vector<result::Kpi> kpis_of(const Judgement& judgement, Recorder& recorder, World& world,
                                 const std::vector<std::unique_ptr<LineRecorder>>& lines,
                                 kernel::TimeNs end, std::uint32_t relay_orders);

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "hes-stub/store/store.hpp"
#include "sim/assembly/world.hpp"
#include "sim/referee/outcome.hpp"
#include "sim/referee/questions.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Reads every meter through its optical port, as a hand-held unit would after the run: HDLC at
// 115 200 bit/s, reading client with its password. So the meter's flash is judged by what the
// firmware says it holds, whatever firmware it is. Advances simulated time. One entry a meter: what
// it captured until then and a little more.
std::vector<ReadMeter> read_all_meters(World& world, const Scenario& scenario,
                                       kernel::TimeNs until);

// Rows of a profile as the head-end's store holds them, meters from 0.
std::vector<HeldRow> stored_rows(hes::Store& store, std::uint32_t meter,
                                 const protocol::cosem::Obis& profile);

// Compares what the head-end and the meters hold with the reference, meter by meter, and writes the
// truth. `read` has an entry a meter; of one that could not be read it is empty. Of a run that was
// cut short (figures.cut_short) the head-end is asked only for what was due by `end`.
void judge(const Scenario& scenario, World& world, hes::Store& store,
           const std::vector<ReadMeter>& read, kernel::TimeNs capture_end, kernel::TimeNs end,
           result::ResultWriter& writer, result::RunFigures& figures);

// When the meter's firmware lives, from the scenario's outages and deep sags and the times of the
// supply (models/core/parts/supply.hpp).
std::vector<PoweredSpan> powered_spans(const Scenario& scenario, std::uint32_t meter);

// What the roads to the head-end carried up to `end`, and for how many meters.
void count_roads(World& world, kernel::TimeNs end, result::RunFigures& figures);

}  // namespace sim::run

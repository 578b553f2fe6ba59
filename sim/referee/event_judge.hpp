// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hes-stub/store/store.hpp"
#include "sim/assembly/home.hpp"
#include "sim/referee/events/expected_events.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// An entry of an event log, as some place holds it.
struct HeldEvent {
  std::uint8_t group = 0;  // E of the log's name
  std::uint8_t code = 0;
  std::int64_t stamp_utc_s = 0;
  std::uint32_t number = 0;
  std::uint32_t magnitude_dv = 0;  // of power quality
  std::uint32_t duration_ms = 0;
};

// The times between which a run is judged.
struct EventSpan {
  kernel::TimeNs capture_end = 0;  // what happened by then must stand in flash
  kernel::TimeNs end = 0;          // and what was due by then in the head-end
  kernel::TimeNs now = 0;          // meters live on while they are read
};

// When the log entry of an instant has been read by whoever collects the meter.
std::int64_t collected_utc_s(const Scenario& scenario, const Home& home, std::int64_t utc_s);

// Holds the logs of one meter, in its flash and in the head-end, and what it told unasked, against
// what the scenario makes happen. `flash`: none, as the meter has no logs of ours.
void judge_events(const Scenario& scenario, const Home& home, hes::Store& store,
                  const std::optional<std::vector<HeldEvent>>& flash,
                  std::span<const PoweredSpan> powered, const EventSpan& span,
                  result::ResultWriter& writer, result::RunFigures& figures);

}  // namespace sim::run

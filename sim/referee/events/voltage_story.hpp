// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/core/load/supply_point.hpp"
#include "sim/referee/events/expected_events.hpp"

namespace sim::run {

enum class VariationKind : std::uint8_t { sag, swell, outage };
const char* name_of(VariationKind kind);

// A sag, swell or outage of one phase as a meter must have it: IEC 61000-4-30 class S, with the
// thresholds that the meter has then.
struct ExpectedVariation {
  VariationKind kind = VariationKind::sag;
  std::uint8_t phase = 0;
  kernel::TimeNs begin = 0;
  kernel::TimeNs told = 0;              // as soon as it has lasted for its time
  kernel::TimeNs end = kernel::kNever;  // never: the supply failed, or the run ended, in it
  double magnitude_v = 0;               // of the Urms(1/2) farthest from normal
  double duration_s = 0;
  double magnitude_slack_v = 0;  // beyond kMagnitudeLimit_v
  double duration_slack_s = 0;
  kernel::TimeNs stamp_slack = 0;  // so much later it may be noted
  // False: a meter within its limits may have it otherwise, or not at all.
  bool sure = true;
};

// How the country calls it: log and codes of L1, those of L2 and L3 follow. No begin: told when it
// is over only.
struct VariationName {
  std::uint8_t group = 0;
  std::optional<std::uint8_t> begin;
  std::uint8_t end = 0;
};
VariationName name_of(VariationKind kind, EventCodes codes);
// Of Un: how far a magnitude may be off (class S).
inline constexpr double kUn_v = 240;
inline constexpr double kMagnitudeLimit_v = 0.01 * kUn_v;

// What the terminals of one meter go through up to `until`, from the scenario's sags and outages
// and the phasors of the grid alone: squares integrated over each half cycle, two of them a cycle.
// Half cycles are twentieths of the mains' windows of ten cycles, which meters measure by.
std::vector<ExpectedVariation> expected_variations(const Scenario& scenario, std::uint32_t meter,
                                                   const models::SupplyPoint& supply,
                                                   std::span<const PoweredSpan> powered,
                                                   kernel::TimeNs until);

}  // namespace sim::run

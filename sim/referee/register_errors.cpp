// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/register_errors.hpp"

#include <algorithm>

namespace sim::run {
namespace {

constexpr double kMostLimitPercent = 5;
constexpr double kUnit = 1;  // Wh, varh: registers are cut to it

}  // namespace

void note_register_errors(std::uint32_t meter, const std::vector<ReferenceRow>& reference,
                          const std::vector<HeldRow>& held, result::ResultWriter& writer,
                          result::RunFigures& figures) {
  if (reference.empty() || reference.back().truth.unknown_ns != 0) return;
  const ReferenceRow& last = reference.back();
  const auto row = std::ranges::find_if(held, [&](const HeldRow& each) {
    return each.stamp_utc_s == last.row.stamp_utc_s && each.ordinal == last.row.ordinal;
  });
  if (row == held.end()) return;
  for (std::size_t r = 0; r < kQuantities; ++r) {
    const double energy = last.truth.exact[r];
    if (!(energy > 0)) continue;
    const double tolerance =
        std::max(last.truth.bounds.high[r] - energy, energy - last.truth.bounds.low[r]);
    const auto percent = [energy](double of) { return 100 * of / energy; };
    result::RegisterErrorRow out;
    out.meter = meter;
    out.register_name = protocol::cosem::kQuantityTable[r].name;
    out.energy = energy;
    out.limit_percent = percent(tolerance + kUnit);
    if (out.limit_percent > kMostLimitPercent) continue;
    // A register shows whole units, half of one less than there is in the mean.
    out.error_percent = percent(static_cast<double>(row->registers[r]) + kUnit / 2 - energy);
    out.modelled_percent = percent(kModelledShare * tolerance + kUnit);
    writer.append(out);
    figures.register_errors[r].push_back({out.error_percent, out.modelled_percent});
  }
}

}  // namespace sim::run

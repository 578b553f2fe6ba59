// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "protocol/cosem/measured.hpp"
#include "sim/referee/truth/truth.hpp"

namespace sim::run {

// What a member of a family of protocol::cosem::kMeasured has to show, in its unit.
struct MeasuredTruth {
  double value = 0;
  double tolerance = 0;  // of the accuracy class or, where there is none, of what is documented
};

// From the phasors at the meter's terminals over a window. None: no standard says what a meter
// shows, as with the power factor of next to nothing. Energies: as their powers.
std::optional<MeasuredTruth> measured_truth(protocol::cosem::Measured family, unsigned k,
                                            const models::ElectricalState& state,
                                            double frequency_hz);
// The fundamental that phases and neutral do not have in common, and the largest of their currents.
double difference_a(const models::ElectricalState& state);
double largest_a(const models::ElectricalState& state);
// One order of a spectrum, percent of the fundamental.
std::optional<MeasuredTruth> order_truth(unsigned order, bool of_current, unsigned phase,
                                         const models::ElectricalState& state);
constexpr bool is_energy(protocol::cosem::Measured family) {
  return protocol::cosem::kMeasured[static_cast<std::size_t>(family)].first.octets[3] == 8;
}

// Rms voltage of a phase over the windows of [from, to) that were measured; none: power came or
// went in it or up to `read_at`, and who knows what is left.
std::optional<MeasuredTruth> mean_voltage_truth(const models::SupplyPoint& supply,
                                                const models::ChangeLog& changes, unsigned phase,
                                                kernel::TimeNs from, kernel::TimeNs to,
                                                kernel::TimeNs read_at);

// The energies among them since simulated time 0, Wh (varh, VAh), up to `until`: a vector a family,
// an entry a member; none of what is no energy.
std::vector<std::vector<MeasuredTruth>> measured_energies(const models::SupplyPoint& supply,
                                                          const models::ChangeLog& changes,
                                                          kernel::TimeNs until);

}  // namespace sim::run

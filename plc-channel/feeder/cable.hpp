// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace plc {

// Low-voltage cable with three phases and a neutral in symmetrical arrangement. Per phase and
// kilometre, positive sequence.
struct CableType {
  std::string_view name;
  double resistance_ohm_per_km;  // at 50 Hz
  double inductance_mh_per_km;
  double capacitance_nf_per_km;
  double conductor_radius_mm;  // for the skin effect
  double loss_tangent;         // of the insulation at 42 to 89 kHz
};

// Main cables: pandapower and simbench standard types (docs/model-plc.md). Service drops: same
// construction, smaller section.
inline constexpr CableType kNayy4x150{"NAYY 4x150", 0.2067, 0.256, 261, 6.91, 0.03};
inline constexpr CableType kNayy4x50{"NAYY 4x50", 0.642, 0.264, 210, 3.99, 0.03};
inline constexpr CableType kNayy4x35{"NAYY 4x35", 0.868, 0.271, 190, 3.34, 0.03};

}  // namespace plc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/result/kpi.hpp"

namespace sim::result {

// Over the meters of a fleet, percent; NaN without one.
double mean_percent(std::span<const RegisterError> errors);
// Of the errors' sizes; share 1: the largest.
double size_quantile_percent(std::span<const RegisterError> errors, double share);

using RegisterErrors = std::span<const std::vector<RegisterError>>;  // by register

std::uint64_t errors_beyond_model(RegisterErrors registers);
// Groups of errors with a gap between neighbours wider than what the model leaves of either, of the
// register that has the most; 0 without an error. Meters of two kinds, good and 0.9 % beside it,
// make two where mean and quantiles show one fleet within its class.
std::uint64_t error_peaks(RegisterErrors registers);

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/register_errors.hpp"

#include <algorithm>
#include <cmath>

#include "sim/result/row.hpp"

namespace sim::result {

double mean_percent(std::span<const RegisterError> errors) {
  if (errors.empty()) return kNotKnown;
  double sum = 0;
  for (const RegisterError& error : errors) sum += error.percent;
  return sum / static_cast<double>(errors.size());
}

double size_quantile_percent(std::span<const RegisterError> errors, double share) {
  if (errors.empty()) return kNotKnown;
  std::vector<double> sizes;
  for (const RegisterError& error : errors) sizes.push_back(std::abs(error.percent));
  std::ranges::sort(sizes);
  const auto above = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sizes.size())));
  return sizes[std::max<std::size_t>(above, 1) - 1];
}

std::uint64_t errors_beyond_model(RegisterErrors registers) {
  std::uint64_t n = 0;
  for (const auto& errors : registers) {
    n += static_cast<std::uint64_t>(std::ranges::count_if(errors, [](const RegisterError& error) {
      return std::abs(error.percent) > error.modelled_percent;
    }));
  }
  return n;
}

std::uint64_t error_peaks(RegisterErrors registers) {
  std::uint64_t most = 0;
  for (std::vector<RegisterError> errors : registers) {
    if (errors.empty()) continue;
    std::ranges::sort(errors, {}, &RegisterError::percent);
    std::uint64_t peaks = 1;
    for (std::size_t k = 1; k < errors.size(); ++k) {
      const double gap = errors[k].percent - errors[k - 1].percent;
      peaks += gap > std::max(errors[k].modelled_percent, errors[k - 1].modelled_percent);
    }
    most = std::max(most, peaks);
  }
  return most;
}

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/source.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "kernel/assert.hpp"

namespace models {
namespace {

// Below this power the filters count in proportion: a home that draws nothing draws no reactive
// power either.
constexpr double kStandingFullW = 25;

}  // namespace

Series::Series(std::vector<double> interval_wh, const SeriesConfig& config)
    : interval_wh_(std::move(interval_wh)), config_(config) {
  TWIN_ASSERT(config.interval_s > 0 && config.interval_s % 60 == 0, config.interval_s);
}

HomeLoad Series::at(std::int64_t step) const {
  HomeLoad load;
  const std::int64_t since = step - config_.first_step;
  const auto index = static_cast<std::size_t>(since / (config_.interval_s / 60));
  if (since < 0 || index >= interval_wh_.size() || interval_wh_[index] != interval_wh_[index]) {
    load.known = false;
    return load;
  }
  load.active_w = interval_wh_[index] * 3600 / static_cast<double>(config_.interval_s);
  const double size_w = load.active_w < 0 ? -load.active_w : load.active_w;
  load.reactive_var = config_.tan_phi * load.active_w +
                      config_.standing_var * std::min(size_w / kStandingFullW, 1.0);
  load.harmonic_ratio = config_.harmonic_ratio;
  return load;
}

}  // namespace models

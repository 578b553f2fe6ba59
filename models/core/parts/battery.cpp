// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/parts/battery.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"

namespace models {
namespace {

constexpr double kHour_ns = 3600e9;
// 1 % a year at 25 degrees, twice as much for every 15 K more.
constexpr double kSelf_ua = 0.01 * Battery::kCapacity_uah / 8766;
constexpr double kDoubling_k = 15;
// The last tenth of the charge brings the voltage down.
constexpr double kKnee = 0.1;
constexpr double kEmpty_mv = 2000;

}  // namespace

double Battery::rate_ua() const {
  return load_ua_ + kSelf_ua * kernel::det_pow(2, (celsius_ - 25) / kDoubling_k);
}

double Battery::charge(kernel::TimeNs t) const {
  const double gone_uah = rate_ua() * static_cast<double>(t - from_ns_) / kHour_ns;
  return std::max(0.0, left_uah_ - gone_uah) / kCapacity_uah;
}

void Battery::set_charge(kernel::TimeNs t, double share) {
  left_uah_ = share * kCapacity_uah;
  from_ns_ = t;
}

void Battery::load(kernel::TimeNs t, double current_ua) {
  set_charge(t, charge(t));
  load_ua_ = current_ua;
}

void Battery::warm_to(kernel::TimeNs t, double celsius) {
  set_charge(t, charge(t));
  celsius_ = celsius;
}

void Battery::use(kernel::TimeNs t, double charge_uas) {
  set_charge(t, std::max(0.0, charge(t) - charge_uas / 3600 / kCapacity_uah));
}

std::uint32_t Battery::voltage_mv(kernel::TimeNs t) const {
  const double left = charge(t);
  if (left <= 0) return 0;
  const double share = std::min(1.0, left / kKnee);
  return static_cast<std::uint32_t>(kEmpty_mv + (kNominal_mv - kEmpty_mv) * share);
}

kernel::TimeNs Battery::empty_at() const {
  if (left_uah_ <= 0) return kernel::kNever;
  const double left_ns = left_uah_ / rate_ua() * kHour_ns;
  constexpr double kFar_ns = 9e18;
  if (left_ns > kFar_ns - static_cast<double>(from_ns_)) return kernel::kNever;
  return from_ns_ + static_cast<kernel::TimeNs>(left_ns) + 1;
}

}  // namespace models

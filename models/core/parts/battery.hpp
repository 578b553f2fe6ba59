// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// A lithium thionyl chloride cell, half AA: what it loses by itself, what is drawn from it, and a
// voltage that is flat until little is left (docs/model-hardware.md, Battery).
class Battery {
 public:
  static constexpr double kCapacity_uah = 1'200'000;
  static constexpr std::uint32_t kNominal_mv = 3600;

  // From now on this current, on top of its self-discharge at this temperature.
  void load(kernel::TimeNs t, double current_ua);
  void warm_to(kernel::TimeNs t, double celsius);
  // At once.
  void use(kernel::TimeNs t, double charge_uas);
  // 1: a new one.
  void set_charge(kernel::TimeNs t, double share);

  // What is left, as a share of the capacity; 0: dead, and nothing brings it back but a new one.
  double charge(kernel::TimeNs t) const;
  bool good(kernel::TimeNs t) const { return charge(t) > 0; }
  std::uint32_t voltage_mv(kernel::TimeNs t) const;
  // When it is dead as it is loaded now; kNever: it is, or that is beyond all time.
  kernel::TimeNs empty_at() const;

 private:
  double rate_ua() const;

  kernel::TimeNs from_ns_ = 0;
  double left_uah_ = kCapacity_uah;  // at from_ns_
  double load_ua_ = 0;
  double celsius_ = 25;
};

}  // namespace models

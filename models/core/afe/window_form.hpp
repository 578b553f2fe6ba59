// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/hal/meter_hal.h"
#include "models/core/afe/afe.hpp"
#include "models/core/grid/electrical.hpp"

namespace models {

// What the meter's kernel makes of a window of sine waves, without making its samples: sums over
// the same n samples in closed form. A sum of products of two orders is a geometric series, the sum
// of one order along another too; a form holds them for one window, whatever its phasors are.
class WindowForm {
 public:
  explicit WindowForm(const WindowTiming& timing);
  // Of one element, phasors in peak counts, their angle 0 where the window starts; and the kernel's
  // phasors of its fundamental.
  meter_element_sums sums(const Phasor (&v)[kOrders], const Phasor (&i)[kOrders],
                          meter_harmonic& fundamental) const;

 private:
  static constexpr std::size_t kSines = 4 * kOrders - 1;  // of 0 to 14 half angles of a sample
  void fill_fundamental(const WindowTiming& timing, const double (&of_sample)[kSines],
                        const Phasor (&back)[kOrders]);

  double n_;
  Phasor middle_[kOrders];  // turns of the orders up to the middle of the window
  // Sums of products of the real and of the imaginary parts of two orders, mean removed.
  double real_[kOrders][kOrders];
  double imaginary_[kOrders][kOrders];
  // The kernel's phasor of the fundamental for a unit of each order, and of its conjugate.
  Phasor direct_[kOrders];
  Phasor mirrored_[kOrders];
};

}  // namespace models

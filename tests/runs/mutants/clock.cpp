// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware that makes nothing of what the production line says of its crystal.
#include "meter/fw/time/crystal.hpp"

namespace meter::fw {

bool Crystal::add(std::int32_t, double) {
  n_points = 1;
  return true;
}

std::int32_t Crystal::fast_ppb(std::int32_t) const { return 0; }

}  // namespace meter::fw

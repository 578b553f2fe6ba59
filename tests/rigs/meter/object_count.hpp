// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "meter/fw/cosem/object_table.hpp"

namespace rigs {

// How many objects the firmware's own table shows to a client.
inline std::size_t listed_objects(meter::fw::ClientIndex client,
                                  const meter::fw::Fitting& fitting = {}) {
  const auto all = meter::fw::objects();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& object) {
    return fitted(object, fitting) && rights_of(object, client).readable != 0;
  }));
}

}  // namespace rigs

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"
#include "plc-channel/feeder/feeder.hpp"
#include "plc-channel/medium/modem.hpp"

namespace plc {

// Something on the air: a frame, or a beacon looked at as one.
struct OnAir {
  std::uint64_t number = 0;  // of its draws
  StationId station = 0;
  Scheme scheme = Scheme::dbpsk_f;
  unsigned level = 0;
  unsigned symbols = 0;  // of the payload; 0: all octets are in the header
  kernel::TimeNs start = 0;
  kernel::TimeNs end = 0;

  bool overlaps(kernel::TimeNs from, kernel::TimeNs to) const { return start < to && end > from; }
};

}  // namespace plc

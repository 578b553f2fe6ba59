// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models::wan {

// Times and odds of a module's way onto the network. Sources in docs/model-wan.md.
struct ModemConfig {
  kernel::TimeNs boot_min_ns = 5 * kernel::kNsPerSecond;  // power to registered on the cell
  kernel::TimeNs boot_max_ns = 15 * kernel::kNsPerSecond;
  kernel::TimeNs attach_min_ns = 2 * kernel::kNsPerSecond;
  kernel::TimeNs attach_max_ns = 5 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_min_ns = 1 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_max_ns = 3 * kernel::kNsPerSecond;
  kernel::TimeNs search_ns =
      30 * kernel::kNsPerSecond;  // without a cell: then the request has failed
  kernel::TimeNs detach_ns = 1 * kernel::kNsPerSecond;
  kernel::TimeNs loss_detect_min_ns = 20 * kernel::kNsPerSecond;  // radio link timeout, reselection
  kernel::TimeNs loss_detect_max_ns = 60 * kernel::kNsPerSecond;
  kernel::TimeNs pdp_lifetime_ns = 0;  // the operator ends every context after this long; 0: never
  double attach_failure = 0.01;        // rejected although there is a channel
  double pdp_failure = 0.01;
  // Channel requests of one procedure: identity, authentication and accept travel as separate
  // flows. Together with TCP and a first message some six a module (head-end reference 3.4).
  int attach_accesses = 2;
  int pdp_accesses = 1;
  // Layer-3 messages with their LLC frames, octets.
  std::uint32_t attach_octets_up = 180;
  std::uint32_t attach_octets_down = 150;
  std::uint32_t pdp_octets_up = 90;
  std::uint32_t pdp_octets_down = 80;
};

}  // namespace models::wan

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models::wan {

// Times and odds of a module's way onto the network. Sources in docs/model-wan.md.
struct ModemConfig {
  sim::TimeNs boot_min_ns = 5 * sim::kNsPerSecond;  // power to registered on the cell
  sim::TimeNs boot_max_ns = 15 * sim::kNsPerSecond;
  sim::TimeNs attach_min_ns = 2 * sim::kNsPerSecond;
  sim::TimeNs attach_max_ns = 5 * sim::kNsPerSecond;
  sim::TimeNs pdp_min_ns = 1 * sim::kNsPerSecond;
  sim::TimeNs pdp_max_ns = 3 * sim::kNsPerSecond;
  sim::TimeNs search_ns = 30 * sim::kNsPerSecond;  // without a cell: then the request has failed
  sim::TimeNs detach_ns = 1 * sim::kNsPerSecond;
  sim::TimeNs loss_detect_min_ns = 20 * sim::kNsPerSecond;  // radio link timeout, reselection
  sim::TimeNs loss_detect_max_ns = 60 * sim::kNsPerSecond;
  sim::TimeNs pdp_lifetime_ns = 0;  // the operator ends every context after this long; 0: never
  double attach_failure = 0.01;     // rejected although there is a channel
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

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models::wan {

struct StreamConfig {
  std::uint32_t mss = 536;           // octets; 1024 where the operator's MTU allows it
  std::uint32_t header_octets = 40;  // IPv4 20 + TCP 20; IPv6: 60
  std::uint32_t udp_header_octets = 28;
  std::uint32_t window_segments = 8;   // the modem's receive window and its largest flight
  std::uint32_t initial_segments = 2;  // RFC 2581 slow start
  kernel::TimeNs initial_rto_ns = 3 * kernel::kNsPerSecond;  // RFC 1122
  kernel::TimeNs min_rto_ns =
      1500 * kernel::kNsPerMs;  // GPRS stacks wait longer than RFC 6298's 1 s
  kernel::TimeNs max_rto_ns = 64 * kernel::kNsPerSecond;
  std::uint32_t syn_retries = 5;
  std::uint32_t module_retries = 9;    // then the module's stack gives up
  std::uint32_t network_retries = 12;  // about a quarter of an hour, as a server's stack
  std::uint32_t module_buffer_octets = 4096;
  std::uint32_t network_buffer_octets = 65536;
  // The operator's address translation forgets a silent connection; 2 to 30 min are usual.
  kernel::TimeNs nat_timeout_ns = 30 * kernel::kNsPerMinute;
  kernel::TimeNs keepalive_ns = 0;  // the modem's TCP keepalive period; 0: off
  // The far end's keepalive finds out about modules that vanished.
  kernel::TimeNs network_keepalive_ns = 10 * kernel::kNsPerMinute;
  kernel::TimeNs network_keepalive_probes_ns = 75 * kernel::kNsPerSecond;
};

}  // namespace models::wan

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace dcu::app {

// What was dropped, refused or lost, and how much was done, since the program began.
struct Counters {
  std::uint64_t polls = 0;  // jobs finished, whatever came of them
  std::uint64_t polls_failed = 0;
  std::uint64_t associations = 0;
  std::uint64_t associations_rejected = 0;
  std::uint64_t requests = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t dlms_ignored = 0;       // LSDUs that no session could use
  std::uint64_t values_unreadable = 0;  // deciphered, but not the value asked for
  std::uint64_t rows = 0;
  std::uint64_t rows_left_out = 0;  // no date, or a value that fits no register
  std::uint64_t rows_known = 0;     // read again, dropped
  std::uint64_t reread = 0;         // ranges read again after a clock that jumped
  std::uint64_t alarms = 0;
  std::uint64_t alarms_dropped = 0;
  std::uint64_t unknown_nodes = 0;
  std::uint64_t reports = 0;
  std::uint64_t reports_repeated = 0;
  std::uint64_t acks = 0;
  std::uint64_t messages_in = 0;
  std::uint64_t messages_repeated = 0;
  std::uint64_t messages_malformed = 0;
  std::uint64_t http_malformed = 0;
  std::uint64_t orders = 0;
  std::uint64_t orders_refused = 0;
  std::uint64_t uplink_octets_up = 0;
  std::uint64_t uplink_octets_down = 0;
  std::uint64_t dials = 0;
  std::uint64_t gateway_requests = 0;
  std::uint64_t gateway_answers = 0;
  std::uint64_t gateway_refused = 0;
  std::uint64_t gateway_damaged = 0;
  std::uint64_t clock_steps = 0;      // of our own, by the head-end's
  std::uint64_t gateway_unasked = 0;  // answers that nobody waits for
  std::uint64_t image_parts = 0;
  std::uint64_t image_parts_refused = 0;  // answers that are not the part that was asked for
  std::uint64_t images_refused = 0;       // whole, and not what was ordered
};

inline Counters& operator+=(Counters& sum, const Counters& more) {
  using Each = std::array<std::uint64_t, sizeof(Counters) / sizeof(std::uint64_t)>;
  auto each = std::bit_cast<Each>(sum);
  const auto other = std::bit_cast<Each>(more);
  for (std::size_t i = 0; i < each.size(); ++i) each[i] += other[i];
  return sum = std::bit_cast<Counters>(each);
}

}  // namespace dcu::app

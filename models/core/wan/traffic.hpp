// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernel/time.hpp"

namespace models::wan {

enum class Direction : std::uint8_t { kUp, kDown };
constexpr Direction opposite(Direction d) {
  return d == Direction::kUp ? Direction::kDown : Direction::kUp;
}

// What octets on the air interface's network layer are for. Billed volume is the sum of all but
// signalling.
enum class Octets : std::uint8_t {
  kPayload,
  kHeaders,         // TCP/IP or UDP/IP headers of payload, acknowledgements, SYN and FIN
  kRetransmission,  // payload and headers sent again
  kKeepalive,       // TCP keepalive probes and their answers
  kSignalling,      // GPRS attach, PDP context activation
  kKinds
};
inline constexpr std::size_t kOctetKinds = static_cast<std::size_t>(Octets::kKinds);

struct HourTraffic {
  std::array<std::array<std::uint64_t, kOctetKinds>, 2> octets{};  // [direction][kind]
  std::array<std::uint64_t, 2> slot_ns{};                          // PDCH time taken, [direction]
  std::uint32_t sessions = 0;                                      // connections established
  std::uint32_t attaches = 0;
  std::uint32_t attach_failures = 0;
  std::uint32_t pdp_activations = 0;
  std::uint32_t pdp_failures = 0;
  std::uint32_t access_requests = 0;  // channel requests on the RACH
  std::uint32_t access_failures = 0;
  std::uint32_t lost_segments = 0;
  std::uint32_t timeouts = 0;  // retransmission timeouts
  std::uint32_t give_ups = 0;  // connections ended because nothing came through

  std::uint64_t sum(Direction direction, Octets kind) const {
    return octets[static_cast<std::size_t>(direction)][static_cast<std::size_t>(kind)];
  }
};

// Hour by hour of simulated time.
class Traffic {
 public:
  HourTraffic& at(kernel::TimeNs now) {
    const auto hour = static_cast<std::size_t>(now / kernel::kNsPerHour);
    if (hour >= hours_.size()) hours_.resize(hour + 1);
    return hours_[hour];
  }
  void add(kernel::TimeNs now, Direction direction, Octets kind, std::uint64_t n) {
    at(now).octets[static_cast<std::size_t>(direction)][static_cast<std::size_t>(kind)] += n;
  }
  const std::vector<HourTraffic>& hours() const { return hours_; }

 private:
  std::vector<HourTraffic> hours_;
};

}  // namespace models::wan

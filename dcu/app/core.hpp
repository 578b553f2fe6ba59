// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dcu/app/store/store.hpp"
#include "dcu/app/tasks/agenda.hpp"
#include "dcu/fw/types.hpp"
#include "protocol/crypto/engine.hpp"

namespace dcu::app {

// The PRIME subnetwork as the application uses it; dcu::fw::BaseNode in a concentrator.
class Subnetwork {
 public:
  virtual fw::SendHandle send(fw::Address address, std::uint8_t d_lsap, std::uint8_t s_lsap,
                              Bytes lsdu, fw::Priority priority) = 0;
  virtual bool find(const fw::Eui48& eui48, fw::NodeView& out) const = 0;
  virtual void forget(const fw::Eui48& eui48) = 0;
  virtual std::vector<fw::NodeView> nodes() const = 0;
  virtual fw::Counters counters() const = 0;

 protected:
  ~Subnetwork() = default;
};

// What was dropped, refused or lost, and how much was done. Named in counters.cpp.
struct AppCounters {
  std::uint64_t polls = 0;  // jobs finished, whatever came of them
  std::uint64_t polls_failed = 0;
  std::uint64_t associations = 0;
  std::uint64_t associations_rejected = 0;
  std::uint64_t requests = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t dlms_ignored = 0;       // LSDUs that no session could use
  std::uint64_t values_unreadable = 0;  // deciphered, but not the value asked for
  std::uint64_t rows = 0;
  std::uint64_t rows_known = 0;  // read again, dropped
  std::uint64_t reread = 0;      // ranges read again after a clock that jumped
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
  std::uint64_t gateway_unasked = 0;  // answers that nobody waits for
  std::uint64_t store_failures = 0;
};

// What all parts of the application share.
struct Core {
  Clock& clock;
  Wan& wan;
  Random& random;
  Log& log;
  protocol::crypto::Engine& crypto;
  Observer& observer;
  Store& store;
  Subnetwork& subnetwork;
  Agenda agenda;
  AppCounters counters;

  UtcNs now() const { return clock.now(); }
  std::int64_t now_s() const { return clock.now() / kNsPerSecond; }
  UtcNs in_s(std::int64_t seconds) const { return now() + seconds * kNsPerSecond; }
  std::uint64_t draw_below(std::uint64_t n) {
    std::array<std::uint8_t, 8> octets{};
    random.fill(octets);
    protocol::Reader in(octets);
    return n == 0 ? 0 : in.u64() % n;
  }
};

}  // namespace dcu::app

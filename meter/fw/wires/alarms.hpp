// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/server.hpp"

namespace meter::fw {

// Alarms on their way to the concentrator. The event logs themselves are the queue: a cursor for
// each in durable memory says what was acknowledged, so that what happened before a power cut is
// told after it. No more than the newest eight of a log wait; the rest is left to be read.
class Alarms {
 public:
  static constexpr std::uint32_t kQueue = 8;
  static constexpr std::size_t kMaxOctets = 128;  // sealed

  // Something may be waiting: costs two comparisons.
  static bool maybe_pending(const Core& core);
  // The oldest alarm, sealed for client 3 as a data-notification; the same one until
  // acknowledge(). Nothing is written when none waits.
  void write(Core& core, CosemServer& server, HalCrypto& crypto, protocol::Writer& out);
  void acknowledge(Core& core);

 private:
  struct Place {
    std::size_t log = kEventLogCount;  // in kEventLogs
    std::uint32_t ordinal = 0;
  };
  static bool find(Core& core, std::size_t log, std::uint32_t& ordinal, RowHead& head);

  Place in_flight_;
};

}  // namespace meter::fw

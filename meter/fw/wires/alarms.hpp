// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/server.hpp"

namespace meter::fw {

// Alarms on their way to whoever collects this meter: the concentrator over the power line, else
// the head-end through the communication module. The event logs themselves are the queue: in
// durable memory stands the number of the newest entry that was acknowledged, so that what happened
// before a power cut is told after it. No more than the newest eight wait; the rest is left to be
// read.
class Alarms {
 public:
  static constexpr std::uint32_t kQueue = 8;
  static constexpr std::size_t kMaxOctets = 128;  // sealed

  // The oldest alarm, sealed for `client` as a data-notification; the same one until acknowledge().
  // Nothing is written when none waits.
  void write(Core& core, CosemServer& server, HalCrypto& crypto, ClientIndex client,
             protocol::Writer& out);
  void acknowledge(Core& core);

 private:
  std::uint32_t in_flight_ = 0;  // number of its entry
};

}  // namespace meter::fw

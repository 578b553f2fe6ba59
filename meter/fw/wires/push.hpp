// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/server.hpp"

namespace meter::fw {

// Load profile rows on their way to the communication module. A cursor in durable memory says which
// rows were handed over; what was not acknowledged is offered again.
class Push {
 public:
  static constexpr std::uint32_t kMaxRows = 16;

  void boot(Core& core);
  // The push period is over: everything captured so far is to go.
  void on_due(const Core& core) { end_ = core.journal.log(LogId::load).next_ordinal(); }
  // The log began anew.
  void reset() { end_ = in_flight_end_ = 0; }

  bool pending(const Core& core) const { return core.durable.state.push_cursor < end_; }
  // Writes the sealed data-notification with the next rows, the same ones until on_delivered().
  // `scratch` holds the body, kMaxPdu_octets.
  void write(Core& core, CosemServer& server, HalCrypto& crypto, MutableBytes scratch,
             protocol::Writer& out);
  void on_delivered(Core& core);

 private:
  // First row not to be offered yet, and the one behind the rows on the line (0: none).
  std::uint32_t end_ = 0;
  std::uint32_t in_flight_end_ = 0;
};

}  // namespace meter::fw

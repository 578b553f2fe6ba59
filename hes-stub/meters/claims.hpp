// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/meters/client_counters.hpp"
#include "hes-stub/meters/session.hpp"
#include "hes-stub/meters/wire.hpp"

namespace hes {

// A connection announces a meter that another connection has: a module that dialled again before
// the loss of its first line was seen, or anybody. Announcements prove nothing, so the meter is
// asked for an association (client 1, HLS) on the new one. When it proves itself there the
// connection takes the other's place, otherwise it is closed; the first is used meanwhile.
class Claims {
 public:
  Claims(Context& context, Wire& wire, ClientCounters& counters);
  ~Claims();

  // Of the wire.
  void on_claim(MeterIndex meter, ConnectionId connection);
  bool on_apdu(ConnectionId connection, protocol::dlms::Sap client, protocol::Bytes apdu,
               std::uint32_t octets);
  // Gone, or settled in another way. The client whose answer is still to come; 0: none.
  protocol::dlms::Sap on_claim_ended(ConnectionId connection);

  void on_timer(std::uint32_t claim, std::uint32_t generation);  // deadline
  // Begins what may begin now: at the end of every call from outside.
  void pump();

 private:
  // At one time; others wait, so that strangers cost no more than this.
  static constexpr std::size_t kMost = 16;
  class Claim;
  Claim* find(ConnectionId connection);
  Claim* free_one();

  Context& context_;
  Wire& wire_;
  ClientCounters& counters_;
  std::vector<std::unique_ptr<Claim>> claims_;
  std::deque<std::pair<MeterIndex, ConnectionId>> waiting_;
};

}  // namespace hes

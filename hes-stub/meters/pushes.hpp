// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/core/types.hpp"
#include "hes-stub/meters/event_logs.hpp"
#include "hes-stub/meters/plans.hpp"
#include "protocol/dlms/server.hpp"

namespace hes {

// What meters send by themselves: opened with the meter's keys, once each, and stored. Kept for a
// while when the columns of its type are not known yet.
class Pushes {
 public:
  Pushes(Context& context, const Types& types, Plans& plans, EventLogs& events)
      : context_(context), types_(types), plans_(plans), events_(events) {}

  // general-glo-ciphering on the connection of `caller` (or kNoMeter). False: not of its keys, or
  // of a counter that was there before.
  bool on_push(MeterIndex caller, protocol::Bytes apdu);
  // Whether it holds a data-notification.
  bool is_push(MeterIndex caller, protocol::Bytes apdu);
  // The type of this meter is known now.
  void release(MeterIndex learner);

 private:
  struct Held {
    MeterIndex meter;
    UtcNs arrival;
    std::uint32_t octets;
    std::vector<std::uint8_t> body;
  };
  // With whichever keys of the meter it is sealed.
  protocol::Result<protocol::dlms::Opened> open(MeterIndex meter, protocol::Bytes apdu,
                                                KeyNumber& number);
  bool is_new(MeterIndex meter, KeyNumber number, std::uint32_t invocation_counter);
  void store(MeterIndex meter, protocol::Bytes body, UtcNs arrival, std::uint32_t octets);

  Context& context_;
  const Types& types_;
  Plans& plans_;
  EventLogs& events_;
  std::vector<Held> held_;           // in the order in which they came
  std::vector<Row> rows_;            // of the push in hand
  std::vector<std::uint8_t> plain_;  // the push in hand, deciphered
};

}  // namespace hes

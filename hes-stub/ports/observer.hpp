// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "hes-stub/ports/order.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/cosem/types.hpp"

namespace hes {

enum class MessageKind : std::uint8_t {
  announce,
  heartbeat,
  push,
  pull,     // load profile
  closing,  // daily closing
  clock,    // reading and correcting by the head-end's own schedule
  order,
  association,  // opening and release, with the reading of the invocation counter
  learn,        // columns and scalers of a type
  // Exchanges with a concentrator; a message that several meters share names none.
  report,       // a Report and its Ack
  p32_poll,     // Poll and Work
  p32_order,    // orders handed over to an Ethernet concentrator
  p32_request,  // requests handed over likewise
  p32_other,    // Hello; whatever was refused
  alarm,        // an event told unasked by a meter behind a module
  events,       // event logs of meters behind modules
  p32_image,    // parts of images that concentrators fetch
};
inline constexpr std::size_t kMessageKinds = 17;
constexpr const char* message_kind_name(MessageKind kind) {
  constexpr const char* kNames[kMessageKinds] = {
      "announce",    "heartbeat",   "push",  "pull",   "closing",  "clock",
      "order",       "association", "learn", "report", "p32_poll", "p32_order",
      "p32_request", "p32_other",   "alarm", "events", "p32_image"};
  return kNames[static_cast<std::size_t>(kind)];
}

// One finished exchange. Octets include headers of wrapper or HTTP; up is towards the head-end.
struct Message {
  MeterIndex meter = kNoMeter;
  MessageKind kind = MessageKind::announce;
  std::uint32_t octets_up = 0;
  std::uint32_t octets_down = 0;
  UtcNs at = 0;
  // push, alarm: since the newest row was stamped; report: from its arrival to its Ack; others:
  // from the first request to the last answer.
  UtcNs latency = 0;
  ConcentratorIndex concentrator = kNoConcentrator;
};

// One Report of a concentrator, taken over for the first time.
struct ReportNote {
  ConcentratorIndex concentrator = kNoConcentrator;
  std::uint8_t kind = 0;        // protocol::p32::ReportKind
  bool requested = false;       // answers a request or an order
  std::uint32_t meters = 0;     // it speaks of
  std::uint32_t errors = 0;     // of these, with an error instead of data
  std::uint32_t rows = 0;       // of profiles or logs
  std::uint32_t new_rows = 0;   // of these, not known before
  std::uint32_t octets_up = 0;  // HTTP head and body as received
  UtcNs at = 0;
  UtcNs latency = 0;  // since the newest row in it was stamped; 0: no rows
};

// Where the figures of a run come from. Called in the middle of the engine's work: must not call
// back.
class Observer {
 public:
  virtual void row_stored(MeterIndex meter, const protocol::cosem::Obis& profile, const Row& row,
                          UtcNs arrival) = 0;
  virtual void order_finished(const OrderResult& result) = 0;
  virtual void session_opened(MeterIndex meter, ConnectionId connection, UtcNs at) = 0;
  virtual void session_closed(MeterIndex meter, ConnectionId connection, UtcNs at) = 0;
  virtual void message(const Message& message) = 0;
  // The meter's clock minus ours.
  virtual void clock_checked(MeterIndex meter, UtcNs deviation, UtcNs at) = 0;
  virtual void report_received(const ReportNote& /*note*/) {}

 protected:
  ~Observer() = default;
};

// For those who want only some of it.
class NullObserver : public Observer {
 public:
  void row_stored(MeterIndex, const protocol::cosem::Obis&, const Row&, UtcNs) override {}
  void order_finished(const OrderResult&) override {}
  void session_opened(MeterIndex, ConnectionId, UtcNs) override {}
  void session_closed(MeterIndex, ConnectionId, UtcNs) override {}
  void message(const Message&) override {}
  void clock_checked(MeterIndex, UtcNs, UtcNs) override {}
};

}  // namespace hes

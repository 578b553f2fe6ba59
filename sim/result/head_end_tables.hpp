// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/result/row.hpp"

// What the head-end sees of modules on the cellular network.
namespace sim::result {

struct OrderRow {
  static constexpr TableName kTable{"orders", "Orders the head-end gave."};
  std::uint32_t order = 0;
  std::uint32_t meter = 0;
  Text<16> type;   // relay, clock_shift ...
  Text<16> value;  // open, close, +37 ...
  double issued_s = 0;
  double done_s = kNotKnown;
  std::uint16_t attempts = 0;
  Text<16> outcome;  // done, failed, pending

  static void describe(auto& column) {
    column("order", &OrderRow::order, "", "number of the order");
    column("meter", &OrderRow::meter, "", kMeterDoc);
    column("type", &OrderRow::type, "", "relay, clock_shift");
    column("value", &OrderRow::value, "", "what was ordered");
    column("issued_s", &OrderRow::issued_s, "s", "from the start of the scenario");
    column("done_s", &OrderRow::done_s, "s", "confirmed by the meter; NaN never");
    column("attempts", &OrderRow::attempts, "", "requests sent");
    column("outcome", &OrderRow::outcome, "", "done, failed, pending");
  }
};

struct SessionRow {
  static constexpr TableName kTable{"sessions", "Connections the head-end accepted."};
  std::uint64_t session = 0;
  std::uint32_t meter = 0;
  double opened_s = 0;
  double closed_s = kNotKnown;  // NaN: open at the end
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  Text<16> reason;

  static void describe(auto& column) {
    column("session", &SessionRow::session, "", "number of the connection");
    column("meter", &SessionRow::meter, "", kMeterDoc);
    column("opened_s", &SessionRow::opened_s, "s", "from the start of the scenario");
    column("closed_s", &SessionRow::closed_s, "s", "NaN: open at the end");
    column("bytes_up", &SessionRow::bytes_up, "B", "application octets from the module");
    column("bytes_down", &SessionRow::bytes_down, "B", "application octets to the module");
    column("reason", &SessionRow::reason, "", "why it ended");
  }
};

struct MessageRow {
  static constexpr TableName kTable{"messages", "What passed between modules and head-end."};
  Text<16> kind;
  std::uint32_t meter = 0;
  double t_s = 0;
  double latency_s = kNotKnown;
  std::uint32_t bytes = 0;

  static void describe(auto& column) {
    column("kind", &MessageRow::kind, "",
           "announce, heartbeat, push, pull, closing, clock, order, association, learn, alarm, "
           "events");
    column("meter", &MessageRow::meter, "", kMeterDoc);
    column("t_s", &MessageRow::t_s, "s", "complete at the receiver");
    column("latency_s", &MessageRow::latency_s, "s",
           "push, alarm: since its newest row was captured; others: first request to last answer");
    column("bytes", &MessageRow::bytes, "B", "application octets");
  }
};

struct TrafficRow {
  static constexpr TableName kTable{
      "traffic", "Octets of all networks by hour, headers and repetitions included."};
  std::uint32_t hour = 0;
  Text<16> kind;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;

  static void describe(auto& column) {
    column("hour", &TrafficRow::hour, "h", "hour from the start of the scenario, from 0");
    column("kind", &TrafficRow::kind, "",
           "as in messages for payload; tcp/ip headers, retransmission, tcp keepalive, signalling");
    column("bytes_up", &TrafficRow::bytes_up, "B", "from the modules");
    column("bytes_down", &TrafficRow::bytes_down, "B", "to the modules");
  }
};

}  // namespace sim::result

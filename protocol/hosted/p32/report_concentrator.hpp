// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/parameters.hpp"
#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

struct ConcentratorParametersReport {
  static constexpr ReportKind kKinds[] = {ReportKind::concentrator_parameters};
  Identity identity;
  ConcentratorParameters parameters;
  bool operator==(const ConcentratorParametersReport&) const = default;
};

template <typename Io, Of<ConcentratorParametersReport> V>
void shape(Io& io, V& v) {
  io.element("Identity", v.identity);
  io.element("Parameters", v.parameters);
}

enum class EventGroup : std::uint8_t { standard, access, communication, meters, orders };
inline constexpr const char* kGroupNames[] = {"standard", "access", "communication", "meters",
                                              "orders"};
constexpr Names names_of_type(EventGroup) { return kGroupNames; }
struct ConcentratorEvent {
  std::uint64_t number = 0;  // counts through the log: tells repeats from new ones
  UtcMs at = 0;
  EventGroup group = EventGroup::standard;
  std::uint16_t code = 0;  // docs/p32ex.md has the list
  std::string subject;     // meter, order or message concerned; may be empty
  bool operator==(const ConcentratorEvent&) const = default;
};
struct ConcentratorEventsReport {
  static constexpr ReportKind kKinds[] = {ReportKind::concentrator_events};
  std::vector<ConcentratorEvent> events;
  bool operator==(const ConcentratorEventsReport&) const = default;
};

template <typename Io, Of<ConcentratorEvent> V>
void shape(Io& io, V& v) {
  io.required("number", v.number);
  io.time("at", v.at);
  io.required("group", v.group, column("grp"));
  io.required("code", v.code);
  io.unless_empty("subject", v.subject);
}

template <typename Io, Of<ConcentratorEventsReport> V>
void shape(Io& io, V& v) {
  io.elements("Event", v.events);
}

// One node of the power line as the base node sees it.
struct NodeStatistics {
  std::string id;  // meter
  std::optional<Failure> failure;
  std::string eui48;
  bool registered = false;
  std::uint16_t lnid = 0;  // of the present or last registration
  std::uint8_t sid = 0;    // of the switch it hangs on; 0: the base node
  std::uint8_t level = 0;  // switches in between
  bool is_switch = false;
  std::uint8_t own_sid = 0xFF;      // as a switch; FF: none
  std::int16_t snr_down_cb = 0;     // centibel = 0.1 dB, at the node, from its upper node
  std::int16_t snr_up_cb = 0;       // at the upper node
  std::uint8_t scheme = 0;          // modulation in use, PRIME protocol code (4, 5, 6)
  std::uint32_t available_s = 0;    // registered, within the window
  std::uint32_t state_changes = 0;  // registrations and losses
  std::uint32_t hours = 0;          // bit h: available all through hour h (UTC) of the window
  std::uint32_t requests = 0;       // DLMS requests sent, and of these without answer
  std::uint32_t requests_failed = 0;
  std::uint32_t retransmissions = 0;  // ARQ
  bool operator==(const NodeStatistics&) const = default;
};
struct StatisticsReport {
  static constexpr ReportKind kKinds[] = {ReportKind::statistics};
  UtcMs from = 0;  // the window that is counted
  UtcMs until = 0;
  std::uint32_t nodes_registered = 0;  // now; and the extremes of the window
  std::uint32_t nodes_min = 0;
  std::uint32_t nodes_max = 0;
  std::uint64_t airtime_us = 0;  // of the base node and what it heard
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_damaged = 0;
  std::uint64_t uplink_sent_octets = 0;
  std::uint64_t uplink_received_octets = 0;
  std::vector<NodeStatistics> nodes;
  bool operator==(const StatisticsReport&) const = default;
};

template <typename Io, Of<NodeStatistics> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.required("eui48", v.eui48, kEui48);
  io.required("registered", v.registered);
  io.required("lnid", v.lnid);
  io.required("sid", v.sid);
  io.required("level", v.level);
  io.required("switch", v.is_switch, column("is_switch"));
  io.unless("ownSid", v.own_sid, std::uint8_t{0xFF});
  io.required("snrDown", v.snr_down_cb, in("cb"));
  io.required("snrUp", v.snr_up_cb, in("cb"));
  io.required("scheme", v.scheme);
  io.required("available", v.available_s, in("s"));
  io.required("changes", v.state_changes, column("state_changes"));
  io.required("hours", v.hours);
  io.required("requests", v.requests);
  io.required("failed", v.requests_failed, column("requests_failed"));
  io.required("retransmissions", v.retransmissions);
}

template <typename Io, Of<StatisticsReport> V>
void shape(Io& io, V& v) {
  io.time("from", v.from);
  io.time("until", v.until);
  io.required("nodes", v.nodes_registered, column("nodes_registered"));
  io.required("nodesMin", v.nodes_min);
  io.required("nodesMax", v.nodes_max);
  io.required("airtimeUs", v.airtime_us);
  io.required("framesSent", v.frames_sent);
  io.required("framesReceived", v.frames_received);
  io.required("framesDamaged", v.frames_damaged);
  io.required("uplinkSent", v.uplink_sent_octets, in("octets"));
  io.required("uplinkReceived", v.uplink_received_octets, in("octets"));
  io.elements("Node", v.nodes);
}

}  // namespace protocol::p32

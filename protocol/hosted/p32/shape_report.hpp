// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/p32/shape.hpp"
#include "protocol/hosted/p32/shape_order.hpp"

namespace protocol::p32 {

template <typename Io, Of<MeterTime> V>
void shape(Io& io, V& v) {
  // Written first, as people read it; read last, because it takes the deviation to understand.
  if constexpr (!Io::kReads) io.local("at", v);
  io.required("dev", v.deviation_min);
  io.hex_octet("clk", v.status);
  if constexpr (Io::kReads) io.local("at", v);
}

template <typename Io, Of<InventoryMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.required("state", v.state);
  io.required("position", v.position);
  io.required("eui48", v.eui48);
  io.unless_empty("deviceName", v.device_name);
  io.unless_empty("firmware", v.firmware);
  io.time("since", v.since);
  io.time("lastContact", v.last_contact);
}

template <typename Io, Of<Reading> V>
void shape(Io& io, V& v) {
  io.required("obis", v.obis);
  io.required("value", v.value);
  io.required("scaler", v.scaler);
  io.required("unit", v.unit);
}
template <typename Io, Of<InstantaneousMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.maybe_element("Clock", v.clock);
  io.elements("Reading", v.readings);
}

template <typename Io, Of<ProfileRow> V>
void shape(Io& io, V& v) {
  shape(io, v.at);
  io.hex_octet("st", v.status);
  io.list("v", v.values);
}
template <typename Io, Of<ProfileMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.time("from", v.from);
  io.time("to", v.to);
  io.unless("period", v.period_s, 0u);
  io.elements("Row", v.rows);
}

template <typename Io, Of<MeterEvent> V>
void shape(Io& io, V& v) {
  io.required("log", v.log);
  io.required("code", v.code);
  shape(io, v.at);
  io.time("received", v.received);
}
template <typename Io, Of<EventMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.elements("Event", v.events);
}

template <typename Io, Of<Identity> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.required("maker", v.maker);
  io.required("model", v.model);
  io.required("firmware", v.firmware);
  io.required("eui48", v.base_eui48);
  io.required("uplink", v.uplink);
  io.time("started", v.started);
  io.required("restarts", v.restarts);
}
template <typename Io, Of<ConcentratorParametersReport> V>
void shape(Io& io, V& v) {
  io.element("Identity", v.identity);
  io.element("Parameters", v.parameters);
}

template <typename Io, Of<ConcentratorEvent> V>
void shape(Io& io, V& v) {
  io.required("number", v.number);
  io.time("at", v.at);
  io.required("group", v.group);
  io.required("code", v.code);
  io.unless_empty("subject", v.subject);
}
template <typename Io, Of<ConcentratorEventsReport> V>
void shape(Io& io, V& v) {
  io.elements("Event", v.events);
}

template <typename Io, Of<RelayMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.time("readAt", v.read_at);
  io.required("outputClosed", v.output_closed);
  io.required("controlState", v.control_state);
  io.required("controlMode", v.control_mode);
}

template <typename Io, Of<FirmwareTarget> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.required("state", v.state);
  io.unless_empty("active", v.active);
  io.required("blocksDone", v.blocks_done);
  io.required("blocksTotal", v.blocks_total);
}
template <typename Io, Of<FirmwareStatusReport> V>
void shape(Io& io, V& v) {
  io.unless_empty("campaign", v.campaign);
  io.elements("Target", v.targets);
}

template <typename Io, Of<NodeStatistics> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.required("eui48", v.eui48);
  io.required("registered", v.registered);
  io.required("lnid", v.lnid);
  io.required("sid", v.sid);
  io.required("level", v.level);
  io.required("switch", v.is_switch);
  io.unless("ownSid", v.own_sid, std::uint8_t{0xFF});
  io.required("snrDown", v.snr_down_cb);
  io.required("snrUp", v.snr_up_cb);
  io.required("scheme", v.scheme);
  io.required("available", v.available_s);
  io.required("changes", v.state_changes);
  io.required("hours", v.hours);
  io.required("requests", v.requests);
  io.required("failed", v.requests_failed);
  io.required("retransmissions", v.retransmissions);
}
template <typename Io, Of<StatisticsReport> V>
void shape(Io& io, V& v) {
  io.time("from", v.from);
  io.time("until", v.until);
  io.required("nodes", v.nodes_registered);
  io.required("nodesMin", v.nodes_min);
  io.required("nodesMax", v.nodes_max);
  io.required("airtimeUs", v.airtime_us);
  io.required("framesSent", v.frames_sent);
  io.required("framesReceived", v.frames_received);
  io.required("framesDamaged", v.frames_damaged);
  io.required("uplinkSent", v.uplink_sent_octets);
  io.required("uplinkReceived", v.uplink_received_octets);
  io.elements("Node", v.nodes);
}

// Reports that are nothing but a section a meter.
template <typename V>
concept OnlyMeters = Of<V, InventoryReport> || Of<V, InstantaneousReport> || Of<V, ProfileReport> ||
    Of<V, MeterEventsReport> || Of<V, RelayStatusReport>;
template <typename Io, OnlyMeters V>
void shape(Io& io, V& v) {
  io.elements("Meter", v.meters);
}

template <typename Io, Of<OperationResult> V>
void shape(Io& io, V& v) {
  io.required("index", v.index);
  io.required("result", v.result);
  io.unless_empty("data", v.data);
}
template <typename Io, Of<OrderMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.failure(v.failure);
  io.time("at", v.at);
  io.optional("clockOffset", v.clock_offset_ms);
  io.elements("Operation", v.operations);
}
template <typename Io, Of<OrderResult> V>
void shape(Io& io, V& v) {
  io.required("order", v.order);
  io.required("kind", v.kind);
  io.required("state", v.state);
  io.failure(v.failure);
  io.elements("Meter", v.meters);
}

template <typename Io, Of<Report> V>
void shape(Io& io, V& v) {
  auto kind = v.kind();
  io.required("kind", kind);
  io.choose(v.body, kind);
  io.required("cause", v.cause);
  io.required("part", v.part);
  io.required("last", v.last);
  io.maybe_element("OrderResult", v.order);
  std::visit([&](auto& body) { io.element(element_of(kind), body); }, v.body);
}

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/p32/order.hpp"

namespace protocol::p32 {

template <typename Io, Of<RelayOrder> V>
void shape(Io& io, V& v) {
  io.required("action", v.action);
}

template <typename Io, Of<MeterParametersOrder> V>
void shape(Io& io, V& v) {
  io.optional("capturePeriod", v.capture_period_s, in("s"));
  io.optional("timeZone", v.time_zone_min, kDeviation);
  io.optional("daylightSaving", v.daylight_saving);
  io.optional("controlMode", v.control_mode, kControlMode);
  io.optional("sagThreshold", v.sag_threshold_dv, in("dV"));
  io.optional("swellThreshold", v.swell_threshold_dv, in("dV"));
  io.optional("powerQualityTime", v.power_quality_time_s, in("s"));
  io.unless("clearErrors", v.clear_errors, false);
}

template <typename Io, Of<Season> V>
void shape(Io& io, V& v) {
  io.required("name", v.name, kCalendarName);
  io.required("start", v.start);
  io.required("week", v.week, kCalendarName);
}
template <typename Io, Of<Week> V>
void shape(Io& io, V& v) {
  io.required("name", v.name, kCalendarName);
  io.list("days", v.days);
}
template <typename Io, Of<DaySwitch> V>
void shape(Io& io, V& v) {
  io.time_of_day("at", v.at_s);
  io.required("script", v.script);
}
template <typename Io, Of<Day> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.elements("Switch", v.switches, {0, 48});
}
template <typename Io, Of<SpecialDay> V>
void shape(Io& io, V& v) {
  io.required("index", v.index);
  io.required("date", v.date);
  io.required("day", v.day);
}
template <typename Io, Of<ActivityCalendarOrder> V>
void shape(Io& io, V& v) {
  io.required("name", v.name, kCalendarName);
  io.time("activateAt", v.activate_at_ms);
  io.elements("Season", v.seasons, {0, 16});
  io.elements("Week", v.weeks, {0, 16});
  io.elements("Day", v.days, {0, 32});
  io.elements("SpecialDay", v.special_days, {0, 128});
}

template <typename Io, Of<EmergencyLimit> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.time("from", v.from);
  io.required("duration", v.duration_s, in("s"));
  io.required("threshold", v.threshold_w, in("W"));
}
template <typename Io, Of<PowerLimitOrder> V>
void shape(Io& io, V& v) {
  io.required("threshold", v.threshold_w, in("W"));
  io.required("over", v.over_s, in("s"));
  io.required("under", v.under_s, in("s"));
  io.required("action", v.action);
  io.optional("controlMode", v.control_mode, kControlMode);
  io.optional("quantity", v.quantity);
  io.maybe_element("Emergency", v.emergency);
}

template <typename Io, Of<ClockSyncOrder> V>
void shape(Io& io, V& v) {
  io.required("mode", v.mode);
  io.required("threshold", v.threshold_s, in("s"));
}

template <typename Io, Of<WrappedKey> V>
void shape(Io& io, V& v) {
  io.required("meter", v.meter, kId);
  io.required("key", v.key);
  io.required("forMeter", v.for_meter, kWrappedKey);
  io.required("forConcentrator", v.for_concentrator, kWrappedKey);
}
template <typename Io, Of<KeyChangeOrder> V>
void shape(Io& io, V& v) {
  io.elements("Key", v.keys, {1});
}

template <typename Io, Of<ConcentratorParametersOrder> V>
void shape(Io& io, V& v) {
  io.element("Parameters", v.parameters);
}

template <typename Io, Of<ConcentratorCommandOrder> V>
void shape(Io& io, V& v) {
  io.required("command", v.command);
  io.optional("target", v.target, kId);
  io.optional("olderThan", v.older_than_s, in("s"));
}

template <typename Io, Of<DlmsOperation> V>
void shape(Io& io, V& v) {
  io.required("service", v.service);
  io.required("class", v.class_id);
  io.required("obis", v.instance);
  io.required("index", v.index);
  io.optional("selector", v.selector);
  io.unless_empty("selection", v.selection);
  io.unless_empty("data", v.data);
}
template <typename Io, Of<RawDlmsOrder> V>
void shape(Io& io, V& v) {
  io.required("stopOnFailure", v.stop_on_failure);
  io.elements("Operation", v.operations, {1, 256});
}

template <typename Io, Of<FirmwareImage> V>
void shape(Io& io, V& v) {
  io.required("source", v.source, kText);
  io.required("identifier", v.identifier);
  io.required("size", v.size_octets, in("octets"));
  io.required("sha256", v.sha256, kSha256);
  io.required("block", v.block_octets, in("octets"));
  io.optional("multicastGroup", v.multicast_group);
}
template <typename Io, Of<FirmwareCampaignOrder> V>
void shape(Io& io, V& v) {
  io.required("campaign", v.campaign, kId);
  io.unless("forConcentrator", v.for_concentrator, false);
  io.time("activateAt", v.activate_at);
  io.maybe_element("Image", v.image);
}

template <typename Io, Of<Order> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
  io.required("dc", v.concentrator, kId);
  auto kind = v.kind();
  io.required("kind", kind);
  io.required("seq", v.seq, kSeq);
  io.time("from", v.from);
  io.time("until", v.until);
  io.required("priority", v.priority);
  io.meters(v.meters);
  io.chosen(v.body, kind);
}

}  // namespace protocol::p32

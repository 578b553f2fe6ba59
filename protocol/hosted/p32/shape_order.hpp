// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

template <typename Io, Of<MeterName> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
}

template <typename Io, Of<Task> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.required("kind", v.kind);
  io.required("enabled", v.enabled);
  io.required("period", v.period_s);
  io.required("offset", v.offset_s);
  io.required("priority", v.priority);
  io.required("send", v.send);
  io.meters(v.meters);
}

template <typename Io, Of<ConcentratorParameters> V>
void shape(Io& io, V& v) {
  io.optional("pollPeriod", v.poll_period_s);
  io.optional("headEndHost", v.head_end_host);
  io.optional("headEndPort", v.head_end_port);
  io.optional("ntpHost", v.ntp_host);
  io.optional("clockThreshold", v.clock_threshold_s);
  io.optional("clockLimit", v.clock_limit_s);
  io.optional("sessionsMax", v.sessions_max);
  io.optional("metersPerReport", v.meters_per_report);
  io.optional("retries", v.retries);
  io.optional("retryInterval", v.retry_interval_s);
  io.optional("meterLostAfter", v.meter_lost_after_s);
  io.optional("orderAgeMax", v.order_age_max_s);
  io.optional("firmwareTimeout", v.firmware_timeout_s);
  io.maybe_element("Tasks", v.tasks);
}

// The table as a whole, so that an empty one can be told from none.
template <typename Io, Of<std::vector<Task>> V>
void shape(Io& io, V& v) {
  io.elements("Task", v);
}

template <typename Io, Of<RelayOrder> V>
void shape(Io& io, V& v) {
  io.required("action", v.action);
}

template <typename Io, Of<MeterParametersOrder> V>
void shape(Io& io, V& v) {
  io.optional("capturePeriod", v.capture_period_s);
  io.optional("timeZone", v.time_zone_min);
  io.optional("daylightSaving", v.daylight_saving);
  io.optional("controlMode", v.control_mode);
  io.optional("sagThreshold", v.sag_threshold_dv);
  io.optional("swellThreshold", v.swell_threshold_dv);
  io.optional("powerQualityTime", v.power_quality_time_s);
  io.unless("clearErrors", v.clear_errors, false);
}

template <typename Io, Of<Season> V>
void shape(Io& io, V& v) {
  io.required("name", v.name);
  io.required("start", v.start);
  io.required("week", v.week);
}
template <typename Io, Of<Week> V>
void shape(Io& io, V& v) {
  io.required("name", v.name);
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
  io.elements("Switch", v.switches);
}
template <typename Io, Of<SpecialDay> V>
void shape(Io& io, V& v) {
  io.required("index", v.index);
  io.required("date", v.date);
  io.required("day", v.day);
}
template <typename Io, Of<ActivityCalendarOrder> V>
void shape(Io& io, V& v) {
  io.required("name", v.name);
  io.time("activateAt", v.activate_at);
  io.elements("Season", v.seasons);
  io.elements("Week", v.weeks);
  io.elements("Day", v.days);
  io.elements("SpecialDay", v.special_days);
}

template <typename Io, Of<EmergencyLimit> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.time("from", v.from);
  io.required("duration", v.duration_s);
  io.required("threshold", v.threshold_w);
}
template <typename Io, Of<PowerLimitOrder> V>
void shape(Io& io, V& v) {
  io.required("threshold", v.threshold_w);
  io.required("over", v.over_s);
  io.required("under", v.under_s);
  io.required("action", v.action);
  io.maybe_element("Emergency", v.emergency);
}

template <typename Io, Of<ClockSyncOrder> V>
void shape(Io& io, V& v) {
  io.required("mode", v.mode);
  io.required("threshold", v.threshold_s);
}

template <typename Io, Of<WrappedKey> V>
void shape(Io& io, V& v) {
  io.required("meter", v.meter);
  io.required("key", v.key);
  io.required("forMeter", v.for_meter);
  io.required("forConcentrator", v.for_concentrator);
}
template <typename Io, Of<KeyChangeOrder> V>
void shape(Io& io, V& v) {
  io.elements("Key", v.keys);
}

template <typename Io, Of<ConcentratorParametersOrder> V>
void shape(Io& io, V& v) {
  io.element("Parameters", v.parameters);
}

template <typename Io, Of<ConcentratorCommandOrder> V>
void shape(Io& io, V& v) {
  io.required("command", v.command);
  io.optional("target", v.target);
  io.optional("olderThan", v.older_than_s);
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
  io.elements("Operation", v.operations);
}

template <typename Io, Of<FirmwareImage> V>
void shape(Io& io, V& v) {
  io.required("source", v.source);
  io.required("identifier", v.identifier);
  io.required("size", v.size_octets);
  io.required("sha256", v.sha256);
  io.required("block", v.block_octets);
  io.optional("multicastGroup", v.multicast_group);
}
template <typename Io, Of<FirmwareCampaignOrder> V>
void shape(Io& io, V& v) {
  io.required("campaign", v.campaign);
  io.unless("forConcentrator", v.for_concentrator, false);
  io.time("activateAt", v.activate_at);
  io.maybe_element("Image", v.image);
}

template <typename Io, Of<Order> V>
void shape(Io& io, V& v) {
  io.required("id", v.id);
  io.required("dc", v.concentrator);
  auto kind = v.kind();
  io.required("kind", kind);
  io.choose(v.body, kind);
  io.required("seq", v.seq);
  io.time("from", v.from);
  io.time("until", v.until);
  io.required("priority", v.priority);
  io.meters(v.meters);
  std::visit([&](auto& body) { io.element(element_of(kind), body); }, v.body);
}

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

enum class EventLog : std::uint8_t { standard, relay };
inline constexpr const char* kLogNames[] = {"standard", "relay"};
constexpr Names names_of_type(EventLog) { return kLogNames; }
struct MeterEvent {
  EventLog log = EventLog::standard;
  MeterTime at;
  std::uint8_t code = 0;
  std::optional<UtcMs> received;      // alarms: when the concentrator got it
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none, or an alarm
  bool operator==(const MeterEvent&) const = default;
};
struct EventMeter {
  std::string id;
  std::optional<Failure> failure;
  std::vector<MeterEvent> events;
  bool operator==(const EventMeter&) const = default;
};
struct MeterEventsReport {
  static constexpr ReportKind kKinds[] = {ReportKind::meter_events, ReportKind::alarms};
  bool alarms = false;  // spontaneous (report kind alarms) or read from the logs (meterEvents)
  std::vector<EventMeter> meters;
  ReportKind kind() const { return alarms ? ReportKind::alarms : ReportKind::meter_events; }
  void take_kind(ReportKind kind) { alarms = kind == ReportKind::alarms; }
  bool operator==(const MeterEventsReport&) const = default;
};

template <typename Io, Of<MeterEvent> V>
void shape(Io& io, V& v) {
  io.required("log", v.log);
  io.required("code", v.code);
  shape(io, v.at);
  io.unless("n", v.capture_counter, 0u, column("capture_counter"));
  io.time("received", v.received);
}

template <typename Io, Of<EventMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.elements("Event", v.events);
}

}  // namespace protocol::p32

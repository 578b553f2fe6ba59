// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "protocol/cosem/quantities.hpp"
#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

// A row as the meter captured it; nothing is recomputed. Values are the raw registers by index in
// kQuantityTable.
struct ProfileRow {
  MeterTime at;
  std::uint8_t status = 0;
  std::array<std::uint64_t, cosem::kQuantities> values{};
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none
  bool operator==(const ProfileRow&) const = default;
};
struct ProfileMeter {
  std::string id;
  std::optional<Failure> failure;
  // The range that was asked of the meter, ends included. What it did not answer in it, it does not
  // have.
  std::optional<UtcMs> from;
  std::optional<UtcMs> to;
  std::uint32_t period_s = 0;    // capture period; 0 for closings
  std::vector<ProfileRow> rows;  // in the order of the meter's buffer
  bool operator==(const ProfileMeter&) const = default;
};
struct ProfileReport {
  static constexpr ReportKind kKinds[] = {ReportKind::load_profile, ReportKind::daily_closing,
                                          ReportKind::monthly_closing};
  ReportKind profile = ReportKind::load_profile;  // or daily_closing, monthly_closing
  std::vector<ProfileMeter> meters;
  ReportKind kind() const { return profile; }
  void take_kind(ReportKind kind) { profile = kind; }
  bool operator==(const ProfileReport&) const = default;
};

template <typename Io, Of<ProfileRow> V>
void shape(Io& io, V& v) {
  shape(io, v.at);
  io.unless("n", v.capture_counter, 0u);
  io.hex_octet("st", v.status);
  io.list("v", v.values);
}

template <typename Io, Of<ProfileMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("from", v.from);
  io.time("to", v.to);
  io.unless("period", v.period_s, 0u, in("s"));
  io.elements("Row", v.rows);
}

// By group E of its name, 0.0.99.98.E. What the others hold is a country's.
enum class EventLog : std::uint8_t { standard, fraud, relay };
inline constexpr const char* kLogNames[] = {"standard", "fraud", "relay", "log3", "log4",
                                            "log5",     "log6",  "log7",  "log8", "log9"};
constexpr Names names_of_type(EventLog) { return kLogNames; }
struct MeterEvent {
  EventLog log = EventLog::standard;
  MeterTime at;
  std::uint8_t code = 0;
  std::optional<UtcMs> received;      // alarms: when the concentrator got it
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none, or an alarm
  // Of a sag, swell or outage that is over: the voltage farthest from normal, tenths of a volt.
  std::uint32_t magnitude_dv = 0;
  std::uint32_t duration_ms = 0;
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
  io.unless("magnitude", v.magnitude_dv, 0u, column("magnitude_dv"));
  io.unless("duration", v.duration_ms, 0u, column("duration_ms"));
}

template <typename Io, Of<EventMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.elements("Event", v.events);
}

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

// What the concentrator does by itself.
enum class TaskKind : std::uint8_t {
  load_profile,
  daily_closing,
  monthly_closing,
  meter_events,
  clock_check,
  inventory,
  instantaneous,
  relay_status,
  concentrator_parameters,
  concentrator_events,
  statistics,
};
inline constexpr const char* kTaskNames[] = {
    "loadProfile",        "dailyClosing", "monthlyClosing",
    "meterEvents",        "clockCheck",   "inventory",
    "instantaneous",      "relayStatus",  "concentratorParameters",
    "concentratorEvents", "statistics"};
constexpr Names names_of_type(TaskKind) { return kTaskNames; }

struct Task {
  std::string id;  // unique in the table
  TaskKind kind = TaskKind::load_profile;
  bool enabled = true;
  // Runs at offset_s + k * period_s after local midnight of the concentrator; a period of a month
  // is 0 and means the first day of the month at offset_s.
  std::uint32_t period_s = 14'400;
  std::uint32_t offset_s = 0;
  Priority priority = Priority::normal;
  bool send = true;                 // report to the head-end, or only store
  std::vector<std::string> meters;  // empty: all
  bool operator==(const Task&) const = default;
};

enum class Uplink : std::uint8_t { gprs, ethernet };
inline constexpr const char* kUplinkNames[] = {"gprs", "ethernet"};
constexpr Names names_of_type(Uplink) { return kUplinkNames; }

// Cannot be ordered, only reported.
struct Identity {
  std::string id;
  std::string maker;
  std::string model;
  std::string firmware;
  std::string base_eui48;  // 12 hexadecimal digits
  Uplink uplink = Uplink::gprs;
  UtcMs started = 0;  // last restart
  std::uint32_t restarts = 0;
  bool operator==(const Identity&) const = default;
};

// In an order, what is absent stays as it is; in a report everything is there. A task table, if
// present, replaces the whole table.
struct ConcentratorParameters {
  std::optional<std::uint32_t> poll_period_s;
  std::optional<std::string> head_end_host;
  std::optional<std::uint16_t> head_end_port;
  std::optional<std::string> ntp_host;
  std::optional<std::uint32_t> clock_threshold_s;  // a meter's clock is corrected beyond it ...
  std::optional<std::uint32_t> clock_limit_s;      // ... and up to it; beyond, an event
  std::optional<std::uint32_t> sessions_max;
  std::optional<std::uint32_t> meters_per_report;
  std::optional<std::uint32_t> retries;
  std::optional<std::uint32_t> retry_interval_s;
  std::optional<std::uint32_t> meter_lost_after_s;  // no contact: the meter is given up
  std::optional<std::uint32_t> order_age_max_s;
  std::optional<std::uint32_t> firmware_timeout_s;
  std::optional<std::vector<Task>> tasks;
  bool operator==(const ConcentratorParameters&) const = default;
};

template <typename Io, Of<Task> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
  io.required("kind", v.kind);
  io.required("enabled", v.enabled);
  io.required("period", v.period_s, in("s"));
  io.required("offset", v.offset_s, in("s"));
  io.required("priority", v.priority);
  io.required("send", v.send);
  io.meters(v.meters);
}

// The table as a whole, so that an empty one can be told from none.
template <typename Io, Of<std::vector<Task>> V>
void shape(Io& io, V& v) {
  io.elements("Task", v, {0, 64});
}

template <typename Io, Of<ConcentratorParameters> V>
void shape(Io& io, V& v) {
  io.optional("pollPeriod", v.poll_period_s, in("s"));
  io.optional("headEndHost", v.head_end_host);
  io.optional("headEndPort", v.head_end_port);
  io.optional("ntpHost", v.ntp_host);
  io.optional("clockThreshold", v.clock_threshold_s, in("s"));
  io.optional("clockLimit", v.clock_limit_s, in("s"));
  io.optional("sessionsMax", v.sessions_max);
  io.optional("metersPerReport", v.meters_per_report);
  io.optional("retries", v.retries);
  io.optional("retryInterval", v.retry_interval_s, in("s"));
  io.optional("meterLostAfter", v.meter_lost_after_s, in("s"));
  io.optional("orderAgeMax", v.order_age_max_s, in("s"));
  io.optional("firmwareTimeout", v.firmware_timeout_s, in("s"));
  io.maybe_element("Tasks", v.tasks);
}

template <typename Io, Of<Identity> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kId);
  io.required("maker", v.maker);
  io.required("model", v.model);
  io.required("firmware", v.firmware);
  io.required("eui48", v.base_eui48, kEui48);
  io.required("uplink", v.uplink);
  io.time("started", v.started);
  io.required("restarts", v.restarts);
}

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/types.hpp"

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

}  // namespace protocol::p32

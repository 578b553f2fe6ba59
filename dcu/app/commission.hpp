// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dcu/app/ports.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/prime/types.hpp"

namespace dcu::app {

// GPRS: nobody can call the concentrator, it polls the head-end for work. Ethernet: it also serves
// P3.2Ex itself.
enum class Uplink : std::uint8_t { gprs, ethernet };

// One meter behind the concentrator, with the key set of client 3 (never management keys). Its
// place in the list, from 0, is its number at the gateway: wPort 256 + place.
struct CommissionedMeter {
  std::string serial;                          // 10 digits: the 4-32 device identifier
  std::string model;                           // "AD11A"
  protocol::dlms::SystemTitle system_title{};  // zeros: learnt when it associates
  protocol::dlms::Keys keys{};                 // of client 3
};

enum class TaskKind : std::uint8_t {
  load_profile,
  daily_closing,
  monthly_closing,
  meter_events,
  clock_check,
  statistics,
  inventory,
  instantaneous,
  concentrator_events,
};
inline constexpr std::size_t kTaskKinds = 9;
std::string_view task_name(TaskKind kind);  // "loadProfile"

// Runs at every UTC instant with (t - offset_s) mod period_s == 0.
struct Task {
  TaskKind kind = TaskKind::load_profile;
  std::uint32_t period_s = 14'400;  // 0: never by itself
  std::uint32_t offset_s = 0;       // below period_s
  std::uint8_t priority = 3;        // 1 (first) to 3
  std::vector<std::string> meters;  // serials; empty: all
};

// Whole numbers that the head-end may change (order concentratorParameters), by their name there.
struct Parameters {
  std::uint32_t poll_period_s = 60;       // GPRS: how often work is asked for
  std::uint32_t report_hold_s = 60;       // rows wait so long for others of the same report
  std::uint32_t report_meters = 100;      // meters in one report
  std::uint32_t max_sessions = 10;        // meters read at one time
  std::uint32_t response_timeout_s = 30;  // of a meter
  std::uint32_t retries = 2;              // of a request, then the meter is left alone
  std::uint32_t retry_s = 300;            // so long; doubles up to retry_max_s
  std::uint32_t retry_max_s = 7200;
  std::uint32_t clock_threshold_s = 10;  // a clock farther off is corrected
  std::uint32_t capture_period_s = 900;  // of the meters' load profile
  std::uint32_t ack_timeout_s = 120;     // a report without Ack is repeated
  std::uint32_t backoff_s = 10;          // after a failed dial; doubles up to backoff_max_s
  std::uint32_t backoff_max_s = 600;
  std::uint32_t gateway_idle_s = 300;  // a silent gateway client is closed
};

struct Commission {
  std::string id;  // "AMTDC0000000001"
  protocol::prime::Eui48 eui48{};
  protocol::dlms::SystemTitle system_title{};
  std::string head_end_id = "AMTHES";           // `to` of messages
  std::array<std::uint8_t, 32> head_end_key{};  // Ed25519 public key that signs orders
  Uplink uplink = Uplink::gprs;
  std::vector<CommissionedMeter> meters;
  std::vector<Task> tasks;  // empty: default_tasks()
  Parameters parameters;
};

// Load profile every 4 h; closings, events, clock and statistics once a day after midnight.
std::vector<Task> default_tasks();

// Writes a new store; what the disk held is gone. False: the disk is too small or failed.
bool commission(Disk& disk, const Commission& commission);

}  // namespace dcu::app

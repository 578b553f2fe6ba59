// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dcu/app/ports/ports.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/hosted/p32/parameters.hpp"
#include "protocol/local_zone.hpp"
#include "protocol/prime/types.hpp"

namespace dcu::app {

// GPRS: nobody can call the concentrator, it polls the head-end for work. Ethernet: it also serves
// P3.2Ex itself.
using Uplink = protocol::p32::Uplink;

// One meter behind the concentrator, with the key set of client 3 (never management keys). Its
// place in the list, from 0, is its number at the gateway: wPort 256 + place.
struct CommissionedMeter {
  std::string serial;                          // 10 digits: the 4-32 device identifier
  std::string model;                           // "AD11A"
  protocol::dlms::SystemTitle system_title{};  // zeros: learnt when it associates
  protocol::dlms::Keys keys{};                 // of client 3
};

// Runs at every instant of UTC with (t - offset_s) mod period_s == 0.
using Task = protocol::p32::Task;

// The numbers that the head-end can change are in P3.2Ex's ConcentratorParameters too.
struct Parameters {
  std::uint32_t poll_period_s = 60;  // GPRS: how often work is asked for
  std::uint32_t meters_per_report = 100;
  std::uint32_t sessions_max = 10;       // meters read at one time
  std::uint32_t retries = 2;             // of a request, then the meter is left alone
  std::uint32_t retry_interval_s = 300;  // so long; doubles up to 16 times that
  std::uint32_t clock_threshold_s = 10;  // a clock farther off is corrected ...
  std::uint32_t clock_limit_s = 86'400;  // ... up to here; beyond, an event
  std::uint32_t meter_lost_after_s = 259'200;
  std::uint32_t order_age_max_s = 86'400;
  std::uint32_t firmware_timeout_s = 604'800;
  // Its own affair.
  std::uint32_t report_hold_s = 60;       // rows wait so long for others of the same report
  std::uint32_t response_timeout_s = 60;  // of a meter, once its modem has the request
  std::uint32_t ack_timeout_s = 180;      // a report without Ack is repeated
  std::uint32_t backoff_s = 10;           // after a failed dial; doubles up to backoff_max_s
  std::uint32_t backoff_max_s = 600;
  std::uint32_t gateway_idle_s = 300;  // a silent gateway client is closed
  std::uint32_t backfill_s = 864'000;  // how far back a new meter is read
  std::uint32_t max_switch_level = 6;  // levels of switches that the subnetwork may have
  std::string head_end_host = "head-end";
  std::uint16_t head_end_port = 8432;
  std::string ntp_host;
  protocol::LocalZone zone;  // where its meters hang
};

// What of them can be ordered and is reported: visit(theirs, ours).
template <typename Theirs, typename Ours, typename Visit>
void each_ordered(Theirs& theirs, Ours& ours, Visit&& visit) {
  visit(theirs.poll_period_s, ours.poll_period_s);
  visit(theirs.head_end_host, ours.head_end_host);
  visit(theirs.head_end_port, ours.head_end_port);
  visit(theirs.ntp_host, ours.ntp_host);
  visit(theirs.clock_threshold_s, ours.clock_threshold_s);
  visit(theirs.clock_limit_s, ours.clock_limit_s);
  visit(theirs.sessions_max, ours.sessions_max);
  visit(theirs.meters_per_report, ours.meters_per_report);
  visit(theirs.retries, ours.retries);
  visit(theirs.retry_interval_s, ours.retry_interval_s);
  visit(theirs.meter_lost_after_s, ours.meter_lost_after_s);
  visit(theirs.order_age_max_s, ours.order_age_max_s);
  visit(theirs.firmware_timeout_s, ours.firmware_timeout_s);
}

struct Commission {
  std::string id;  // "AMTDC0000000001"
  protocol::prime::Eui48 eui48{};
  protocol::dlms::SystemTitle system_title{};
  std::string head_end_id = "AMTHES";           // `to` of messages
  std::array<std::uint8_t, 32> head_end_key{};  // Ed25519 public key that signs orders
  // Under it keys of meters come in orders (keyChange), RFC 3394.
  protocol::crypto::Key128 transport_key{};
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

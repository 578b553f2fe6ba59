// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/dlms/types.hpp"
#include "protocol/local_zone.hpp"

namespace hes {

using protocol::LocalZone;

// Ed25519 private key (RFC 8032 5.1.5): signs the orders to concentrators.
using SigningKey = std::array<std::uint8_t, 32>;

// The knobs of the head-end. Defaults fit quarter-hour meters behind 2G modules that push once an
// hour; the time-outs are those of fielded head-ends (docs/head-end.md).
struct EngineConfig {
  protocol::dlms::SystemTitle system_title{'A', 'M', 'T', 'H', 'E', 'S', 0, 1};
  LocalZone zone;
  // Collect rows stamped later than this; without it, from the first start on.
  std::optional<std::int64_t> collect_from_utc_s;

  // A row is missing when it is older than the meter's push takes.
  std::int64_t push_period_s = 3600;
  std::int64_t push_grace_s = 900;
  std::int64_t check_period_s = 900;    // how often a connected meter is looked at
  std::int64_t reconnect_delay_s = 60;  // first look after a connection: its queue comes first
  std::int64_t reconnect_spread_s = 60;
  std::int64_t max_rows_per_pull = 192;

  bool closing_pull = true;  // daily closing, after local midnight
  std::int64_t closing_delay_s = 600;
  std::int64_t closing_spread_s = 3600;  // a moment of its own for each meter, drawn

  bool event_pull = true;  // event logs of meters behind modules, spread like the closings
  std::int64_t event_period_s = 86'400;

  bool clock_check = true;     // once a day, with the closing
  bool clock_correct = false;  // orders may always; the check itself only when told
  std::int64_t clock_threshold_s = 30;

  std::int64_t announce_timeout_s = 120;
  std::int64_t heartbeat_timeout_s = 960;  // three heartbeats of 5 minutes and a bit
  std::int64_t response_timeout_s = 60;
  std::int64_t retries = 2;
  std::int64_t backoff_s = 300;  // doubles with every failure, plus up to a quarter
  std::int64_t backoff_max_s = 7200;
  std::int64_t idle_release_s = 5;
  std::int64_t max_sessions = 64;  // associations at one time
  std::int64_t max_pdu_octets = 1024;
  std::int64_t commit_period_s = 60;

  // Concentrators, P3.2Ex. Without a key nothing is ordered of meters behind them.
  std::optional<SigningKey> signing_key;
  std::string p32_id = "AMTHES";               // `from` of our messages, `to` of theirs
  std::int64_t p32_collect_period_s = 14'400;  // a row is missing when it is older than both
  std::int64_t p32_collect_grace_s = 7200;
  std::int64_t p32_check_period_s = 1800;      // how often we look for missing rows
  std::int64_t p32_commit_delay_s = 1;         // reports of so long share one commit and its Ack
  std::int64_t p32_silence_timeout_s = 3600;   // a connection without a message
  std::int64_t p32_answer_timeout_s = 60;      // HTTP answer of an Ethernet concentrator
  std::int64_t p32_request_timeout_s = 7200;   // from handing a request over to its report
  std::int64_t p32_retries = 5;                // requests for the same missing rows
  std::int64_t p32_work_items = 16;            // orders and requests in one Work
  std::int64_t p32_order_window_s = 86'400;    // of orders that name no end
  std::int64_t p32_max_body_octets = 1 << 22;  // of one HTTP message, as received
};

// One flat JSON object with the names above ("standard_offset_min", "eu_daylight_saving" and
// "system_title" in hexadecimal among them); what is absent keeps its default, what is unknown is
// a fault. to_json() writes the signing key too: its text is no less secret than the key.
EngineConfig parse_config(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults);
std::string to_json(const EngineConfig& config);

}  // namespace hes

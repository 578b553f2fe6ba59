// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/config.hpp"

#include <fmt/format.h>

#include <span>

#include "protocol/calendar.hpp"
#include "protocol/hosted/json/json_reader.hpp"
#include "protocol/hosted/p32/text.hpp"

namespace hes {
namespace {

using protocol::JsonNode;
using protocol::JsonReader;
using protocol::kDayS;

struct Number {
  const char* key;
  std::int64_t EngineConfig::*member;
  std::int64_t min;
  std::int64_t max;
};
constexpr Number kNumbers[] = {
    {"push_period_s", &EngineConfig::push_period_s, 0, 31 * kDayS},
    {"push_grace_s", &EngineConfig::push_grace_s, 0, kDayS},
    {"check_period_s", &EngineConfig::check_period_s, 1, kDayS},
    {"reconnect_delay_s", &EngineConfig::reconnect_delay_s, 0, kDayS},
    {"reconnect_spread_s", &EngineConfig::reconnect_spread_s, 0, kDayS},
    {"max_rows_per_pull", &EngineConfig::max_rows_per_pull, 1, 480},
    {"closing_delay_s", &EngineConfig::closing_delay_s, 0, kDayS},
    {"closing_spread_s", &EngineConfig::closing_spread_s, 0, kDayS},
    {"event_period_s", &EngineConfig::event_period_s, 60, 31 * kDayS},
    {"clock_threshold_s", &EngineConfig::clock_threshold_s, 1, kDayS},
    {"announce_timeout_s", &EngineConfig::announce_timeout_s, 1, kDayS},
    {"heartbeat_timeout_s", &EngineConfig::heartbeat_timeout_s, 1, kDayS},
    {"response_timeout_s", &EngineConfig::response_timeout_s, 1, 3600},
    {"retries", &EngineConfig::retries, 0, 10},
    {"backoff_s", &EngineConfig::backoff_s, 1, kDayS},
    {"backoff_max_s", &EngineConfig::backoff_max_s, 1, 7 * kDayS},
    {"idle_release_s", &EngineConfig::idle_release_s, 0, 3600},
    {"max_sessions", &EngineConfig::max_sessions, 1, 10'000},
    {"max_pdu_octets", &EngineConfig::max_pdu_octets, 128, 4096},
    {"commit_period_s", &EngineConfig::commit_period_s, 1, 3600},
    {"p32_collect_period_s", &EngineConfig::p32_collect_period_s, 60, 31 * kDayS},
    {"p32_collect_grace_s", &EngineConfig::p32_collect_grace_s, 0, 31 * kDayS},
    {"p32_check_period_s", &EngineConfig::p32_check_period_s, 1, kDayS},
    {"p32_commit_delay_s", &EngineConfig::p32_commit_delay_s, 0, 60},
    {"p32_silence_timeout_s", &EngineConfig::p32_silence_timeout_s, 1, 7 * kDayS},
    {"p32_answer_timeout_s", &EngineConfig::p32_answer_timeout_s, 1, 3600},
    {"p32_request_timeout_s", &EngineConfig::p32_request_timeout_s, 1, 7 * kDayS},
    {"p32_retries", &EngineConfig::p32_retries, 0, 100},
    {"p32_work_items", &EngineConfig::p32_work_items, 1, 1000},
    {"p32_order_window_s", &EngineConfig::p32_order_window_s, 60, 31 * kDayS},
    {"p32_max_body_octets", &EngineConfig::p32_max_body_octets, 1024, 1 << 28},
};

struct Switch {
  const char* key;
  bool EngineConfig::*member;
};
constexpr Switch kSwitches[] = {
    {"closing_pull", &EngineConfig::closing_pull},
    {"event_pull", &EngineConfig::event_pull},
    {"clock_check", &EngineConfig::clock_check},
    {"clock_correct", &EngineConfig::clock_correct},
};

constexpr const char* kSystemTitle = "system_title";
constexpr const char* kOffset = "standard_offset_min";
constexpr const char* kDaylightSaving = "eu_daylight_saving";
constexpr const char* kCollectFrom = "collect_from_utc_s";
constexpr const char* kSigningKey = "signing_key";
constexpr const char* kP32Id = "p32_id";
constexpr std::size_t kMaxIdLength = 32;

std::string hex(protocol::Bytes octets) {
  std::string text;
  protocol::p32::put_hex(octets, text);
  return text;
}

}  // namespace

EngineConfig parse_config(const std::string& name, std::string_view text,
                          std::vector<std::string>& faults) {
  JsonReader reader(name, text);
  EngineConfig config;
  if (reader.faults().empty()) {
    const JsonNode root = reader.root();
    std::vector<const char*> known = {kSystemTitle, kOffset,     kDaylightSaving,
                                      kCollectFrom, kSigningKey, kP32Id};
    for (const Number& number : kNumbers) {
      known.push_back(number.key);
      if (root.has(number.key)) {
        config.*number.member = root.integer(number.key, number.min, number.max);
      }
    }
    for (const Switch& entry : kSwitches) {
      known.push_back(entry.key);
      if (root.has(entry.key)) config.*entry.member = root.boolean(entry.key);
    }
    if (root.has(kSystemTitle)) root.hex(kSystemTitle, config.system_title);
    if (root.has(kOffset)) {
      config.zone.standard_offset_min = static_cast<std::int16_t>(root.integer(kOffset, -720, 840));
    }
    if (root.has(kDaylightSaving)) {
      config.zone.eu_daylight_saving = root.boolean(kDaylightSaving);
    }
    if (root.has(kCollectFrom)) {
      config.collect_from_utc_s = root.integer(kCollectFrom, 0, INT64_C(4'102'444'800));
    }
    if (root.has(kP32Id)) config.p32_id = root.identifier(kP32Id, kMaxIdLength);
    if (root.has(kSigningKey)) root.hex(kSigningKey, config.signing_key.emplace());
    root.refuse_others(known);
  }
  faults.insert(faults.end(), reader.faults().begin(), reader.faults().end());
  return config;
}

std::string to_json(const EngineConfig& config) {
  std::string text = fmt::format("{{\"{}\":\"{}\",\"{}\":{},\"{}\":{}", kSystemTitle,
                                 hex(config.system_title), kOffset, config.zone.standard_offset_min,
                                 kDaylightSaving, config.zone.eu_daylight_saving);
  if (config.collect_from_utc_s) {
    text += fmt::format(",\"{}\":{}", kCollectFrom, *config.collect_from_utc_s);
  }
  if (config.signing_key) {
    text += fmt::format(",\"{}\":\"{}\"", kSigningKey, hex(*config.signing_key));
  }
  text += fmt::format(",\"{}\":\"{}\"", kP32Id, config.p32_id);
  for (const Number& number : kNumbers) {
    text += fmt::format(",\"{}\":{}", number.key, config.*number.member);
  }
  for (const Switch& entry : kSwitches) {
    text += fmt::format(",\"{}\":{}", entry.key, config.*entry.member);
  }
  return text + "}";
}

}  // namespace hes

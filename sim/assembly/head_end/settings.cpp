// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the head-end is told before the run: its knobs, and who the meters are.
#include <algorithm>
#include <cmath>

#include "sim/assembly/firmware/firmware.hpp"
#include "sim/assembly/head_end/head_end.hpp"
#include "sim/assembly/identity/identity.hpp"

namespace sim::run {

hes::EngineConfig engine_config(const Scenario& scenario) {
  hes::EngineConfig config;
  const auto zone = zone_of(scenario, scenario.meters.time_zone);
  config.zone.standard_offset_min = zone.offset_min;
  config.zone.eu_daylight_saving = zone.daylight_saving;
  config.collect_from_utc_s = scenario.general.start_utc_s;
  // The slowest of the fleet: a row is overdue only when its meter's push would have come.
  config.push_period_s = scenario.meters.push_period_s;
  for (const MeterGroup& group : scenario.groups) {
    config.push_period_s = std::max(config.push_period_s, group.push_period_s.value_or(0));
  }
  // A push waits for its delay, the module's next poll and the way through the cell.
  config.push_grace_s = scenario.meters.push_spread_s + 2 * scenario.cm1.poll_s + 120;
  config.check_period_s = scenario.hes.gap_check_s;
  config.event_period_s = scenario.hes.event_period_s;
  // A module may sleep through two heartbeats before its connection counts as dead.
  config.heartbeat_timeout_s = std::max<std::int64_t>(120, 3 * scenario.cm1.heartbeat_s + 60);
  config.response_timeout_s = scenario.hes.response_timeout_s;
  config.retries = scenario.hes.retries;
  config.max_sessions = scenario.hes.concurrent;
  config.clock_correct = scenario.hes.clock_threshold_s > 0;
  config.clock_threshold_s =
      std::max<std::int64_t>(1, std::llround(scenario.hes.clock_threshold_s));
  if (!scenario.concentrators.empty()) {
    config.signing_key = head_end_signing_key(static_cast<std::uint64_t>(scenario.general.seed));
    config.p32_collect_period_s = 0;
    for (const ConcentratorRow& row : scenario.concentrators) {
      config.p32_collect_period_s = std::max(config.p32_collect_period_s, row.collect_period_s);
    }
  }
  return config;
}

hes::Inventory head_end_inventory(const Scenario& scenario) {
  std::vector<hes::MeterEntry> meters;
  for (const Identity& who : identities_of(scenario)) {
    const MeterSettings settings = settings_of(scenario, who.number);
    hes::MeterEntry meter;
    meter.serial = who.serial;
    meter.logical_device_name = who.logical_device_name;
    meter.system_title = who.system_title;
    meter.model = name_of(settings.model);
    meter.firmware = find_firmware(settings.firmware, settings.model).firmware->name;
    meter.capture_period_s = settings.capture_period_s;
    meter.keys.unicast = who.unicast_key;
    meter.keys.authentication = who.authentication_key;
    meter.master_key = who.master_key;
    meter.low_level_password = who.low_level_password;
    if (settings.concentrator != 0) meter.concentrator = settings.concentrator - 1;
    meters.push_back(std::move(meter));
  }
  std::vector<hes::ConcentratorEntry> concentrators;
  for (std::uint32_t number = 1; number <= scenario.concentrators.size(); ++number) {
    const ConcentratorIdentity who = concentrator_identity(scenario, number);
    const bool gprs = scenario.concentrators[number - 1].uplink == Uplink::gprs;
    concentrators.push_back({who.id, who.address, kConcentratorPort,
                             gprs ? hes::Uplink::gprs : hes::Uplink::ethernet,
                             concentrator_transport_key(scenario, number)});
  }
  return hes::Inventory(std::move(meters), std::move(concentrators));
}

std::vector<std::string> type_template_texts(const Scenario& scenario) {
  std::vector<const meter_firmware*> known;
  std::vector<std::string> texts;
  for (std::uint32_t meter = 1; meter <= scenario.meters.count; ++meter) {
    const MeterSettings settings = settings_of(scenario, meter);
    const meter_firmware* const firmware =
        find_firmware(settings.firmware, settings.model).firmware;
    if (std::ranges::find(known, firmware) != known.end()) continue;
    known.push_back(firmware);
    texts.push_back(type_template_text(*firmware));
  }
  return texts;
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/model_settings.hpp"

#include <algorithm>

namespace sim::run {
namespace {

std::uint64_t seed_of(const Scenario& scenario) {
  return static_cast<std::uint64_t>(scenario.general.seed);
}

// Spreads a mean over 2/3 to 4/3 of it, as attach and activation times are.
void around(double mean_s, kernel::TimeNs& min_ns, kernel::TimeNs& max_ns) {
  min_ns = kernel::to_ns(mean_s * 2 / 3);
  max_ns = kernel::to_ns(mean_s * 4 / 3);
}

}  // namespace

models::MainsConfig mains_config(const Scenario& scenario) {
  models::MainsConfig config;
  config.seed = seed_of(scenario);
  config.nominal_voltage_v = scenario.meters.voltage_v;
  config.frequency_hz = scenario.grid.frequency_hz;
  config.frequency_spread_hz = scenario.grid.frequency_spread_hz;
  config.voltage_spread_percent = scenario.grid.voltage_spread_percent;
  config.local_second_of_day = scenario.general.start_utc_s % 86'400;
  return config;
}

models::AfeSpread afe_spread(const Scenario& scenario) {
  const MeterKeys& meters = scenario.meters;
  return {meters.front_end.gain_percent, meters.front_end.phase_deg, meters.front_end.offset_counts,
          meters.front_end.noise_counts, meters.adc_spread_ppm};
}

models::DeviceSpread device_spread(const Scenario& scenario) {
  models::DeviceSpread spread;
  spread.clock_ppm = scenario.meters.board.clock_spread_ppm;
  spread.mcu_ppm = scenario.meters.adc_spread_ppm * 2 / 3;
  spread.clock_ageing_ppm = scenario.meters.board.clock_ageing_ppm;
  return spread;
}

models::HouseholdConfig household_config(const Scenario& scenario) {
  models::HouseholdConfig config;
  config.seed = seed_of(scenario);
  config.place.start_utc_s = scenario.general.start_utc_s;
  const auto zone = zone_of(scenario, scenario.meters.time_zone);
  config.place.utc_offset_s = 60 * zone.offset_min;
  config.place.daylight_saving = zone.daylight_saving;
  config.annual_kwh = scenario.load.annual_kwh;
  config.pv_share = scenario.meters.pv_share;
  return config;
}

models::wan::CellConfig cell_config(const Scenario& scenario) {
  models::wan::CellConfig config;
  config.seed = seed_of(scenario);
  models::wan::RadioConfig& radio = config.radio;
  radio.n_pdch = static_cast<int>(scenario.cell.slots);
  radio.multislot_up = static_cast<int>(scenario.cell.uplink_slots);
  radio.multislot_down = static_cast<int>(scenario.cell.downlink_slots);
  radio.packet_loss = scenario.cell.loss;
  radio.ready_timer_ns = kernel::to_ns(scenario.cell.ready_s);
  // Of a mean round trip, radio, SGSN and GGSN take these parts each way (docs/model-wan.md).
  const auto part = [&](double of_600) {
    return static_cast<kernel::TimeNs>(scenario.cell.rtt_ms * kernel::kNsPerMs * (of_600 / 600));
  };
  radio.latency_up_min_ns = part(250);
  radio.latency_up_max_ns = part(400);
  radio.latency_down_min_ns = part(200);
  radio.latency_down_max_ns = part(350);
  radio.paging_min_ns = kernel::to_ns(scenario.cell.wake_ms / 2000);
  radio.paging_max_ns = kernel::to_ns(scenario.cell.wake_ms * 3 / 2000);
  around(scenario.cell.attach_s, config.modem.attach_min_ns, config.modem.attach_max_ns);
  around(scenario.cell.pdp_s, config.modem.pdp_min_ns, config.modem.pdp_max_ns);
  config.stream.nat_timeout_ns = kernel::to_ns(scenario.cell.nat_timeout_s);
  return config;
}

models::wan::EthernetConfig ethernet_config(const Scenario& scenario) {
  models::wan::EthernetConfig config;
  config.rtt_ns = kernel::to_ns(scenario.ethernet.rtt_ms / 1000);
  config.up_bit_s = static_cast<std::uint64_t>(scenario.ethernet.up_kbit_s * 1000);
  config.down_bit_s = static_cast<std::uint64_t>(scenario.ethernet.down_kbit_s * 1000);
  return config;
}

plc::FeederConfig feeder_config(const Scenario& scenario, std::uint32_t number) {
  plc::FeederConfig config;
  config.seed = seed_of(scenario);
  config.number = number;
  const auto meters = scenario.concentrators.at(number - 1)
                          .meters.list(static_cast<std::uint32_t>(scenario.meters.count));
  config.n_service_points = static_cast<std::uint32_t>(meters.size());
  config.n_feeders = static_cast<std::uint32_t>(scenario.plc.feeders);
  config.spacing_m = scenario.plc.spacing_m;
  config.customers_per_point = scenario.plc.customers_per_point;
  config.drop_min_m = 0.5 * scenario.plc.drop_m;
  config.drop_max_m = 1.5 * scenario.plc.drop_m;
  for (const std::uint32_t meter : meters) {
    config.three_phase.push_back(settings_of(scenario, meter).model == MeterModel::ad13a);
  }
  return config;
}

plc::ChannelConfig channel_config(const Scenario& scenario) {
  constexpr double kSpread = 3.1622776601683795;  // half a decade each way
  plc::ChannelConfig config;
  config.seed = seed_of(scenario);
  config.transmit_dbuv = scenario.plc.transmit_dbuv;
  config.premises_min_ohm = scenario.plc.premises_ohm / kSpread;
  config.premises_max_ohm = scenario.plc.premises_ohm * kSpread;
  config.noise.k_mean += scenario.plc.noise_db / 10;
  const auto zone = zone_of(scenario, scenario.meters.time_zone);
  const std::int64_t start = scenario.general.start_utc_s;
  config.noise.time_of_day_ns =
      (start + 60 * zone.offset_at_min(start)) % 86'400 * kernel::kNsPerSecond;
  return config;
}

}  // namespace sim::run

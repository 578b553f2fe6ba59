// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/home.hpp"

#include <algorithm>
#include <cmath>

#include "cm1/fw/entry.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/load/household.hpp"
#include "models/core/load/source.hpp"
#include "models/core/meter/factory.hpp"
#include "sim/assembly/firmware/firmware.hpp"
#include "sim/assembly/model_settings.hpp"
#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

std::uint64_t seed_of(const HomeContext& context) {
  return static_cast<std::uint64_t>(context.scenario.general.seed);
}

int phases_of(MeterModel model) { return model == MeterModel::ad13a ? 3 : 1; }

void add_load(const HomeContext& context, Home& home) {
  const Scenario& scenario = context.scenario;
  const std::uint32_t number = home.identity.number;
  if (context.measured == nullptr) {
    models::HouseholdConfig config = household_config(scenario);
    config.annual_kwh = home.settings.annual_kwh;
    if (home.settings.pv) config.pv_share = *home.settings.pv ? 1 : 0;
    auto household = std::make_unique<models::Household>(config, number);
    home.has_pv = household->has_pv();
    home.load = std::move(household);
    return;
  }
  const LoadTable& table = *context.measured;
  const LoadTable::Home& measured = table.homes[number - 1];
  models::SeriesConfig config;
  config.interval_s = table.interval_s;
  config.first_step = (table.first_utc_s - scenario.general.start_utc_s) / 60;
  const double cos_phi = scenario.load.power_factor;
  config.tan_phi = std::sqrt(std::max(0.0, 1 - cos_phi * cos_phi)) / cos_phi;
  home.column = measured.column;
  home.load = std::make_unique<models::Series>(measured.energy_wh, config);
}

models::MeterNodeConfig node_config(const HomeContext& context, const Home& home) {
  const Scenario& scenario = context.scenario;
  models::MeterNodeConfig config;
  config.firmware = context.firmware != nullptr
                        ? context.firmware
                        : find_firmware(home.settings.firmware, home.settings.model).firmware;
  config.images = &context.images;
  config.meter = home.identity.number;
  config.detailed = home.settings.detailed;
  config.lazy = scenario.sim.lazy;
  config.sleeps = home.settings.model == MeterModel::ad11a;  // data sheets: sleep mode, battery
  config.service_times = models::service_times(scenario.meters.variant.service_assumed_factor);
  config.rtc_start_ticks = scenario.general.start_utc_s * models::Rtc::kRateHz;
  config.tolerance = models::draw_device_tolerance(seed_of(context), home.identity.number,
                                                   device_spread(scenario));
  config.relay =
      models::draw_relay_wear(seed_of(context), home.identity.number,
                              home.settings.model == MeterModel::ad13a ? 100'000u : 10'000u,
                              static_cast<std::uint32_t>(scenario.meters.variant.relay_operations));
  if (home.settings.clock_ppm) {
    config.tolerance.clock_aged_ppb =
        static_cast<std::int32_t>(std::lround(*home.settings.clock_ppm * 1000));
  }
  // A clock found wrong at the very start was wrong when the meter was mounted.
  for (const Event& event : scenario.events) {
    if (event.type == EventType::clock_error && event.at == 0 &&
        event.meters.contains(home.identity.number)) {
      config.rtc_start_ticks +=
          static_cast<std::int64_t>(std::llround(event.shift_s * models::Rtc::kRateHz));
    }
  }
  return config;
}

// Cut to the array, zero padded.
template <typename Array>
void copy_text(const std::string& text, Array& out) {
  std::fill(std::begin(out), std::end(out), char{0});
  std::copy_n(text.begin(), std::min(text.size(), std::size(out)), std::begin(out));
}
template <typename Source, typename Array>
void copy_octets(const Source& source, Array& out) {
  static_assert(sizeof(source) == sizeof(out));
  std::copy(source.begin(), source.end(), std::begin(out));
}

std::uint32_t below(kernel::KeyedStream& spread, std::int64_t n) {
  return n > 0 ? spread.below(static_cast<std::uint32_t>(n)) : 0u;
}

meter_provision meter_provision_of(const HomeContext& context, const Home& home) {
  const Identity& who = home.identity;
  meter_provision provision{};
  copy_text(who.serial, provision.serial);
  copy_text(who.logical_device_name, provision.logical_device_name);
  copy_octets(who.system_title, provision.system_title);
  copy_octets(who.unicast_key, provision.unicast_key);
  copy_octets(who.authentication_key, provision.authentication_key);
  copy_octets(who.master_key, provision.master_key);
  copy_text(who.low_level_password, provision.low_level_password);
  provision.capture_period_s = static_cast<std::uint32_t>(home.settings.capture_period_s);
  provision.push_period_s = static_cast<std::uint32_t>(home.settings.push_period_s);
  kernel::KeyedStream spread(seed_of(context), who.number, kernel::kPurposeStreetSpread);
  provision.push_delay_s = below(spread, context.scenario.meters.push_spread_s);
  provision.time_zone_min = static_cast<std::int16_t>(-home.settings.zone.offset_min);
  provision.daylight_saving = home.settings.zone.daylight_saving ? 1 : 0;
  provision.event_codes = static_cast<std::uint8_t>(context.scenario.meters.variant.event_codes);
  if (home.settings.concentrator != 0) {
    copy_octets(who.eui48, provision.plc_eui48);
    copy_octets(who.concentrator_unicast_key, provision.concentrator_unicast_key);
    copy_octets(who.concentrator_authentication_key, provision.concentrator_authentication_key);
  }
  return provision;
}

cm1_provision module_provision_of(const HomeContext& context, const Home& home) {
  const Scenario& scenario = context.scenario;
  cm1_provision provision{};
  copy_text("amitwin.example", provision.apn);
  copy_text("head-end.amitwin.example", provision.head_end_host);
  provision.head_end_port = static_cast<std::uint16_t>(scenario.hes.port);
  provision.listen_port = static_cast<std::uint16_t>(scenario.hes.port);
  provision.heartbeat_period_s = static_cast<std::uint32_t>(scenario.cm1.heartbeat_s);
  provision.poll_period_s = static_cast<std::uint32_t>(scenario.cm1.poll_s);
  // Draws of their own: what the meter draws must not move the module.
  kernel::KeyedStream spread(seed_of(context), home.identity.number, kernel::kPurposeStreetSpread,
                             16);
  provision.poll_offset_s = below(spread, scenario.cm1.poll_s);
  provision.start_delay_s = below(spread, scenario.cm1.start_spread_s);
  return provision;
}

// RS-485 and 12 V between meter and module: ports and signals in T1, calls in T2.
void join(Home& home) {
  if (home.point != nullptr) {
    home.point->join(*home.meter, *home.afe, *home.line, *home.module);
    return;
  }
  home.meter->board().uarts.attach(METER_UART_RS485, home.line->end(0));
  home.line->attach(0, home.meter->board().uarts.receiver(METER_UART_RS485));
  home.module->attach(home.line->end(1));
  home.line->attach(1, *home.module);
  home.meter->set_supply_listener(*home.module);
}

models::NodeServices services_on(const HomeContext& context, kernel::Agenda& agenda) {
  const models::NodeServices& own = context.services;
  return {agenda, own.crypto, own.buffers, own.seed};
}

PowerLine& line_of(const HomeContext& context, const Home& home) {
  return *context.power_lines[home.settings.concentrator - 1];
}

// The same devices in both tiers; a detailed home's stand on agendas of their own.
kernel::Agenda& meter_agenda(const HomeContext& context, Home& home) {
  const std::uint32_t number = home.identity.number;
  const bool on_line = home.settings.concentrator != 0;
  if (!home.settings.detailed) {
    return on_line ? line_of(context, home).agenda() : context.services.agenda;
  }
  if (on_line) {
    home.plc_point = &context.kernel.add_point(number, *line_of(context, home).detailed());
    return home.plc_point->meter_agenda();
  }
  home.point = &context.kernel.add_point(number);
  return home.point->meter_agenda();
}

void add_plc_modem(const HomeContext& context, Home& home) {
  plc::Modem& modem = line_of(context, home).add_meter(home.identity.number);
  if (home.plc_point == nullptr) {
    home.meter->attach_plc(modem);
    return;
  }
  home.meter->attach_plc(home.plc_point->plc(modem));
  home.plc_point->join(*home.meter, *home.afe);
}

// RS-485 line, CM1 and its modem.
void add_module(const HomeContext& context, Home& home) {
  const std::uint32_t number = home.identity.number;
  const bool detailed = home.settings.detailed;
  kernel::Agenda& fleet = context.services.agenda;
  home.line = std::make_unique<models::Rs485Line>(detailed ? home.point->line_agenda() : fleet,
                                                  models::node_id(number, models::kNodeLine));
  home.modem = std::make_unique<models::wan::Modem>(fleet, context.cell, number,
                                                    models::node_id(number, models::kNodeModem));
  models::Cm1NodeConfig module_config;
  module_config.firmware = cm1_builtin_firmware();
  module_config.module = number;
  module_config.turnround_ns = kernel::to_ns(context.scenario.cm1.service_assumed_ms / 1000);
  home.module = std::make_unique<models::Cm1Node>(
      services_on(context, detailed ? home.point->module_agenda() : fleet), module_config,
      detailed ? home.point->modem_port(*home.modem) : *home.modem);
  TWIN_ASSERT(home.module->provision(module_provision_of(context, home)), number);
  join(home);
}

// Theft and faults of the wiring are known from the beginning.
void divert_currents(const Scenario& scenario, std::uint32_t meter, models::ElectricalFeed& feed) {
  for (const Event& event : scenario.events) {
    const bool bypass = event.type == EventType::bypass;
    if ((!bypass && event.type != EventType::neutral_fault) || !event.meters.contains(meter)) {
      continue;
    }
    using Kind = models::ElectricalChange::Kind;
    feed.divert(event.at, event.at + kernel::to_ns(event.duration_s),
                bypass ? Kind::bypass : Kind::neutral_fault, event.residual);
  }
}

}  // namespace

void Home::warm_to(double celsius) {
  models::Board& board = meter->board();
  if (celsius == board.rtc.clock().temperature()) return;
  meter->catch_up();  // what was measured before comes first
  board.rtc.set_temperature(celsius);
  board.battery.warm_to(celsius);
  afe->set_tolerance(at_temperature(parts.tolerance, parts.drift, celsius));
}

std::unique_ptr<Home> build_home(const HomeContext& context, std::uint32_t number) {
  auto home = std::make_unique<Home>();
  home->settings = settings_of(context.scenario, number);
  home->identity = identity_of(context.scenario, number);
  add_load(context, *home);
  const int phases = phases_of(home->settings.model);
  const models::SupplyConfig supply = models::draw_supply(seed_of(context), number, phases);
  home->supply = std::make_unique<models::SupplyPoint>(context.mains, *home->load, supply);
  home->parts.tolerance =
      models::draw_tolerance(seed_of(context), number, afe_spread(context.scenario));
  home->parts.drift = models::draw_drift(seed_of(context), number);
  const auto front_end = [&](const models::AfeTolerance& tolerance) {
    return std::make_unique<models::Afe>(seed_of(context), number, phases, tolerance,
                                         context.scenario.sim.noise);
  };
  const auto cold = front_end(home->parts.tolerance);
  const auto warm =
      front_end(at_temperature(home->parts.tolerance, home->parts.drift, models::kWarm_c));
  for (int p = 0; p < phases; ++p) home->parts.tolerance.phase[p].phase_deg += context.drift_deg;
  home->afe = front_end(home->parts.tolerance);

  const models::FeedTier summed =
      context.scenario.sim.sampled ? models::FeedTier::sampled : models::FeedTier::fleet;
  const models::MeterNodeConfig config = node_config(context, *home);
  auto feed = std::make_unique<models::ElectricalFeed>(
      *home->supply, *home->afe, home->settings.detailed ? models::FeedTier::detailed : summed);
  divert_currents(context.scenario, number, *feed);
  home->meter = std::make_unique<models::MeterNode>(
      services_on(context, meter_agenda(context, *home)), config, std::move(feed));
  home->first_revision = home->meter->firmware().revision;
  models::Bench bench;
  bench.voltage_v = context.scenario.meters.voltage_v;
  bench.warm = warm.get();
  if (!models::manufacture(*home->meter, meter_provision_of(context, *home), *cold, bench)) {
    throw FirmwareRefusal("meter " + std::to_string(number) + ": its firmware " +
                          home->meter->firmware().name +
                          " refuses to be provisioned or calibrated");
  }

  home->meter->board().rtc.age(config.tolerance.clock_aged_ppb);
  if (home->settings.concentrator != 0) {
    add_plc_modem(context, *home);
  } else {
    add_module(context, *home);
  }
  home->warm_to(celsius_at(context.scenario, number, 0));
  home->meter->power(0, true);
  return home;
}

}  // namespace sim::run

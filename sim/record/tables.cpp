// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/record/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/parts/upset.hpp"

namespace sim::run {
namespace {

void write_meters(World& world, result::ResultWriter& writer) {
  for (const auto& home : world.homes()) {
    const Identity& who = home->identity;
    result::MeterRow row;
    row.meter = who.number;
    row.serial = result::Text<16>(who.serial);
    row.logical_device_name = result::Text<16>(who.logical_device_name);
    row.system_title = fmt::format("{:02X}", fmt::join(who.system_title, ""));
    row.model = result::Text<8>(name_of(home->settings.model));
    const meter_firmware& firmware = home->meter->firmware();
    row.firmware = result::Text<32>(fmt::format("{} {}", firmware.name, firmware.revision));
    row.tier = home->settings.detailed ? 1 : 2;
    row.capture_period_s = static_cast<std::uint32_t>(home->settings.capture_period_s);
    row.pv = home->has_pv ? 1 : 0;
    row.clock_ppm =
        1e-9 * static_cast<double>(home->meter->board().rtc.clock().history().front().law.rate) /
            models::Rtc::kRateHz * 1e6 -
        1e6;
    row.home = result::Text<32>(home->column);
    writer.append(row);
  }
}

// Short enough for the column, whatever is allowed.
std::string limit_text(const Event& event) {
  using result::number_text;
  if (!event.plan.empty()) return event.plan;
  std::string text;
  if (event.threshold_w) {
    text = fmt::format("{} W, {}/{} s", number_text(*event.threshold_w), number_text(event.over_s),
                       number_text(event.under_s));
  } else if (event.threshold_a) {
    text = number_text(*event.threshold_a) + " A, at once";
  } else if (event.threshold_v) {
    text = number_text(*event.threshold_v) + " V, at once";
  }
  if (event.control_mode) text += fmt::format(", mode {}", *event.control_mode);
  if (event.emergency_w) {
    text += fmt::format("; emergency {} W, {} s", number_text(*event.emergency_w),
                        number_text(event.emergency_s));
  }
  return text;
}

// What each meter met.
std::string upset_text(const Scenario& scenario, const Event& event) {
  const auto seed = static_cast<std::uint64_t>(scenario.general.seed);
  std::string text;
  for (const std::uint32_t meter :
       event.meters.list(static_cast<std::uint32_t>(scenario.meters.count))) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", meter,
                        models::name_of(models::draw_upset(seed, meter, event.at).kind));
  }
  return text;
}

// An outage and what else has a length, in seconds.
bool lasts(EventType type) {
  using enum EventType;
  constexpr EventType kTypes[] = {
      network_loss, outage, concentrator_outage, cover, terminal_cover, magnet,
      seal,         bypass, neutral_fault,       watch};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

void write_events(const Scenario& scenario, result::ResultWriter& writer) {
  for (const Event& event : scenario.events) {
    result::EventRow row;
    row.t_s = 1e-9 * static_cast<double>(event.at);
    row.type = result::Text<24>(name_of(event.type));
    row.meters = result::Text<32>(event.meters.text());
    if (lasts(event.type)) row.value = event.duration_s;
    switch (event.type) {
      case EventType::relay:
        row.value = event.value == RelayOrder::close ? 1 : 0;
        break;
      case EventType::clock_shift:
      case EventType::clock_error:
        row.value = event.shift_s;
        break;
      case EventType::network_loss:
      case EventType::outage:
      case EventType::cover:
      case EventType::terminal_cover:
      case EventType::magnet:
      case EventType::seal:
      case EventType::bypass:
      case EventType::neutral_fault:
      case EventType::watch:
      case EventType::look:
      case EventType::key:
        break;
      case EventType::concentrator_outage:
        row.meters = result::Text<32>(
            scenario.concentrators[static_cast<std::size_t>(event.concentrator - 1)].meters.text());
        break;
      case EventType::sag:
      case EventType::button:
        row.value = event.duration_ms;
        break;
      case EventType::limit:
        row.value = event.limit.threshold_w;
        row.text = result::Text<64>(limit_text(event));
        break;
      case EventType::contact:
        row.text = result::Text<64>(name_of(event.board.contact));
        break;
      case EventType::parameter:
        row.text = result::Text<64>(event.plan);
        break;
      case EventType::temperature:
        row.value = event.board.celsius;
        break;
      case EventType::battery:
        row.value = event.board.charge_percent;
        break;
      case EventType::upset:
        row.text = result::Text<64>(upset_text(scenario, event));
        break;
      case EventType::image:
        row.text = result::Text<64>(event.file);
        row.value = 1e-9 * static_cast<double>(event.activate_at);
        break;
      case EventType::calendar:
        row.value = 1e-9 * static_cast<double>(event.activate_at);
        row.text = result::Text<64>(fmt::format(
            "plan {} from {}", event.tariff.name,
            format_utc(scenario.general.start_utc_s + event.activate_at / kernel::kNsPerSecond)));
        break;
    }
    writer.append(row);
  }
}

void write_modules(World& world, result::ResultWriter& writer) {
  for (const auto& home : world.homes()) {
    if (home->module == nullptr) continue;
    const models::wan::RadioLink& link = home->modem->link();
    result::ModuleRow row;
    row.meter = home->identity.number;
    row.csq = link.csq;
    row.coding_scheme = link.coding_scheme;
    row.online = home->modem->state() == models::wan::ModemState::kOnline ? 1 : 0;
    row.boots = home->module->totals().boots;
    row.channel_requests = link.accesses;
    row.transmit_s = 1e-9 * static_cast<double>(link.transmit_ns);
    writer.append(row);
  }
}

// The home whose load the report holds against its stored profile.
void write_power(World& world, const Scenario& scenario, kernel::TimeNs until,
                 result::ResultWriter& writer) {
  const auto& home = *world.homes()[static_cast<std::size_t>(
      std::clamp<std::int64_t>(scenario.report.home, 1, scenario.meters.count) - 1)];
  for (std::int64_t step = 0; step * kernel::kNsPerMinute < until; ++step) {
    const models::HomeLoad load = home.load->at(step);
    result::PowerRow row;
    row.meter = home.identity.number;
    row.t_s = 60.0 * static_cast<double>(step);
    row.active_w = load.active_w;
    row.reactive_var = load.reactive_var;
    row.known = load.known ? 1 : 0;
    writer.append(row);
  }
}

}  // namespace

void write_begin(World& world, const Scenario& scenario, result::ResultWriter& writer) {
  write_meters(world, writer);
  write_events(scenario, writer);
}

void write_end(World& world, const Scenario& scenario, kernel::TimeNs until,
               result::ResultWriter& writer) {
  write_modules(world, writer);
  write_power(world, scenario, until, writer);
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/concentrator/site.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/assert.hpp"
#include "kernel/purpose.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace sim::run {
namespace {

constexpr std::uint32_t kDiskPages = 4096;  // 16 MiB

}  // namespace

ConcentratorSite::ConcentratorSite(kernel::Agenda& agenda, const Scenario& scenario,
                                   std::uint32_t number, plc::Modem& plc,
                                   models::wan::ModemPort& uplink)
    : agenda_(agenda),
      scenario_(scenario),
      row_(scenario.concentrators.at(number - 1)),
      identity_(concentrator_identity(scenario, number)),
      meters_(row_.meters.list(static_cast<std::uint32_t>(scenario.meters.count))),
      clock_(static_cast<std::uint64_t>(scenario.general.seed), number,
             scenario.general.start_utc_s * kernel::kNsPerSecond),
      plc_(plc),
      program_(agenda, number),
      wan_(agenda, program_, uplink, row_.uplink, static_cast<std::uint16_t>(scenario.hes.p32_port),
           concentrator_entity(number, 0), kNetwork),
      disk_(kDiskPages),
      random_(static_cast<std::uint64_t>(scenario.general.seed), number,
              kernel::kPurposeConcentrator),
      crypto_([this](protocol::MutableBytes out) { fill(out); }),
      supply_timer_(agenda, *this, concentrator_entity(number, 0), kSupply),
      boot_timer_(agenda, *this, concentrator_entity(number, 0), kBoot),
      program_timer_(agenda, *this, concentrator_entity(number, 0), kProgram),
      observer_(&nobody_) {}

ConcentratorSite::~ConcentratorSite() = default;

// ---- Supply ----

void ConcentratorSite::power(kernel::TimeNs at, bool on) {
  const auto place = std::ranges::upper_bound(switches_, at, {}, &Switch::at);
  switches_.insert(place, {at, on});
  supply_timer_.arm(switches_.front().at);
}

void ConcentratorSite::tear_write(std::uint64_t n, std::size_t octets, kernel::TimeNs off_ns) {
  disk_.cut_at_write(n, octets, [this, off_ns] {
    power(agenda_.now(), false);
    power(agenda_.now() + off_ns, true);
  });
}

void ConcentratorSite::on_time(kernel::TimeNs now, std::uint32_t what) {
  if (what == kBoot) {
    boot();
  } else if (what == kProgram) {
    program_.on_timer();
  } else {
    while (!switches_.empty() && switches_.front().at <= now) {
      const bool on = switches_.front().on;
      switches_.erase(switches_.begin());
      if (on != powered_) switch_supply(on);
    }
    if (!switches_.empty()) supply_timer_.arm(switches_.front().at);
  }
}

void ConcentratorSite::switch_supply(bool on) {
  powered_ = on;
  if (on) {
    disk_.restore();
    plc_.power(true);
    wan_.power(true);
    boot_timer_.arm(agenda_.now() + kBootNs);
    return;
  }
  past_counters_ = counters();
  // It takes what it knows with it; whoever looks on must not believe the nodes are still in.
  for (const dcu::app::NodeInfo& node : nodes()) {
    if (node.connected) observer_->node_left(now(), node);
  }
  plc_.set_client(nullptr);
  program_.remove();
  program_timer_.disarm();
  boot_timer_.disarm();
  plc_.power(false);
  wan_.power(false);
}

void ConcentratorSite::boot() {
  ++boots_;
  plc_.set_client(&program_);
  const dcu::app::Ports ports{*this, disk_, wan_, *this, *this, crypto_, plc_};
  TWIN_ASSERT(program_.boot(ports, *observer_), identity_.number);
}

// ---- Clock, random, log ----

dcu::app::UtcNs ConcentratorSite::now() const { return clock_.at(agenda_.now()); }

void ConcentratorSite::arm(dcu::app::UtcNs at) {
  program_timer_.arm(clock_.time_of(agenda_.now(), at));
}

void ConcentratorSite::shift(dcu::app::UtcNs by) { clock_.shift(agenda_.now(), by); }

void ConcentratorSite::fill(protocol::MutableBytes out) {
  for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(random_.next_u32());
}

void ConcentratorSite::line(dcu::app::UtcNs /*at*/, std::string_view /*text*/) {}

// ---- Reports about the simulation ----

std::vector<dcu::app::NodeInfo> ConcentratorSite::nodes() const { return program_.nodes(); }

dcu::app::Counters ConcentratorSite::counters() const {
  dcu::app::Counters all = past_counters_;
  all += program_.counters();
  return all;
}

void ConcentratorSite::commission() {
  const auto seed = static_cast<std::uint64_t>(scenario_.general.seed);
  dcu::app::Commission commission;
  commission.id = identity_.id;
  commission.eui48 = identity_.eui48;
  commission.system_title = identity_.system_title;
  commission.head_end_key = protocol::p32::Signer(head_end_signing_key(seed)).public_key();
  commission.transport_key = concentrator_transport_key(scenario_, identity_.number);
  commission.uplink =
      row_.uplink == Uplink::gprs ? dcu::app::Uplink::gprs : dcu::app::Uplink::ethernet;
  for (const std::uint32_t meter : meters_) {
    const MeterSettings settings = settings_of(scenario_, meter);
    const Identity who = identity_of(scenario_, meter);
    dcu::app::CommissionedMeter entry;
    entry.serial = who.serial;
    entry.model = name_of(settings.model);
    entry.system_title = who.system_title;
    entry.keys.unicast = who.concentrator_unicast_key;
    entry.keys.authentication = who.concentrator_authentication_key;
    commission.meters.push_back(std::move(entry));
  }
  commission.tasks = dcu::app::default_tasks();
  for (dcu::app::Task& task : commission.tasks) {
    if (task.kind == protocol::p32::TaskKind::load_profile) {
      task.period_s = static_cast<std::uint32_t>(row_.collect_period_s);
    }
  }
  commission.parameters.poll_period_s = static_cast<std::uint32_t>(row_.poll_period_s);
  commission.parameters.sessions_max = static_cast<std::uint32_t>(row_.sessions);
  commission.parameters.max_switch_level =
      static_cast<std::uint32_t>(scenario_.plc.max_switch_level);
  const auto zone = zone_of(scenario_, scenario_.meters.time_zone);
  commission.parameters.zone.standard_offset_min = zone.offset_min;
  commission.parameters.zone.eu_daylight_saving = zone.daylight_saving;
  // As the head-end: 0 corrects nothing without an order.
  const double threshold_s = scenario_.hes.clock_threshold_s;
  commission.parameters.clock_threshold_s =
      threshold_s > 0 ? static_cast<std::uint32_t>(std::max(1.0, std::round(threshold_s)))
                      : std::numeric_limits<std::uint32_t>::max();
  commission.parameters.head_end_port = static_cast<std::uint16_t>(scenario_.hes.p32_port);
  TWIN_ASSERT(dcu::app::commission(disk_, commission), identity_.number);
}

}  // namespace sim::run

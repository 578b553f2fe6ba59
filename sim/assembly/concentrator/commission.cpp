// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/assert.hpp"
#include "protocol/hosted/p32/sign.hpp"
#include "sim/assembly/concentrator/site.hpp"

namespace sim::run {

void ConcentratorSite::commission() {
  const auto seed = static_cast<std::uint64_t>(scenario_.general.seed);
  dcu::app::Commission commission;
  commission.id = identity_.id;
  commission.eui48 = identity_.eui48;
  commission.system_title = identity_.system_title;
  commission.head_end_key = protocol::p32::Signer(head_end_signing_key(seed)).public_key();
  commission.uplink =
      row_.uplink == Uplink::gprs ? dcu::app::Uplink::gprs : dcu::app::Uplink::ethernet;
  for (const std::uint32_t meter : meters_) {
    const MeterSettings settings = settings_of(scenario_, meter);
    const Identity who = identity_of(seed, meter, settings.model);
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
  commission.parameters.switch_levels = static_cast<std::uint32_t>(row_.switch_levels);
  // As the head-end: 0 corrects nothing without an order.
  const double threshold_s = scenario_.hes.clock_threshold_s;
  commission.parameters.clock_threshold_s =
      threshold_s > 0 ? static_cast<std::uint32_t>(std::max(1.0, std::round(threshold_s)))
                      : std::numeric_limits<std::uint32_t>::max();
  commission.parameters.head_end_port = static_cast<std::uint16_t>(scenario_.hes.p32_port);
  TWIN_ASSERT(dcu::app::commission(disk_, commission), identity_.number);
}

}  // namespace sim::run

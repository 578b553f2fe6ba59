// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "sim/scenario/scenario.hpp"

namespace sim::run {

// An order comes when it comes: a transfer over a power line may wait for the line and for others.
inline constexpr kernel::TimeNs kImageTransfer = 2 * kernel::kNsPerHour;

// Another firmware may boot between the two, which knows nothing of what the one before it saw.
inline bool may_boot_another(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs from,
                             kernel::TimeNs to) {
  const MeterModel model = settings_of(scenario, meter).model;
  return std::ranges::any_of(scenario.events, [&](const Event& event) {
    if (event.type != EventType::image || !event.meters.contains(meter)) return false;
    const auto image = std::ranges::find(scenario.hes.images, event.file, &ImageRow::name);
    if (image == scenario.hes.images.end() || image->flaw != ImageFlaw::none) return false;
    const kernel::TimeNs earliest = std::max(event.at, event.activate_at);
    return image->variant == model && earliest <= to && from <= earliest + kImageTransfer;
  });
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/assembly/world.hpp"
#include "sim/glass/glass.hpp"

namespace sim::run {

// A display, as somebody saw it, and what the meter's hardware was like then.
struct Look {
  std::uint32_t meter = 0;
  kernel::TimeNs at = 0;
  glass::Segments segments{};
  bool backlit = false;
  bool contact_closed = false;
  std::int64_t uptime_us = 0;  // of the processor since its boot
  std::int64_t rtc_ticks = 0;
};

// Who looks at displays, at the scenario's [[event]] rows of type `look` and when told to.
class Looks final : private models::DisplayBlock::Observer {
 public:
  explicit Looks(World& world) : world_(world) {}
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;

  void announce(const Scenario& scenario) {
    const auto count = static_cast<std::uint32_t>(world_.homes().size());
    for (const Event& event : scenario.events) {
      if (event.type != EventType::look) continue;
      for (const std::uint32_t meter : event.meters.list(count)) announce(meter, event.at);
    }
  }
  void announce(std::uint32_t meter, kernel::TimeNs at) {
    world_.homes()[meter - 1]->meter->board().display.look(at, *this);
  }
  // So far, meter by meter.
  std::vector<Look> seen() const {
    std::vector<Look> all = seen_;
    std::ranges::stable_sort(all, {},
                             [](const Look& look) { return std::pair(look.meter, look.at); });
    return all;
  }

 private:
  void on_look(kernel::TimeNs now, std::uint32_t meter,
               const models::DisplayBlock& display) override {
    static_assert(glass::kOctets == METER_DISPLAY_BYTES);
    const models::Board& board = world_.homes()[meter - 1]->meter->board();
    seen_.push_back({meter, now, display.segments(), display.backlit(),
                     board.relay.relay().closed(), board.clock.uptime_us(),
                     board.rtc.clock().ticks_at(now)});
  }

  World& world_;
  std::vector<Look> seen_;
};

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "models/core/meter/upcall_gate.hpp"
#include "models/core/parts/device.hpp"

namespace models {

// Segment memory of the glass, and its light. The controller asks the firmware for a frame when
// somebody looks, and at no other time (meter/hal/display.h): what nobody sees is not computed.
class DisplayBlock {
 public:
  using Segments = std::array<std::uint8_t, METER_DISPLAY_BYTES>;

  class Observer {
   public:
    virtual void on_look(kernel::TimeNs now, std::uint32_t meter, const DisplayBlock& display) = 0;

   protected:
    ~Observer() = default;
  };

  DisplayBlock(DeviceLife& life, UpcallGate& gate, kernel::Entity& entity, kernel::EntityId id,
               std::uint32_t what)
      : life_(life), gate_(gate), timer_(life.agenda, entity, id, what) {}

  // ---- hal: display ----
  bool write(std::uint32_t first, std::span<const std::uint8_t> segments) {
    if (first > segments_.size() || segments.size() > segments_.size() - first) {
      return life_.refuse();
    }
    std::copy(segments.begin(), segments.end(), segments_.begin() + first);
    return true;
  }
  void backlight(bool on) { backlight_ = on; }

  // ---- The world around it: somebody looks, now or later ----
  void look(kernel::TimeNs at, Observer& who) {
    at = std::max(at, life_.now());
    looks_.insert(std::ranges::lower_bound(looks_, at, std::greater<>(), &Look::at), {at, &who});
    timer_.arm(looks_.back().at);
  }
  const Segments& segments() const { return segments_; }
  bool backlit() const { return backlight_; }

  void step(kernel::TimeNs now) {
    if (gate_.firmware().on_display != nullptr) {
      gate_.upcall("on_display", &meter_firmware::on_display);
    }
    while (!looks_.empty() && looks_.back().at <= now) {
      const Look look = looks_.back();
      looks_.pop_back();
      look.who->on_look(now, gate_.meter(), *this);
    }
    timer_.arm(looks_.empty() ? kernel::kNever : looks_.back().at);
  }
  void stop() {
    segments_.fill(0);
    backlight_ = false;
  }

 private:
  struct Look {
    kernel::TimeNs at;
    Observer* who;
  };

  DeviceLife& life_;
  UpcallGate& gate_;
  kernel::Timer timer_;
  std::vector<Look> looks_;  // to come, the next one last
  Segments segments_{};
  bool backlight_ = false;
};

}  // namespace models

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/core/meter/upcall_gate.hpp"
#include "models/core/parts/device.hpp"

namespace models {

// Contacts of the covers, Hall sensor, buttons, as somebody or something holds them. The firmware
// is told an edge when it has stood for the debounce time; without supply nothing is told, and the
// levels are those at the next boot.
class InputBlock {
 public:
  static constexpr kernel::TimeNs kDebounceNs = 20 * kernel::kNsPerMs;  // meter/hal/inputs.h

  InputBlock(const DeviceLife& life, UpcallGate& gate, kernel::Entity& entity, kernel::EntityId id,
             std::uint32_t what)
      : life_(life), gate_(gate), timer_(life.agenda, entity, id, what) {}

  // ---- hal: inputs ----
  std::uint32_t fitted() const { return (1u << METER_INPUTS) - 1; }
  std::uint32_t levels() const { return told_; }

  // ---- The world around it: a cover is open, a button pressed, from `from` to `to` (kNever) ----
  void hold(kernel::TimeNs from, kernel::TimeNs to, meter_input input);

  void power_on() { told_ = held(); }
  void step(kernel::TimeNs now);

 private:
  struct Edge {
    kernel::TimeNs at;
    meter_input input;
    std::int8_t more;  // who holds it
  };
  std::uint32_t held() const;
  void announce(const Edge& edge);
  void arm();

  const DeviceLife& life_;
  UpcallGate& gate_;
  kernel::Timer timer_;
  std::vector<Edge> edges_;  // to come, the next one last
  std::array<std::uint8_t, METER_INPUTS> holders_{};
  std::array<kernel::TimeNs, METER_INPUTS> since_{};  // its level is what it is
  std::uint32_t told_ = 0;
};

}  // namespace models

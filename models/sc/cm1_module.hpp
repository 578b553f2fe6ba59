// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/cm1/cm1_node.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/agenda_module.hpp"
#include "models/sc/doors.hpp"
#include "models/sc/point_modules.hpp"
#include "models/sc/ports.hpp"

namespace models::sc {

// The CM1, fed from the meter's 12 V rail. Its modem lives in the fleet, next to its cell.
class Cm1Module final : private OwnAgenda,
                        public AgendaModule,
                        public ReceiverIf,
                        public SerialLineEnd {
 public:
  SC_HAS_PROCESS(Cm1Module);
  Cm1Module(const sc_core::sc_module_name& name, Modules& modules);
  wan::ModemPort& join_modem(wan::Modem& modem);
  void join(Cm1Node& node);
  Cm1Node* node() { return node_; }

  sc_core::sc_port<LineEndIf> line;
  sc_core::sc_port<FleetIf> fleet;
  sc_core::sc_export<ReceiverIf> receiver;
  sc_core::sc_in<bool> rail_12v;

  // State, for traces.
  StateSignal<int> led_signal;
  StateSignal<int> led_state;
  StateSignal<int> modem_state;

 private:
  void rail_changed();
  void refresh() override;
  void receive(std::span<const std::uint8_t> frame) override;
  bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override {
    return line->transmit(ready_ns, frame);
  }
  void silence() override { line->silence(); }

  Cm1Node* node_ = nullptr;
  const wan::Modem* modem_ = nullptr;
  WanDoor door_;
};

}  // namespace models::sc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "models/core/cm1/cm1_node.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/rs485.hpp"
#include "models/core/wan/modem.hpp"
#include "models/sc/agenda_module.hpp"
#include "models/sc/doors.hpp"
#include "models/sc/probes.hpp"

namespace models::sc {

// Owns the agenda that its base runs; a base of its own, so that it is there first.
struct OwnAgenda {
  kernel::Agenda own_agenda;
};

class FleetModule final : public AgendaModule, public FleetIf {
 public:
  FleetModule(const sc_core::sc_module_name& name, kernel::Agenda& agenda, Modules& modules)
      : AgendaModule(name, agenda, modules) {
    here.bind(*this);
  }
  void enter_fleet() override { enter(); }
  sc_core::sc_export<FleetIf> here;
};

// The meter: its node, mains input and 12 V rail.
class MeterModule final : private OwnAgenda,
                          public AgendaModule,
                          public ReceiverIf,
                          public SerialLineEnd,
                          private SupplyListener {
 public:
  MeterModule(const sc_core::sc_module_name& name, Modules& modules);
  void join(MeterNode& node);
  // What the node takes for its power line modem, which lives with the medium.
  plc::Modem& join_plc(plc::Modem& modem);
  MeterNode* node() { return node_; }
  // A pulse LED to follow, for traces.
  void watch(std::unique_ptr<PulseProbe> probe) { probes_.push_back(std::move(probe)); }
  StateSignal<bool>& led(meter_pulse_output output) { return probes_.at(output)->led; }

  // A meter is on one of them: RS-485 with a communication module, or the power line.
  sc_core::sc_port<LineEndIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> line{"line"};
  sc_core::sc_port<PlcLineIf, 1, sc_core::SC_ZERO_OR_MORE_BOUND> plc_line{"plc_line"};
  sc_core::sc_export<ReceiverIf> receiver{"receiver"};
  sc_core::sc_out<bool> rail_12v{"rail_12v"};

  // State, for traces.
  StateSignal<double> mains_v{"mains_v"};        // rms at the terminals
  StateSignal<bool> supply_good{"supply_good"};  // firmware runs
  StateSignal<bool> power_fail{"power_fail"};    // from FAILING to off or recovery
  StateSignal<bool> relay_closed{"relay_closed"};
  StateSignal<sc_dt::uint64> pulses_active{"pulses_active"};
  StateSignal<sc_dt::uint64> pulses_reactive{"pulses_reactive"};

 private:
  void receive(std::span<const std::uint8_t> frame) override;
  bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override {
    return line.size() > 0 && line->transmit(ready_ns, frame);
  }
  void silence() override {
    if (line.size() > 0) line->silence();
  }
  void on_supply(kernel::TimeNs, bool on) override { rail_12v.write(on); }
  void refresh() override;

  MeterNode* node_ = nullptr;
  PlcDoor plc_door_;
  std::vector<std::unique_ptr<PulseProbe>> probes_;
};

// The RS-485 pair between them.
class LineModule final : private OwnAgenda, public AgendaModule, private LineObserver {
 public:
  LineModule(const sc_core::sc_module_name& name, Modules& modules);
  void join(Rs485Line& line);
  // Follows the frames, for traces.
  void watch();

  sc_core::sc_port<ReceiverIf> to_meter{"to_meter"};
  sc_core::sc_port<ReceiverIf> to_module{"to_module"};
  sc_core::sc_export<LineEndIf> meter_end{"meter_end"};
  sc_core::sc_export<LineEndIf> module_end{"module_end"};

  // State, for traces: who drives the pair, and of the frame on it the length and control octets.
  std::array<StateSignal<bool>, 2> busy;
  StateSignal<sc_dt::sc_uint<8>> frame_length{"frame_length"};
  StateSignal<sc_dt::sc_uint<8>> frame_control{"frame_control"};
  StateSignal<sc_dt::uint64> octets_sent{"octets_sent"};

 private:
  class End final : public LineEndIf {
   public:
    bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override;
    void silence() override;
    LineModule* module = nullptr;
    unsigned side = 0;
  };
  class Ear final : public SerialReceiver {
   public:
    void on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) override;
    LineModule* module = nullptr;
    unsigned side = 0;
  };
  void on_line_busy(kernel::TimeNs now, unsigned side, std::span<const std::uint8_t> frame,
                    kernel::TimeNs end_ns) override;
  void on_line_idle(kernel::TimeNs now, unsigned side, std::size_t octets) override;

  Rs485Line* line_ = nullptr;
  std::array<End, 2> ends_;
  std::array<Ear, 2> ears_;
};

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

  sc_core::sc_port<LineEndIf> line{"line"};
  sc_core::sc_port<FleetIf> fleet{"fleet"};
  sc_core::sc_export<ReceiverIf> receiver{"receiver"};
  sc_core::sc_in<bool> rail_12v{"rail_12v"};

  // State, for traces.
  StateSignal<int> led_signal{"led_signal"};
  StateSignal<int> led_state{"led_state"};
  StateSignal<int> modem_state{"modem_state"};

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

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/point_modules.hpp"

#include <vector>

#include "models/core/grid/mains.hpp"

namespace models::sc {
namespace {

// Place of the octets in an HDLC frame with one-octet addresses, IEC 62056-46 6.4.2: flag, format
// (2), destination, source, control.
constexpr std::size_t kLengthOctet = 2;
constexpr std::size_t kControlOctet = 5;

}  // namespace

// ---- Meter ----

MeterModule::MeterModule(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules), plc_door_(*this, plc_line) {
  receiver.bind(*this);
}

plc::Modem& MeterModule::join_plc(plc::Modem& modem) {
  plc_door_.join(modem);
  return plc_door_;
}

void MeterModule::join(MeterNode& node) {
  node_ = &node;
  node.board().uarts.attach(METER_UART_RS485, *this);
  node.set_supply_listener(*this);
}

void MeterModule::receive(std::span<const std::uint8_t> frame) {
  call([this, octets = std::vector<std::uint8_t>(frame.begin(), frame.end())] {
    node_->board().uarts.receiver(METER_UART_RS485).on_frame(agenda().now(), octets);
  });
}

void MeterModule::refresh() {
  if (node_ == nullptr) return;
  const kernel::TimeNs now = agenda().now();
  const MainsSchedule& schedule = node_->feed().supply().mains();
  const double factor = schedule.step(schedule.step_at(now)).voltage_factor;
  mains_v.write(schedule.nominal_voltage_v() * factor * node_->supply().mains().factor());
  // Not while it sleeps on the battery.
  supply_good.write(node_->running() && node_->supply().state() >= Supply::State::kGood);
  power_fail.write(node_->supply().state() == Supply::State::kFailing);
  relay_closed.write(node_->board().relay.relay().closed());
  pulses_active.write(node_->board().pulses.output(METER_PULSE_ACTIVE).count_at(now));
  pulses_reactive.write(node_->board().pulses.output(METER_PULSE_REACTIVE).count_at(now));
  for (const auto& probe : probes_) probe->look();
}

// ---- Line ----

LineModule::LineModule(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules) {
  for (unsigned side = 0; side < 2; ++side) {
    ends_[side].module = this;
    ends_[side].side = side;
    ears_[side].module = this;
    ears_[side].side = side;
  }
  meter_end.bind(ends_[0]);
  module_end.bind(ends_[1]);
}

void LineModule::join(Rs485Line& line) {
  line_ = &line;
  for (unsigned side = 0; side < 2; ++side) line.attach(side, ears_[side]);
}

void LineModule::watch() { line_->observe(*this); }

bool LineModule::End::transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) {
  module->enter();
  return module->line_->end(side).transmit(ready_ns, frame);
}

void LineModule::End::silence() {
  if (module->line_ == nullptr) return;
  module->enter();
  module->line_->end(side).silence();
}

void LineModule::Ear::on_frame(kernel::TimeNs, std::span<const std::uint8_t> frame) {
  if (side == 0) {
    module->to_meter->receive(frame);
  } else {
    module->to_module->receive(frame);
  }
}

void LineModule::on_line_busy(kernel::TimeNs, unsigned side, std::span<const std::uint8_t> frame,
                              kernel::TimeNs) {
  busy[side].write(true);
  frame_length.write(frame.size() > kLengthOctet ? frame[kLengthOctet] : 0);
  frame_control.write(frame.size() > kControlOctet ? frame[kControlOctet] : 0);
  octets_sent.write(0);
}

void LineModule::on_line_idle(kernel::TimeNs, unsigned side, std::size_t octets) {
  busy[side].write(false);
  octets_sent.write(octets);
}

Cm1Module::Cm1Module(const sc_core::sc_module_name& name, Modules& modules)
    : AgendaModule(name, own_agenda, modules), door_(*this, fleet) {
  receiver.bind(*this);
  SC_METHOD(rail_changed);
  sensitive << rail_12v;
  dont_initialize();
}

wan::ModemPort& Cm1Module::join_modem(wan::Modem& modem) {
  modem_ = &modem;
  door_.join(modem);
  return door_;
}

void Cm1Module::join(Cm1Node& node) {
  node_ = &node;
  node.attach(*this);
}

void Cm1Module::rail_changed() {
  const bool on = rail_12v.read();
  call([this, on] { node_->on_supply(agenda().now(), on); });
  rearm();
}

void Cm1Module::refresh() {
  if (node_ == nullptr) return;
  led_signal.write(node_->leds().colour(CM1_LED_SIGNAL));
  led_state.write(node_->leds().colour(CM1_LED_STATE));
  modem_state.write(static_cast<int>(modem_->state()));
}

void Cm1Module::receive(std::span<const std::uint8_t> frame) {
  call([this, octets = std::vector<std::uint8_t>(frame.begin(), frame.end())] {
    node_->on_frame(agenda().now(), octets);
  });
}

}  // namespace models::sc

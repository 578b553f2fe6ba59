// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/points.hpp"

#include "kernel/assert.hpp"

namespace models::sc {

namespace {

std::string numbered(const char* name, std::uint32_t number) {
  return std::string(name) + "_" + std::to_string(number);
}

// State signals under their own names.
template <typename... Signals>
void trace_all(sc_core::sc_trace_file* file, const sc_core::sc_module& module,
               const Signals&... signals) {
  (sc_trace(file, signals, std::string(module.name()) + "." + signals.basename()), ...);
}

}  // namespace

// ---- Meter ----

MeterSide::MeterSide(std::uint32_t number, Modules& modules)
    : number_(number),
      meter_(numbered("meter", number).c_str(), modules),
      rail_12v_(numbered("rail_12v", number).c_str()) {
  meter_.rail_12v.bind(rail_12v_);
}

void MeterSide::join(MeterNode& meter, const Afe& afe) {
  afe_ = &afe;
  meter_.join(meter);
}

void MeterSide::trace(sc_core::sc_trace_file* file, const TraceConfig& config) {
  TWIN_ASSERT(meter_.node() != nullptr, number_);
  const MeterNode& node = *meter_.node();
  samples_ = std::make_unique<SampleProbe>(meter_.agenda(), node, *afe_, config.samples_from,
                                           config.samples_to);
  meter_.watch(std::make_unique<PulseProbe>(meter_.agenda(), node, METER_PULSE_ACTIVE));
  meter_.watch(std::make_unique<PulseProbe>(meter_.agenda(), node, METER_PULSE_REACTIVE));
  trace_all(file, meter_, meter_.mains_v, meter_.supply_good, meter_.power_fail,
            meter_.relay_closed, meter_.pulses_active, meter_.pulses_reactive);
  const std::string base = meter_.name();
  sc_trace(file, meter_.led(METER_PULSE_ACTIVE), base + ".led_active");
  sc_trace(file, meter_.led(METER_PULSE_REACTIVE), base + ".led_reactive");
  sc_trace(file, samples_->v, base + ".v_counts");
  sc_trace(file, samples_->i, base + ".i_counts");
}

// ---- Meter, RS-485 line, communication module ----

Cm1Point::Cm1Point(std::uint32_t number, FleetModule& fleet, Modules& modules)
    : meter_(number, modules),
      line_(numbered("line", number).c_str(), modules),
      module_(numbered("cm1", number).c_str(), modules) {
  meter_.module().line.bind(line_.meter_end);
  line_.to_meter.bind(meter_.module().receiver);
  line_.to_module.bind(module_.receiver);
  module_.line.bind(line_.module_end);
  module_.rail_12v.bind(meter_.rail_12v());
  module_.fleet.bind(fleet.here);
}

void Cm1Point::join(MeterNode& meter, const Afe& afe, Rs485Line& line, Cm1Node& module) {
  meter_.join(meter, afe);
  line_.join(line);
  module_.join(module);
}

void Cm1Point::trace(sc_core::sc_trace_file* file, const TraceConfig& config) {
  meter_.trace(file, config);
  line_.watch();
  const std::string pair = line_.name();
  sc_trace(file, line_.busy[0], pair + ".meter_txd");
  sc_trace(file, line_.busy[1], pair + ".module_txd");
  trace_all(file, line_, line_.frame_length, line_.frame_control, line_.octets_sent);
  sc_trace(file, meter_.rail_12v(), std::string(module_.name()) + ".rail_12v");
  trace_all(file, module_, module_.led_signal, module_.led_state, module_.modem_state);
}

// ---- Meter on a power line ----

PlcPoint::PlcPoint(std::uint32_t number, PlcLineModule& line, Modules& modules)
    : meter_(number, modules) {
  meter_.module().plc_line.bind(line.here);
}

// ---- Power line and concentrator ----

PowerLine::PowerLine(std::uint32_t number, FleetModule& fleet, Modules& modules)
    : line_(numbered("power_line", number).c_str(), modules),
      concentrator_(numbered("concentrator", number).c_str(), modules) {
  concentrator_.line.bind(line_.here);
  concentrator_.fleet.bind(fleet.here);
}

void PowerLine::trace(sc_core::sc_trace_file* file) {
  trace_all(file, line_, line_.busy, line_.overlap, line_.station, line_.frame_kind,
            line_.frame_length, line_.frames, line_.collisions);
  const std::string program = concentrator_.name();
  for (const auto& shown : concentrator_.shown()) {
    sc_trace(file, shown->signal, program + "." + shown->name);
  }
}

}  // namespace models::sc

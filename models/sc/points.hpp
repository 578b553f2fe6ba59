// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <systemc>

#include "models/sc/kernel.hpp"
#include "models/sc/plc_modules.hpp"
#include "models/sc/point_modules.hpp"
#include "models/sc/probes.hpp"

namespace models::sc {

// A detailed meter and what its traces show.
class MeterSide {
 public:
  MeterSide(std::uint32_t number, Modules& modules);
  void join(MeterNode& meter, const Afe& afe);
  void trace(sc_core::sc_trace_file* file, const TraceConfig& config);
  std::uint32_t number() const { return number_; }
  MeterModule& module() { return meter_; }
  sc_core::sc_signal<bool>& rail_12v() { return rail_12v_; }

 private:
  std::uint32_t number_;
  MeterModule meter_;
  sc_core::sc_signal<bool> rail_12v_;
  const Afe* afe_ = nullptr;
  std::unique_ptr<SampleProbe> samples_;
};

class Cm1Point final : public DetailedPoint {
 public:
  Cm1Point(std::uint32_t number, FleetModule& fleet, Modules& modules);
  kernel::Agenda& meter_agenda() override { return meter_.module().agenda(); }
  kernel::Agenda& line_agenda() override { return line_.agenda(); }
  kernel::Agenda& module_agenda() override { return module_.agenda(); }
  wan::ModemPort& modem_port(wan::Modem& modem) override { return module_.join_modem(modem); }
  void join(MeterNode& meter, const Afe& afe, Rs485Line& line, Cm1Node& module) override;
  std::uint32_t number() const { return meter_.number(); }
  void trace(sc_core::sc_trace_file* file, const TraceConfig& config);

 private:
  MeterSide meter_;
  LineModule line_;
  Cm1Module module_;
};

class PlcPoint final : public DetailedPlcPoint {
 public:
  PlcPoint(std::uint32_t number, PlcLineModule& line, Modules& modules);
  kernel::Agenda& meter_agenda() override { return meter_.module().agenda(); }
  plc::Modem& plc(plc::Modem& modem) override { return meter_.module().join_plc(modem); }
  void join(MeterNode& meter, const Afe& afe) override { meter_.join(meter, afe); }
  std::uint32_t number() const { return meter_.number(); }
  void trace(sc_core::sc_trace_file* file, const TraceConfig& config) {
    meter_.trace(file, config);
  }

 private:
  MeterSide meter_;
};

class PowerLine final : public DetailedPowerLine {
 public:
  PowerLine(std::uint32_t number, FleetModule& fleet, Modules& modules);
  kernel::Agenda& line_agenda() override { return line_.agenda(); }
  kernel::Agenda& concentrator_agenda() override { return concentrator_.agenda(); }
  plc::Modem& plc(plc::Modem& modem) override { return concentrator_.join_plc(modem); }
  wan::ModemPort& uplink(wan::ModemPort& modem) override {
    return concentrator_.join_uplink(modem);
  }
  void join(plc::Medium& medium) override { line_.join(medium); }
  void show(const std::string& name, std::function<int()> value) override {
    concentrator_.show(name, std::move(value));
  }
  PlcLineModule& line() { return line_; }
  void trace(sc_core::sc_trace_file* file);

 private:
  PlcLineModule line_;
  ConcentratorModule concentrator_;
};

}  // namespace models::sc

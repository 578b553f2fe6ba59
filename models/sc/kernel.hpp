// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/core/device/cm1_node.hpp"
#include "models/core/device/meter_node.hpp"
#include "models/core/device/rs485.hpp"
#include "models/core/wan/modem.hpp"
#include "sim/core/agenda.hpp"

namespace models::sc {

// State signals of detailed points go into one VCD file; ADC samples only in [from, to).
struct TraceConfig {
  std::string path;         // without .vcd
  std::uint32_t meter = 0;  // 0: every detailed point
  sim::TimeNs samples_from = 0;
  sim::TimeNs samples_to = 0;
};

// One detailed (T1) metering point: meter, RS-485 line and communication module, each a SystemC
// module with an agenda of its own, joined by ports. The devices are the same classes as in the
// fleet; they are built on these agendas and then joined.
class DetailedPoint {
 public:
  virtual sim::Agenda& meter_agenda() = 0;
  virtual sim::Agenda& line_agenda() = 0;
  virtual sim::Agenda& module_agenda() = 0;
  // What the Cm1Node of this point takes for its modem, which lives in the fleet with its cell.
  virtual wan::ModemPort& modem_port(wan::Modem& modem) = 0;
  // Binds ports; once, before the kernel runs. The devices are no longer joined directly.
  // afe: as the meter's feed uses it, for the traced samples.
  virtual void join(MeterNode& meter, const Afe& afe, Rs485Line& line, Cm1Node& module) = 0;

 protected:
  ~DetailedPoint() = default;
};

// SystemC as time base and structure: one module for the fleet (all T2 devices, the cells and
// whoever else is on its agenda) and three for each detailed point. One kernel a process, and it
// cannot be made anew: SystemC elaborates once.
class Kernel {
 public:
  explicit Kernel(sim::Agenda& fleet);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Both before the first run_until(). The point lives as long as the kernel.
  DetailedPoint& add_point(std::uint32_t meter);
  void trace(const TraceConfig& config);

  // Runs everything due at or before the time; afterwards every agenda stands at it. Between two
  // runs the devices may be called from outside.
  void run_until(sim::TimeNs until);
  sim::TimeNs now() const;

  // SystemC reports of severity warning or above so far; the text of the first.
  std::uint64_t reports() const;
  const std::string& first_report() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace models::sc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "kernel/agenda.hpp"
#include "models/core/cm1/cm1_node.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/parts/rs485.hpp"
#include "models/core/wan/modem.hpp"
#include "plc-channel/medium/medium.hpp"

namespace models::sc {

// State signals of detailed points go into one VCD file; ADC samples only in [from, to).
struct TraceConfig {
  std::string path;         // without .vcd
  std::uint32_t meter = 0;  // 0: every detailed point
  kernel::TimeNs samples_from = 0;
  kernel::TimeNs samples_to = 0;
};

// One detailed (T1) metering point: meter, RS-485 line and communication module, each a SystemC
// module with an agenda of its own, joined by ports. The devices are the same classes as in the
// fleet; they are built on these agendas and then joined.
class DetailedPoint {
 public:
  virtual kernel::Agenda& meter_agenda() = 0;
  virtual kernel::Agenda& line_agenda() = 0;
  virtual kernel::Agenda& module_agenda() = 0;
  // What the Cm1Node of this point takes for its modem, which lives in the fleet with its cell.
  virtual wan::ModemPort& modem_port(wan::Modem& modem) = 0;
  // Binds ports; once, before the kernel runs. The devices are no longer joined directly.
  // afe: as the meter's feed uses it, for the traced samples.
  virtual void join(MeterNode& meter, const Afe& afe, Rs485Line& line, Cm1Node& module) = 0;

 protected:
  ~DetailedPoint() = default;
};

// One detailed power line: the medium and the concentrator, each a SystemC module with an agenda of
// its own. The medium object is the same as in the fleet; meters of this line that are not detailed
// stand on the line's agenda, next to their modems.
class DetailedPowerLine {
 public:
  virtual kernel::Agenda& line_agenda() = 0;
  virtual kernel::Agenda& concentrator_agenda() = 0;
  // What the concentrator takes for its modem on the line, and for that of its uplink, which lives
  // in the fleet with its cell or Ethernet.
  virtual plc::Modem& plc(plc::Modem& modem) = 0;
  virtual wan::ModemPort& uplink(wan::ModemPort& modem) = 0;
  // Follows the medium's frames, for traces; before the kernel runs, as are the numbers of the
  // concentrator that traces show.
  virtual void join(plc::Medium& medium) = 0;
  virtual void show(const std::string& name, std::function<int()> value) = 0;

 protected:
  ~DetailedPowerLine() = default;
};

// One detailed meter on a detailed power line.
class DetailedPlcPoint {
 public:
  virtual kernel::Agenda& meter_agenda() = 0;
  // What the MeterNode takes for its modem (attach_plc).
  virtual plc::Modem& plc(plc::Modem& modem) = 0;
  // As DetailedPoint::join().
  virtual void join(MeterNode& meter, const Afe& afe) = 0;

 protected:
  ~DetailedPlcPoint() = default;
};

// SystemC as time base and structure: one module for the fleet (all T2 devices, the cells and
// whoever else is on its agenda), three for each detailed point with a communication module, one
// for each on a power line, and two for that line. One kernel a process, and it
// cannot be made anew: SystemC elaborates once.
class Kernel {
 public:
  explicit Kernel(kernel::Agenda& fleet);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // All before the first run_until(). Points and lines live as long as the kernel.
  DetailedPoint& add_point(std::uint32_t meter);
  DetailedPowerLine& add_power_line(std::uint32_t number);
  DetailedPlcPoint& add_point(std::uint32_t meter, DetailedPowerLine& line);
  void trace(const TraceConfig& config);

  // Runs everything due at or before the time; afterwards every agenda stands at it. Between two
  // runs the devices may be called from outside.
  void run_until(kernel::TimeNs until);
  kernel::TimeNs now() const;

  // SystemC reports of severity warning or above so far; the text of the first.
  std::uint64_t reports() const;
  const std::string& first_report() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace models::sc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/kernel.hpp"

#include <cstdlib>
#include <systemc>
#include <vector>

#include "models/sc/agenda_module.hpp"
#include "models/sc/cm1_module.hpp"
#include "models/sc/point_modules.hpp"
#include "models/sc/probes.hpp"
#include "sim/core/assert.hpp"

// The SystemC library brings a main() that wants this; ours does without.
int sc_main(int, char**) { return 0; }

namespace models::sc {

namespace {

std::string numbered(const char* name, std::uint32_t meter) {
  return std::string(name) + "_" + std::to_string(meter);
}

class Point final : public DetailedPoint {
 public:
  Point(std::uint32_t number, FleetModule& fleet, Modules& modules)
      : number_(number),
        meter_(numbered("meter", number).c_str(), modules),
        line_(numbered("line", number).c_str(), modules),
        module_(numbered("cm1", number).c_str(), modules),
        rail_12v_(numbered("rail_12v", number).c_str()) {
    meter_.line.bind(line_.meter_end);
    meter_.rail_12v.bind(rail_12v_);
    line_.to_meter.bind(meter_.receiver);
    line_.to_module.bind(module_.receiver);
    module_.line.bind(line_.module_end);
    module_.rail_12v.bind(rail_12v_);
    module_.fleet.bind(fleet.here);
  }
  std::uint32_t number() const { return number_; }
  sim::Agenda& meter_agenda() override { return meter_.agenda(); }
  sim::Agenda& line_agenda() override { return line_.agenda(); }
  sim::Agenda& module_agenda() override { return module_.agenda(); }
  wan::ModemPort& modem_port(wan::Modem& modem) override { return module_.join_modem(modem); }

  void join(MeterNode& meter, const Afe& afe, Rs485Line& line, Cm1Node& module) override {
    afe_ = &afe;
    meter_.join(meter);
    line_.join(line);
    module_.join(module);
  }

  void trace(sc_core::sc_trace_file* file, const TraceConfig& config) {
    TWIN_ASSERT(meter_.node() != nullptr);
    line_.watch();
    const MeterNode& node = *meter_.node();
    samples_ = std::make_unique<SampleProbe>(meter_.agenda(), node, *afe_, config.samples_from,
                                             config.samples_to);
    meter_.watch(std::make_unique<PulseProbe>(meter_.agenda(), node, METER_PULSE_ACTIVE));
    meter_.watch(std::make_unique<PulseProbe>(meter_.agenda(), node, METER_PULSE_REACTIVE));
    const std::string base = meter_.name();
    sc_trace(file, meter_.mains_v, base + ".mains_v");
    sc_trace(file, meter_.supply_good, base + ".supply_good");
    sc_trace(file, meter_.power_fail, base + ".power_fail");
    sc_trace(file, meter_.relay_closed, base + ".relay_closed");
    sc_trace(file, meter_.pulses_active, base + ".pulses_active");
    sc_trace(file, meter_.pulses_reactive, base + ".pulses_reactive");
    sc_trace(file, meter_.led(METER_PULSE_ACTIVE), base + ".led_active");
    sc_trace(file, meter_.led(METER_PULSE_REACTIVE), base + ".led_reactive");
    sc_trace(file, samples_->v, base + ".v_counts");
    sc_trace(file, samples_->i, base + ".i_counts");
    const std::string pair = line_.name();
    sc_trace(file, line_.busy[0], pair + ".meter_txd");
    sc_trace(file, line_.busy[1], pair + ".module_txd");
    sc_trace(file, line_.frame_length, pair + ".frame_length");
    sc_trace(file, line_.frame_control, pair + ".frame_control");
    sc_trace(file, line_.octets_sent, pair + ".octets_sent");
    const std::string module = module_.name();
    sc_trace(file, rail_12v_, module + ".rail_12v");
    sc_trace(file, module_.led_signal, module + ".led_signal");
    sc_trace(file, module_.led_state, module + ".led_state");
    sc_trace(file, module_.modem_state, module + ".modem_state");
  }

 private:
  std::uint32_t number_;
  MeterModule meter_;
  LineModule line_;
  Cm1Module module_;
  sc_core::sc_signal<bool> rail_12v_;
  const Afe* afe_ = nullptr;
  std::unique_ptr<SampleProbe> samples_;
};

}  // namespace

struct Kernel::Parts {
  explicit Parts(sim::Agenda& agenda) : fleet("fleet", agenda, modules) {}
  Modules modules;
  FleetModule fleet;
  std::vector<std::unique_ptr<Point>> points;
  sc_core::sc_trace_file* vcd = nullptr;
  std::string first_report;
  bool started = false;
};

Kernel::Kernel(sim::Agenda& fleet) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  sc_core::sc_set_time_resolution(1, sc_core::SC_NS);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING,
                                          sc_core::SC_DISPLAY | sc_core::SC_CACHE_REPORT);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  parts_ = std::make_unique<Parts>(fleet);
}

Kernel::~Kernel() {
  if (parts_->vcd != nullptr) sc_core::sc_close_vcd_trace_file(parts_->vcd);
}

DetailedPoint& Kernel::add_point(std::uint32_t meter) {
  TWIN_ASSERT(!parts_->started, meter);
  parts_->points.push_back(std::make_unique<Point>(meter, parts_->fleet, parts_->modules));
  return *parts_->points.back();
}

void Kernel::trace(const TraceConfig& config) {
  TWIN_ASSERT(!parts_->started && parts_->vcd == nullptr);
  parts_->vcd = sc_core::sc_create_vcd_trace_file(config.path.c_str());
  parts_->vcd->set_time_unit(1, sc_core::SC_NS);
  for (const auto& point : parts_->points) {
    if (config.meter == 0 || config.meter == point->number()) point->trace(parts_->vcd, config);
  }
}

void Kernel::run_until(sim::TimeNs until) {
  Parts& parts = *parts_;
  TWIN_ASSERT(until >= now(), until, now());
  if (!parts.started) {
    parts.started = true;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  parts.modules.rearm();
  if (until > now()) sc_core::sc_start(to_sc_time(until - now()));
  // What is due at `until` itself, and what that causes at the same instant.
  while (sc_core::sc_pending_activity_at_current_time() ||
         sc_core::sc_time_to_pending_activity() == sc_core::SC_ZERO_TIME) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  for (AgendaModule* module : parts.modules.all()) module->finish_slice(until);
}

sim::TimeNs Kernel::now() const { return sc_now(); }

std::uint64_t Kernel::reports() const {
  using Handler = sc_core::sc_report_handler;
  return static_cast<std::uint64_t>(Handler::get_count(sc_core::SC_WARNING) +
                                    Handler::get_count(sc_core::SC_ERROR) +
                                    Handler::get_count(sc_core::SC_FATAL));
}

const std::string& Kernel::first_report() const {
  const sc_core::sc_report* report = sc_core::sc_report_handler::get_cached_report();
  if (parts_->first_report.empty() && report != nullptr) parts_->first_report = report->get_msg();
  return parts_->first_report;
}

}  // namespace models::sc

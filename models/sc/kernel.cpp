// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/kernel.hpp"

#include <cstdlib>
#include <systemc>
#include <vector>

#include "kernel/assert.hpp"
#include "models/sc/agenda_module.hpp"
#include "models/sc/points.hpp"

// The SystemC library brings a main() that wants this; ours does without.
int sc_main(int, char**) { return 0; }

namespace models::sc {

struct Kernel::Parts {
  explicit Parts(kernel::Agenda& agenda) : fleet("fleet", agenda, modules) {}
  Modules modules;
  FleetModule fleet;
  std::vector<std::unique_ptr<Cm1Point>> points;
  std::vector<std::unique_ptr<PowerLine>> power_lines;
  std::vector<std::unique_ptr<PlcPoint>> plc_points;
  sc_core::sc_trace_file* vcd = nullptr;
  std::string first_report;
  bool started = false;
};

Kernel::Kernel(kernel::Agenda& fleet) {
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
  parts_->points.push_back(std::make_unique<Cm1Point>(meter, parts_->fleet, parts_->modules));
  return *parts_->points.back();
}

DetailedPowerLine& Kernel::add_power_line(std::uint32_t number) {
  TWIN_ASSERT(!parts_->started, number);
  parts_->power_lines.push_back(
      std::make_unique<PowerLine>(number, parts_->fleet, parts_->modules));
  return *parts_->power_lines.back();
}

DetailedPlcPoint& Kernel::add_point(std::uint32_t meter, DetailedPowerLine& line) {
  TWIN_ASSERT(!parts_->started, meter);
  PlcLineModule& module = static_cast<PowerLine&>(line).line();
  parts_->plc_points.push_back(std::make_unique<PlcPoint>(meter, module, parts_->modules));
  return *parts_->plc_points.back();
}

void Kernel::trace(const TraceConfig& config) {
  TWIN_ASSERT(!parts_->started && parts_->vcd == nullptr);
  parts_->vcd = sc_core::sc_create_vcd_trace_file(config.path.c_str());
  parts_->vcd->set_time_unit(1, sc_core::SC_NS);
  const auto wanted = [&](std::uint32_t meter) {
    return config.meter == 0 || config.meter == meter;
  };
  for (const auto& point : parts_->points) {
    if (wanted(point->number())) point->trace(parts_->vcd, config);
  }
  for (const auto& point : parts_->plc_points) {
    if (wanted(point->number())) point->trace(parts_->vcd, config);
  }
  for (const auto& line : parts_->power_lines) line->trace(parts_->vcd);
}

void Kernel::run_until(kernel::TimeNs until) {
  Parts& parts = *parts_;
  TWIN_ASSERT(until >= now(), until, now());
  if (!parts.started) {
    parts.started = true;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
  parts.modules.rearm();
  if (until > now()) sc_core::sc_start(to_sc_time(until - now()));
  parts.modules.rethrow();
  // What is due at `until` itself, and what that causes at the same instant.
  while (sc_core::sc_pending_activity_at_current_time() ||
         sc_core::sc_time_to_pending_activity() == sc_core::SC_ZERO_TIME) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    parts.modules.rethrow();
  }
  for (AgendaModule* module : parts.modules.all()) module->finish_slice(until);
}

kernel::TimeNs Kernel::now() const { return sc_now(); }

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

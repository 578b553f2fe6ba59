// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/agenda_module.hpp"

namespace models::sc {

void Modules::rearm() {
  for (AgendaModule* module : all_) module->rearm();
}

AgendaModule::AgendaModule(const sc_core::sc_module_name& name, kernel::Agenda& agenda,
                           Modules& modules)
    : sc_core::sc_module(name), agenda_(agenda), modules_(modules), mailbox_(agenda) {
  modules.add(*this);
  SC_METHOD(run);
  sensitive << wake_;
}

void AgendaModule::run() {
  try {
    run_due();
  } catch (...) {
    // SystemC would put the names of processes around what was said.
    modules_.fail(std::current_exception());
    sc_core::sc_stop();
    return;
  }
  armed_ns_ = kernel::kNever;
  modules_.rearm();
}

void AgendaModule::enter() {
  if (!running_ && agenda_.now() < sc_now()) run_due();
}

void AgendaModule::rearm() {
  const kernel::TimeNs next = agenda_.next();
  if (next == armed_ns_ || running_) return;
  wake_.cancel();
  armed_ns_ = next;
  if (next == kernel::kNever) return;
  const kernel::TimeNs now = sc_now();
  wake_.notify(to_sc_time(next > now ? next - now : 0));
}

void AgendaModule::finish_slice(kernel::TimeNs until) {
  if (agenda_.now() < until) agenda_.run_until(until);
}

}  // namespace models::sc

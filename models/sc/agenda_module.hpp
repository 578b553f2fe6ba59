// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <systemc>
#include <utility>
#include <vector>

#include "kernel/agenda.hpp"

namespace models::sc {

inline sc_core::sc_time to_sc_time(kernel::TimeNs ns) {
  // The resolution is 1 ns, so the raw value is the number of nanoseconds.
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(ns));
}
inline kernel::TimeNs sc_now() {
  return static_cast<kernel::TimeNs>(sc_core::sc_time_stamp().value());
}

// Something a module shows. A device may be called from another module's process, so the kernel's
// check for a single writer does not apply.
template <typename T>
using StateSignal = sc_core::sc_signal<T, sc_core::SC_UNCHECKED_WRITERS>;

// Calls that came while their device was busy: kept for its agenda's next turn.
class Mailbox final : private kernel::Entity {
 public:
  explicit Mailbox(kernel::Agenda& agenda) : timer_(agenda, *this, kLast, kWhat) {}
  void post(std::function<void()> call) {
    calls_.push_back(std::move(call));
    timer_.arm(sc_now());
  }

 private:
  static constexpr kernel::EntityId kLast = 0xFFFFFFFFu;  // after the device's own timers
  static constexpr std::uint32_t kWhat = 0;
  void on_time(kernel::TimeNs, std::uint32_t) override {
    std::vector<std::function<void()>> calls;
    calls.swap(calls_);
    for (const auto& call : calls) call();
  }
  kernel::Timer timer_;
  std::vector<std::function<void()>> calls_;
};

class AgendaModule;

// All agenda modules of a kernel. A call from one module's process may put something into another
// one's agenda; after every process turn each module looks whether its next time has moved.
class Modules {
 public:
  void add(AgendaModule& module) { all_.push_back(&module); }
  void rearm();
  const std::vector<AgendaModule*>& all() const { return all_; }
  // What a process threw, for whoever runs the kernel.
  void fail(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::vector<AgendaModule*> all_;
};

// One SC_METHOD and one sc_event on an agenda: runs what is due and waits for the next.
// The order of SystemC processes at one instant is an accident of its event heap; nothing here
// depends on it, because whoever calls into another module first runs what is due there (enter).
class AgendaModule : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(AgendaModule);
  AgendaModule(const sc_core::sc_module_name& name, kernel::Agenda& agenda, Modules& modules);

  kernel::Agenda& agenda() { return agenda_; }
  // Brings the agenda to the present, from another module's process.
  void enter();
  // An upcall into this module's device. At once, as on a plain agenda; only when the device is
  // itself in the middle of a turn it waits for the end of that, so that upcalls never nest.
  template <typename Call>
  void call(Call&& upcall) {
    if (running_) {
      mailbox_.post(std::forward<Call>(upcall));
      return;
    }
    enter();
    turn(upcall);
  }
  // Sets the event to the agenda's next time.
  void rearm();
  // After the last event of a slice: only moves the agenda's clock.
  void finish_slice(kernel::TimeNs until);

 protected:
  // State signals follow the devices.
  virtual void refresh() {}

 private:
  void run();
  template <typename Work>
  void turn(const Work& work) {
    running_ = true;
    work();
    running_ = false;
    refresh();
  }
  void run_due() {
    turn([this] { agenda_.run_until(sc_now()); });
  }

  kernel::Agenda& agenda_;
  Modules& modules_;
  Mailbox mailbox_;
  sc_core::sc_event wake_;
  kernel::TimeNs armed_ns_ = kernel::kNever;
  bool running_ = false;
};

}  // namespace models::sc

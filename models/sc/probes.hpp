// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "kernel/agenda.hpp"
#include "models/core/afe/afe.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/sc/agenda_module.hpp"

namespace models::sc {

// The ADC's counts as state signals, inside [from, to) only. The front end is a pure function of
// state and window, so asking it again shows what the meter gets, sample by sample. Samples are
// laid evenly over their window.
class SampleProbe final : private kernel::Entity {
 public:
  SampleProbe(kernel::Agenda& agenda, const MeterNode& node, const Afe& afe, kernel::TimeNs from,
              kernel::TimeNs to);
  StateSignal<int> v;
  StateSignal<int> i;

 private:
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void take_window(kernel::TimeNs now);

  const MeterNode& node_;
  const Afe& afe_;
  kernel::TimeNs to_;
  kernel::Timer timer_;
  SampleBuffer buffer_;
  meter_window window_{};
  kernel::TimeNs start_ns_ = 0;
  kernel::TimeNs length_ns_ = 0;
  std::size_t n_changes_ = 0;  // known when the window was taken
};

// The pulse LED of one output: lit 20 ms a pulse (IEC 62053-31 at 1 000 imp/kWh and 72 kW).
class PulseProbe final : private kernel::Entity {
 public:
  PulseProbe(kernel::Agenda& agenda, const MeterNode& node, meter_pulse_output output);
  // The firmware may have announced new pulses.
  void look();
  StateSignal<bool> led;

 private:
  static constexpr kernel::TimeNs kLitNs = 20 * kernel::kNsPerMs;
  void on_time(kernel::TimeNs now, std::uint32_t what) override;

  kernel::Agenda& agenda_;
  const MeterNode& node_;
  meter_pulse_output output_;
  kernel::Timer timer_;
};

}  // namespace models::sc

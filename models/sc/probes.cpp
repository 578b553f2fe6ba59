// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/sc/probes.hpp"

#include <algorithm>

#include "models/core/grid/mains.hpp"

namespace models::sc {

namespace {

// After everything the meter itself does at that instant.
constexpr std::uint32_t kSampleWhat = 200;
constexpr std::uint32_t kPulseWhat = 201;

}  // namespace

SampleProbe::SampleProbe(kernel::Agenda& agenda, const MeterNode& node, const Afe& afe,
                         kernel::TimeNs from, kernel::TimeNs to)
    : v("v_counts"),
      i("i_counts"),
      node_(node),
      afe_(afe),
      to_(to),
      timer_(agenda, *this, node_id(node.meter(), kNodeMeter), kSampleWhat) {
  if (from < to) timer_.arm(from);
}

void SampleProbe::take_window(kernel::TimeNs now) {
  const SupplyPoint& supply = node_.feed().supply();
  const std::int64_t number = supply.mains().step_at(now);
  const MainsStep& step = supply.mains().step(number);
  length_ns_ = step.window_ns;
  start_ns_ = step.start_ns + (now - step.start_ns) / length_ns_ * length_ns_;
  SwitchState switches;
  const ChangeLog& changes = node_.feed().changes();
  for (std::size_t n = 0; n < changes.size() && changes[n].at <= start_ns_; ++n) {
    if (changes[n].kind != ElectricalChange::Kind::power) switches.apply(changes[n]);
  }
  n_changes_ = changes.size();
  const std::vector<StatePiece> pieces =
      supply.pieces(number, supply.load(number), switches, changes, start_ns_);
  window_ = afe_.sample(pieces, start_ns_, length_ns_, afe_.noise(), buffer_);
}

void SampleProbe::on_time(kernel::TimeNs now, std::uint32_t) {
  const bool over = length_ns_ == 0 || now >= start_ns_ + length_ns_;
  if (over || node_.feed().changes().size() != n_changes_) take_window(now);
  const std::int64_t count = window_.n_samples;
  const std::int64_t n = (now - start_ns_) * count / length_ns_;
  v.write(window_.channel[METER_V1][n]);
  i.write(window_.channel[METER_I1][n]);
  const kernel::TimeNs next = start_ns_ + ((n + 1) * length_ns_ + count - 1) / count;
  timer_.arm(next < to_ ? next : kernel::kNever);
}

PulseProbe::PulseProbe(kernel::Agenda& agenda, const MeterNode& node, meter_pulse_output output)
    : led(output == METER_PULSE_ACTIVE ? "led_active" : "led_reactive"),
      agenda_(agenda),
      node_(node),
      output_(output),
      timer_(agenda, *this, node_id(node.meter(), kNodeMeter),
             kPulseWhat + static_cast<std::uint32_t>(output)) {}

void PulseProbe::look() {
  const kernel::TimeNs now = agenda_.now();
  const PulseOutput& pulses = node_.board().pulses.output(output_);
  const kernel::TimeNs last = pulses.last_pulse(now);
  const bool lit = last != kernel::kNever && now - last < kLitNs;
  led.write(lit);
  const kernel::TimeNs next = pulses.next_pulse(now);
  timer_.arm(lit ? std::min(next, last + kLitNs) : next);
}

void PulseProbe::on_time(kernel::TimeNs, std::uint32_t) { look(); }

}  // namespace models::sc

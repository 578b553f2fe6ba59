// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/truth/truth.hpp"

#include <algorithm>

namespace sim::run {
namespace {

constexpr double kNsPerHourDouble = 3600e9;
constexpr double kUnit = 1;  // registers show whole Wh and varh

void add(RegisterValues& sum, const RegisterValues& x, double factor) {
  for (std::size_t r = 0; r < kQuantities; ++r) sum[r] += factor * x[r];
}

}  // namespace

Truth operator-(const Truth& to, const Truth& from) {
  Truth span = to;
  add(span.exact, from.exact, -1);
  add(span.bounds.low, from.bounds.low, -1);
  add(span.bounds.high, from.bounds.high, -1);
  span.bounds.reactive_low -= from.bounds.reactive_low;
  span.bounds.reactive_high -= from.bounds.reactive_high;
  span.powered_ns -= from.powered_ns;
  span.unknown_ns -= from.unknown_ns;
  return span;
}

void TruthMeter::Sum::add(double x) {
  const double sum = value + x;
  const bool x_smaller = (value < 0 ? -value : value) >= (x < 0 ? -x : x);
  lost += x_smaller ? (value - sum) + x : (x - sum) + value;
  value = sum;
}

TruthMeter::TruthMeter(const models::SupplyPoint& supply, const models::ChangeLog& changes)
    : supply_(supply), changes_(changes) {}

void TruthMeter::refresh_flow() {
  if (flow_valid_) return;
  if (load_step_ != step_) {
    load_ = supply_.load(step_);
    load_step_ = step_;
  }
  state_ = supply_.state(step_, load_, switches_);
  const Flow flow = flow_of(state_);
  exact_w_ = exact_of(flow);
  bounds_w_ = bounds_of(flow);
  flow_valid_ = true;
}

void TruthMeter::integrate(kernel::TimeNs duration_ns) {
  refresh_flow();
  const double hours = static_cast<double>(duration_ns) / kNsPerHourDouble;
  for (std::size_t r = 0; r < kQuantities; ++r) {
    exact_[r].add(exact_w_[r] * hours);
    truth_.exact[r] = exact_[r].total();
  }
  add(truth_.bounds.low, bounds_w_.low, hours);
  add(truth_.bounds.high, bounds_w_.high, hours);
  truth_.bounds.reactive_low += bounds_w_.reactive_low * hours;
  truth_.bounds.reactive_high += bounds_w_.reactive_high * hours;
  if (span_) span_(state_, hours);
  truth_.powered_ns += duration_ns;
  if (!load_.known) truth_.unknown_ns += duration_ns;
}

// One window with relay or sag in it, span by span. What it began with holds again at its end: the
// next window applies all that was due before it.
void TruthMeter::integrate_changing(kernel::TimeNs start, kernel::TimeNs end) {
  const models::SwitchState at_start = switches_;
  for (std::size_t k = next_change_; k < changes_.size() && changes_[k].at < end; ++k) {
    if (!changes_[k].splits_windows()) continue;
    integrate(changes_[k].at - start);
    start = changes_[k].at;
    switches_.apply(changes_[k]);
    flow_valid_ = false;
  }
  integrate(end - start);
  switches_ = at_start;
  flow_valid_ = false;
}

const Truth& TruthMeter::advance(kernel::TimeNs now) {
  for (;;) {
    const models::MainsStep& step = supply_.mains().step(step_);
    const kernel::TimeNs start = step.start_ns + window_ * step.window_ns;
    kernel::TimeNs n =
        std::min<kernel::TimeNs>(step.n_windows - window_, (now - start) / step.window_ns);
    if (n <= 0) return truth_;
    while (next_change_ < changes_.size() && changes_[next_change_].at <= start) {
      switches_.apply(changes_[next_change_++]);
      flow_valid_ = false;
    }
    for (std::size_t k = next_change_; k < changes_.size(); ++k) {
      const kernel::TimeNs to_change = changes_[k].at - start;
      if (to_change >= n * step.window_ns) break;
      n = changes_[k].splits_windows() ? to_change / step.window_ns
                                       : std::min(n, (to_change - 1) / step.window_ns + 1);
    }
    if (n == 0) {
      n = 1;
      if (switches_.power_on) integrate_changing(start, start + step.window_ns);
    } else if (switches_.power_on) {
      integrate(n * step.window_ns);
    }
    window_ += n;
    if (window_ == step.n_windows) {
      ++step_;
      window_ = 0;
      flow_valid_ = false;
    }
  }
}

std::uint32_t wrong_registers(const Truth& span, const RegisterValues& registered) {
  std::uint32_t wrong = 0;
  double reactive = 0;
  double reactive_unit = 0;
  for (std::size_t r = 0; r < kQuantities; ++r) {
    if (registered[r] < span.bounds.low[r] - kUnit || registered[r] > span.bounds.high[r] + kUnit) {
      wrong |= 1u << r;
    }
    const auto& quantity = protocol::cosem::kQuantityTable[r];
    if (quantity.power != protocol::cosem::Power::reactive || !quantity.single_quadrant()) continue;
    reactive += registered[r];
    // Each register that moves is cut to whole units for itself; one that should stand still may
    // have been a hair below its next unit, which its own check above allows.
    if (span.bounds.high[r] > 0 || registered[r] > 0) reactive_unit += kUnit;
  }
  reactive_unit = std::max(reactive_unit, kUnit);
  if (reactive < span.bounds.reactive_low - reactive_unit ||
      reactive > span.bounds.reactive_high + reactive_unit) {
    wrong |= 1u << kQuantities;
  }
  return wrong;
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/feed.hpp"

#include <algorithm>
#include <cstddef>

#include "kernel/assert.hpp"
#include "meter/dsp/half_cycles.hpp"
#include "meter/dsp/window_sums.hpp"

namespace models {
namespace {

// Sums and behind them, where the voltage changes, the half cycles of all phases.
struct ChangingWindow {
  meter_sums sums;
  meter_half_cycle halves[kMaxPhases * meter::dsp::kMostHalfCycles];
};

bool voltage_changes(const std::vector<StatePiece>& pieces) {
  return std::ranges::any_of(pieces, [&](const StatePiece& piece) {
    return !(piece.state.v[0][0] == pieces.front().state.v[0][0]);
  });
}

void add_half_cycles(const meter_window& window, ChangingWindow& out) {
  std::uint32_t n = 0;
  for (std::uint32_t element = 0; element < out.sums.n_elements; ++element) {
    meter::dsp::HalfCycles squares;
    const auto halves =
        meter::dsp::half_cycles(window, static_cast<meter_channel>(METER_V1 + element), squares);
    for (std::uint32_t k = 0; k < halves; ++k) {
      const auto start = [&](std::uint64_t half) {
        return static_cast<std::uint32_t>(half * window.length_q16 / halves);
      };
      const std::uint32_t samples = (start(k + 1) >> 16) - (start(k) >> 16);
      out.halves[n++] = {element, start(k), samples, 0, squares[k] * samples, 0};
    }
  }
  out.sums.half_cycles = {n, sizeof(meter_half_cycle), offsetof(ChangingWindow, halves)};
}

}  // namespace

ElectricalFeed::ElectricalFeed(const SupplyPoint& supply, const Afe& afe, FeedTier tier)
    : supply_(supply), afe_(afe), tier_(tier) {}

kernel::TimeNs ElectricalFeed::next_window_start() const {
  const MainsStep& step = supply_.mains().step(step_);
  return step.start_ns + window_ * step.window_ns;
}

kernel::TimeNs ElectricalFeed::next_window_end() const {
  return next_window_start() + supply_.mains().step(step_).window_ns;
}

void ElectricalFeed::add(kernel::TimeNs at, ElectricalChange::Kind kind, double value) {
  // A window delivered, or a change applied to it, cannot be taken back. What acts with a window's
  // begin may lie in the one before.
  const ElectricalChange change{at, kind, value};
  const kernel::TimeNs start = next_window_start();
  const kernel::TimeNs length = supply_.mains().step(step_).window_ns;
  TWIN_ASSERT(change.splits_windows() ? at >= start : at > start - length, at);
  log_.add(change);
}

void ElectricalFeed::set_relay(kernel::TimeNs at, bool closed) {
  add(at, ElectricalChange::Kind::relay, closed ? 1 : 0);
}

void ElectricalFeed::set_power(kernel::TimeNs at, bool on) {
  add(at, ElectricalChange::Kind::power, on ? 1 : 0);
}

void ElectricalFeed::set_sag(kernel::TimeNs from, kernel::TimeNs to, double factor) {
  TWIN_ASSERT(from <= to && factor >= 0, from, to, factor);
  add(from, ElectricalChange::Kind::sag, factor);
  add(to, ElectricalChange::Kind::sag, 1);
}

void ElectricalFeed::divert(kernel::TimeNs from, kernel::TimeNs to, ElectricalChange::Kind kind,
                            double share) {
  TWIN_ASSERT(from <= to && share >= 0 && share <= 1, from, to, share);
  add(from, kind, share);
  add(to, kind, 1);
}

void ElectricalFeed::apply_changes(kernel::TimeNs window_start) {
  const SwitchState before = switches_;
  while (next_change_ < log_.size() && log_[next_change_].at <= window_start) {
    switches_.apply(log_[next_change_++]);
  }
  if (!(switches_ == before)) state_valid_ = false;
  if (!switches_.power_on) last_.start_ns = -1;
}

// How many windows from the next one on have ended at `now`, share its step and see no change; none
// when one acts inside the next one.
std::int64_t ElectricalFeed::windows_until(kernel::TimeNs now) const {
  const MainsStep& step = supply_.mains().step(step_);
  const kernel::TimeNs start = next_window_start();
  std::int64_t n = std::min<std::int64_t>((now - start) / step.window_ns, step.n_windows - window_);
  for (std::size_t k = next_change_; k < log_.size(); ++k) {
    const kernel::TimeNs to_change = log_[k].at - start;
    if (to_change >= n * step.window_ns) break;
    const kernel::TimeNs waits = log_[k].splits_windows() ? 0 : step.window_ns - 1;
    n = std::min(n, (to_change + waits) / step.window_ns);
  }
  return n;
}

void ElectricalFeed::advance(kernel::TimeNs now, WindowSink& sink) {
  while (next_window_end() <= now) {
    apply_changes(next_window_start());
    const std::int64_t n = windows_until(now);
    if (switches_.power_on && n > 0) deliver(n, sink);
    if (switches_.power_on && n == 0) deliver_changing(sink);
    window_ += std::max<std::int64_t>(n, 1);
    if (window_ == supply_.mains().step(step_).n_windows) {
      ++step_;
      window_ = 0;
      state_valid_ = false;
    }
  }
}

void ElectricalFeed::keep_last(std::int64_t nth) {
  last_ = {next_window_start() + nth * supply_.mains().step(step_).window_ns, step_, switches_};
}

bool ElectricalFeed::sample_last(SampleBuffer& buffer, meter_window& window) const {
  if (last_.start_ns < 0) return false;
  std::vector<StatePiece> pieces =
      supply_.pieces(last_.step, supply_.load(last_.step), last_.switches, log_, last_.start_ns);
  for (StatePiece& piece : pieces) piece.state.with_neutral = true;
  window =
      afe_.sample(pieces, last_.start_ns, supply_.mains().step(last_.step).window_ns, true, buffer);
  return true;
}

void ElectricalFeed::refresh_state() {
  if (state_valid_) return;
  if (load_step_ != step_) {
    load_ = supply_.load(step_);
    load_step_ = step_;
  }
  state_ = supply_.state(step_, load_, switches_);
  state_valid_ = true;
  sums_of_ = 0;
}

// Sums of the first window of this electrical state: which one that is follows from step and
// changes alone, never from when somebody reads.
void ElectricalFeed::refresh_sums() {
  if (sums_of_ == afe_.parts()) return;
  const MainsStep& step = supply_.mains().step(step_);
  if (tier_ == FeedTier::fleet) {
    sums_ = afe_.sums(state_, next_window_start(), step.window_ns);
  } else {
    SampleBuffer buffer;
    sums_ = meter::dsp::window_sums(
        afe_.sample(state_, next_window_start(), step.window_ns, false, buffer));
  }
  afe_.add_sum_noise(state_, step_, step.n_windows, sums_);
  sums_of_ = afe_.parts();
}

void ElectricalFeed::deliver(std::int64_t n, WindowSink& sink) {
  refresh_state();
  if (tier_ == FeedTier::detailed) {
    deliver_samples(n, sink);
    return;
  }
  refresh_sums();
  keep_last(n - 1);
  sink.on_sums(sums_, static_cast<std::uint32_t>(n));
}

void ElectricalFeed::deliver_samples(std::int64_t n, WindowSink& sink) {
  const kernel::TimeNs length = supply_.mains().step(step_).window_ns;
  SampleBuffer buffer;
  for (std::int64_t w = 0; w < n; ++w) {
    keep_last(w);
    sink.on_samples(afe_.sample(state_, next_window_start() + w * length, length, true, buffer));
  }
}

// One window in which relay or sag act: the samples of both sides, in either tier.
void ElectricalFeed::deliver_changing(WindowSink& sink) {
  refresh_state();
  keep_last(0);
  const kernel::TimeNs start = next_window_start();
  const MainsStep& step = supply_.mains().step(step_);
  const std::vector<StatePiece> pieces = supply_.pieces(step_, load_, switches_, log_, start);
  const bool detailed = tier_ == FeedTier::detailed;
  SampleBuffer buffer;
  const meter_window window = afe_.sample(pieces, start, step.window_ns, detailed, buffer);
  if (detailed) return sink.on_samples(window);
  ChangingWindow changing;
  changing.sums = meter::dsp::window_sums(window);
  afe_.add_sum_noise(state_, step_, step.n_windows, changing.sums);
  if (voltage_changes(pieces)) add_half_cycles(window, changing);
  sink.on_sums(changing.sums, 1);
}

}  // namespace models

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/window_feed.hpp"

#include <algorithm>
#include <utility>

#include "meter/dsp/window_sums.hpp"
#include "models/core/grid/mains.hpp"

namespace models {

WindowFeed::WindowFeed(DeviceLife& life, UpcallGate& gate, kernel::Entity& entity,
                       kernel::EntityId id, std::uint32_t what,
                       std::unique_ptr<ElectricalFeed> feed, Pace pace)
    : life_(life),
      gate_(gate),
      timer_(life.agenda, entity, id, what),
      feed_(std::move(feed)),
      pace_(pace) {
  feed_->set_power(life_.now(), false);
}

namespace {

// Of counts that jump between the ends of the scale.
meter_sums full_scale(meter_sums sums) {
  constexpr double kFullScale2 = 8'388'608.0 * 8'388'608.0;
  for (std::uint32_t k = 0; k < sums.n_elements; ++k) {
    const double all = kFullScale2 * sums.n_samples;
    sums.element[k] = {all, all, all, 0};
  }
  return sums;
}

}  // namespace

void WindowFeed::arm(kernel::TimeNs now) {
  kernel::TimeNs watched = kernel::kNever;
  if (watched_until_ != 0 && feed_->next_window_end() <= watched_until_) {
    watched = feed_->next_window_end();
  } else {
    watched_until_ = 0;
  }
  switch (watched_ ? Pace::every_window : pace_) {
    case Pace::every_window:
      return timer_.arm(feed_->next_window_end());
    case Pace::every_step:
      return timer_.arm(std::min((now / kGridStepNs + 1) * kGridStepNs, watched));
    case Pace::on_demand:
      if (watched != kernel::kNever) timer_.arm(watched);
      return;
  }
}

void WindowFeed::watch(kernel::TimeNs now) {
  const MainsSchedule& schedule = feed_->supply().mains();
  const kernel::TimeNs end = feed_->next_window_end();
  watched_until_ = end + schedule.step(schedule.step_at(end)).window_ns;
  arm(now);
}

void WindowFeed::power_on(kernel::TimeNs now) {
  feed_->advance(now, *this);  // passes over the windows of the outage
  feed_->set_power(now, true);
}

void WindowFeed::on_sums(const meter_sums& sums, std::uint32_t n_repeats) {
  if (!life_.running) return;
  if (spoil_) {
    spoil_ = false;
    on_sums(full_scale(sums), 1);
    if (n_repeats == 1) return;
    --n_repeats;
  }
  windows_ += n_repeats;
  gate_.within("on_sums", &meter_firmware::on_sums, &sums, n_repeats);
}

void WindowFeed::on_samples(const meter_window& window) {
  if (!life_.running) return;
  // Who takes no samples gets the sums of the same ones.
  if (spoil_ || (gate_.firmware().capabilities & METER_TAKES_SAMPLES) == 0) {
    return on_sums(meter::dsp::window_sums(window), 1);
  }
  ++windows_;
  gate_.within("on_samples", &meter_firmware::on_samples, &window);
}

// Start of the window that contains now: the first one not delivered.
kernel::TimeNs WindowFeed::window_start(kernel::TimeNs now) const {
  const MainsSchedule& schedule = feed_->supply().mains();
  const MainsStep& step = schedule.step(schedule.step_at(now));
  return step.start_ns + (now - step.start_ns) / step.window_ns * step.window_ns;
}

}  // namespace models

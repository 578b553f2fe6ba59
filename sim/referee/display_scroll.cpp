// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/display_scroll.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sim::run {
namespace {

// As a display comes from the production line, seconds.
constexpr double kSelfTestS = 3;
constexpr double kLongPressS = 2;
constexpr double kScrollS = 10;
constexpr double kReturnS = 60;
constexpr double kAwakeS = 10;  // on the battery, after a press
constexpr double kDebounceS = 0.02;
constexpr double kSlackS = 0.05;

// Seconds since the boot, by the meter's own count.
struct Press {
  double from;
  double to;
};

std::vector<Press> presses_of(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs booted,
                              double rate) {
  const auto uptime_s = [&](double since_boot_s) { return rate * since_boot_s; };
  std::vector<Press> presses;  // one who presses while another holds it is not felt
  for (const Event& event : scenario.events) {
    if (event.type != EventType::button || !event.meters.contains(meter)) continue;
    if (event.at < booted) continue;
    const double from = 1e-9 * static_cast<double>(event.at - booted);
    const double to = from + event.duration_ms / 1000;
    if (to - from < kDebounceS) continue;
    if (!presses.empty() && from <= presses.back().to) {
      presses.back().to = std::max(presses.back().to, to);
    } else {
      presses.push_back({from, to});
    }
  }
  for (Press& press : presses) {
    press = {uptime_s(press.from + kDebounceS), uptime_s(press.to + kDebounceS)};
  }
  return presses;
}

class Walk {
 public:
  explicit Walk(double now) : now_(now) { turn_at(kSelfTestS); }

  void press(const Press& press) {
    if (now_ < press.from - kSlackS) return;
    if (press.to - press.from > kLongPressS - kSlackS) turn_at(press.from + kLongPressS);
    if (now_ < press.to - kSlackS) {
      held_ = true;
      scroll_.full = scroll_.full || now_ - press.from >= kLongPressS;
      return;
    }
    turn_at(press.to);
    settle(press.to);
    const double held = press.to - press.from;
    scroll_.open = scroll_.open || std::fabs(held - kLongPressS) < kSlackS;
    if (held >= kLongPressS) {
      scroll_.service = !scroll_.service;
      page_ = 0;
    } else {
      page_ = manual_ ? page_ + 1 : 0;
    }
    manual_ = true;
    released_ = press.to;
  }

  // From then on on the battery: nobody is at the button any more.
  void sleep(double at) {
    asleep_ = true;
    manual_ = false;
    scroll_.full = scroll_.service = false;
    turn_at(at);
  }

  Scroll scroll() {
    const bool held = held_;
    if (asleep_ && !held) {
      if (manual_) turn_at(released_ + kAwakeS);
      scroll_.dark = !manual_ || now_ >= released_ + kAwakeS;
    }
    settle(now_);
    if (manual_) turn_at(released_ + kReturnS);
    scroll_.full = scroll_.full || now_ < kSelfTestS;
    const auto turn = [&](double slack) {
      return manual_ ? page_ : static_cast<std::int64_t>((now_ - since_ + slack) / kScrollS);
    };
    scroll_.first = std::max<std::int64_t>(0, turn(-kSlackS));
    scroll_.last = turn(kSlackS);
    return scroll_;
  }

 private:
  void turn_at(double at) { scroll_.open = scroll_.open || std::fabs(now_ - at) < kSlackS; }
  void settle(double at) {
    if (!manual_ || at < released_ + kReturnS) return;
    manual_ = false;
    scroll_.service = false;
    since_ = released_ + kReturnS;
  }

  double now_;
  Scroll scroll_;
  bool manual_ = false;
  bool asleep_ = false;
  bool held_ = false;
  std::int64_t page_ = 0;
  double released_ = 0;
  double since_ = 0;
};

}  // namespace

Scroll scroll_at(const Scenario& scenario, std::uint32_t meter, const PoweredSpan& powered,
                 kernel::TimeNs at, std::int64_t uptime_us) {
  const double rate = 1e3 * static_cast<double>(uptime_us) / static_cast<double>(at - powered.on);
  const double sleeps = at < powered.off
                            ? std::numeric_limits<double>::infinity()
                            : rate * 1e-9 * static_cast<double>(powered.off - powered.on);
  Walk walk(1e-6 * static_cast<double>(uptime_us));
  bool asleep = false;
  for (const Press& press : presses_of(scenario, meter, powered.on, rate)) {
    if (!asleep && press.to >= sleeps) {
      walk.sleep(sleeps);
      asleep = true;
    }
    if (!asleep || press.from >= sleeps) walk.press(press);
  }
  if (!asleep && at >= powered.off) walk.sleep(sleeps);
  return walk.scroll();
}

}  // namespace sim::run

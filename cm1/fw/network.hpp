// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// Delays between tries: doubled after each failure up to a cap, and drawn from the upper half of
// the step, so that modules which failed together do not come back together (GSMA TS.34: devices
// shall randomise and back off).
class Backoff {
 public:
  constexpr Backoff(std::int64_t first_us, std::int64_t cap_us)
      : first_us_(first_us), cap_us_(cap_us) {}

  std::int64_t next_us(const Platform& platform) {
    step_us_ = step_us_ == 0 ? first_us_ : std::min(step_us_ * 2, cap_us_);
    ++failures_;
    return step_us_ / 2 + platform.random_delay_us(step_us_ / 2);
  }
  void reset() { step_us_ = failures_ = 0; }
  // In a row, since the last reset.
  std::int64_t failures() const { return failures_; }

 private:
  std::int64_t first_us_;
  std::int64_t cap_us_;
  std::int64_t step_us_ = 0;
  std::int64_t failures_ = 0;
};

// Brings the modem on line and keeps it there: spread after power on, patience for each step,
// randomised backoff, a fresh PDP context or modem restart when nothing else helps.
class Network {
 public:
  explicit Network(const Platform& platform) : platform_(platform) {}

  void start(const cm1_provision& provision);
  void on_modem(cm1_modem_state state);
  void on_time();
  std::int64_t deadline_us() const { return deadline_us_; }
  // On line, but connections keep failing: the context may be dead on the network's side.
  void renew();

  bool online() const { return step_ == Step::online; }
  bool powered() const { return powered_; }
  std::uint32_t failures() const { return failures_; }
  std::uint32_t restarts() const { return restarts_; }

 private:
  enum class Step : std::uint8_t { off, waiting, booting, connecting, online };

  void go(Step step, std::int64_t patience_us);
  void power_on();
  void connect();
  void fail();

  const Platform& platform_;
  const char* apn_ = "";
  Step step_ = Step::off;
  bool powered_ = false;
  // An operator bears some tens of PDP activations an hour, not more.
  Backoff backoff_{15 * kUsPerSecond, 600 * kUsPerSecond};
  std::int64_t deadline_us_ = kNever;
  std::int64_t online_since_us_ = 0;
  std::int64_t powered_since_us_ = 0;
  std::uint32_t failures_ = 0;
  std::uint32_t restarts_ = 0;
};

}  // namespace cm1::fw

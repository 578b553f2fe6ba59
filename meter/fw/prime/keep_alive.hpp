// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/core.hpp"

namespace meter::fw::prime {

// A registration lives as long as the base node polls (ALV).
class KeepAlive {
 public:
  explicit KeepAlive(Core& core) : core_(core) {}
  void clear();

  void stay(std::uint8_t time_code);  // for that window from now on
  void stay_longer() { until_us_ = core_.now_us() + span_us(); }
  bool on_alv(Bytes payload);  // false: malformed
  std::int64_t span_us() const { return protocol::prime::keep_alive_us(time_code_); }
  std::int64_t deadline_us() const { return until_us_; }  // then it is lost

 private:
  Core& core_;
  std::uint8_t time_code_ = 0;
  std::uint8_t received_ = 0;  // modulo 8, as ALV carries them
  std::uint8_t sent_ = 0;
  std::int64_t until_us_ = protocol::prime::kNoDeadline;
};

}  // namespace meter::fw::prime

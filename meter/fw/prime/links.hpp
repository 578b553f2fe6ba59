// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/core.hpp"

namespace meter::fw::prime {

// Robustness management (PRM): how well the neighbours are heard, our switch above and those below
// us as a switch, and how well they hear us.
class Links {
 public:
  explicit Links(Core& core) : core_(core) {}

  // ---- Our switch ----
  const protocol::prime::LinkQuality& uplink() const { return uplink_; }
  void restart(std::int32_t snr_cdb);  // another one
  void step_down() { uplink_.step_down(); }
  void note_up(const protocol::prime::ReceivedFrame& frame);
  void on_prm(Bytes payload);

  // ---- Below ----
  void clear_below() { below_.clear(); }
  void note_below(const protocol::prime::Packet& packet,
                  const protocol::prime::ReceivedFrame& frame);
  void on_prm_below(const protocol::prime::Packet& packet);
  // What a packet going down is repeated with.
  protocol::prime::Scheme scheme_below(const protocol::prime::Packet& packet);

 private:
  static constexpr std::size_t kNeighbours = 16;
  std::uint32_t key(const protocol::prime::Packet& packet) const;
  void tell_below(const protocol::prime::Packet& packet, const protocol::prime::Prm& prm);

  Core& core_;
  protocol::prime::LinkQuality uplink_;
  protocol::prime::LinkTable<kNeighbours> below_;
  std::int64_t hold_until_us_ = 0;  // no report before
};

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

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line side of the platform: the hal's calls over any modem.
#include <cstring>

#include "tests/rigs/meter/fake_platform.hpp"

namespace rigs {

namespace prime = protocol::prime;

bool FakePlatform::Plc::send(std::span<const std::uint8_t> mpdu, std::uint8_t scheme,
                             std::uint8_t level) {
  return p.modem_->send(mpdu, static_cast<prime::Scheme>(scheme), level);
}

int FakePlatform::Plc::busy() { return p.modem_->busy() ? 1 : 0; }

void FakePlatform::Plc::filter(std::span<const meter_plc_rule> rules) {
  std::vector<prime::FilterRule> copy;
  for (const meter_plc_rule& rule : rules) copy.push_back({rule.mask, rule.value});
  p.modem_->set_filter(copy);
}

void FakePlatform::Plc::search(bool on) { p.modem_->search(on); }

meter_plc_beacon FakePlatform::Plc::told(const prime::HeardBeacon& beacon) const {
  meter_plc_beacon out{};
  std::memcpy(out.mpdu, beacon.mpdu.data(), sizeof out.mpdu);
  out.snr_cdb = beacon.snr_cdb;
  out.start_us = beacon.start_us - p.powered_at_us_;
  out.received = beacon.received;
  out.missed = beacon.missed;
  return out;
}

std::uint32_t FakePlatform::Plc::heard(std::span<meter_plc_beacon> out) {
  std::vector<prime::HeardBeacon> beacons(out.size());
  const std::size_t count = p.modem_->heard(beacons);
  for (std::size_t k = 0; k < count; ++k) out[k] = told(beacons[k]);
  return static_cast<std::uint32_t>(count);
}

void FakePlatform::Plc::watch(const meter_plc_watch* watch) {
  if (watch == nullptr) return p.modem_->watch(nullptr);
  prime::BeaconWatch copy;
  std::memcpy(copy.mpdu.data(), watch->mpdu, copy.mpdu.size());
  copy.miss_limit = watch->miss_limit;
  p.modem_->watch(&copy);
}

bool FakePlatform::Plc::frame_time(std::int64_t* start_us, std::uint32_t* sequence) {
  prime::FrameTime time;
  if (!p.modem_->frame_time(time)) return false;
  *start_us = time.start_us - p.powered_at_us_;
  *sequence = time.sequence;
  return true;
}

void FakePlatform::Plc::beacon(const meter_plc_plan* plan) {
  if (plan == nullptr) return p.modem_->set_beacon(nullptr);
  prime::BeaconPlan copy;
  std::memcpy(copy.mpdu.data(), plan->mpdu, copy.mpdu.size());
  copy.sequence_offset = plan->sequence_offset;
  p.modem_->set_beacon(&copy);
}

void FakePlatform::attach_plc(prime::ModemPort& modem) {
  modem_ = &modem;
  hal.plc = meter::hal::table_of(board_).plc;
}

void FakePlatform::hear(const prime::ReceivedFrame& frame) {
  if (!powered()) return;
  const meter_plc_frame told{frame.mpdu.data(), static_cast<std::uint32_t>(frame.mpdu.size()),
                             static_cast<std::uint8_t>(frame.scheme), frame.snr_cdb,
                             frame.start_us - powered_at_us_};
  firmware->on_plc(instance(), &told);
}

void FakePlatform::hear(const prime::HeardBeacon* beacon) {
  if (!powered()) return;
  if (beacon == nullptr) return firmware->on_plc_beacon(instance(), nullptr);
  const meter_plc_beacon told = board_.plc.told(*beacon);
  firmware->on_plc_beacon(instance(), &told);
}

}  // namespace rigs

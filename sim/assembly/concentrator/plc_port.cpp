// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/assembly/concentrator/plc_port.hpp"

#include <vector>

namespace sim::run {
namespace {

namespace prime = protocol::prime;

prime::HeardBeacon in_us(const plc::HeardBeacon& beacon) {
  return {beacon.mpdu, beacon.snr_cdb, beacon.start / kernel::kNsPerUs, beacon.received,
          beacon.missed};
}

}  // namespace

std::size_t PlcPort::heard(std::span<prime::HeardBeacon> out) {
  std::vector<plc::HeardBeacon> beacons(out.size());
  const std::size_t n = modem_.heard(beacons);
  for (std::size_t i = 0; i < n && i < out.size(); ++i) out[i] = in_us(beacons[i]);
  return n;
}

bool PlcPort::frame_time(prime::FrameTime& out) {
  plc::FrameTime time;
  if (!modem_.frame_time(time)) return false;
  out = {time.start / kernel::kNsPerUs, time.sequence};
  return true;
}

void PlcPort::set_beacon(const prime::BeaconPlan* plan) {
  if (plan == nullptr) {
    modem_.set_beacon(nullptr);
    return;
  }
  const plc::BeaconPlan own{plan->mpdu, plan->own_time, plan->epoch_us * kernel::kNsPerUs,
                            plan->sequence_offset};
  modem_.set_beacon(&own);
}

void PlcPort::on_frame(const plc::ReceivedFrame& frame) {
  if (client_ == nullptr) return;
  client_->on_frame({frame.mpdu, frame.scheme, frame.snr_cdb, frame.start / kernel::kNsPerUs});
}

void PlcPort::on_beacon(const plc::HeardBeacon& beacon) {
  if (client_ != nullptr) client_->on_beacon(in_us(beacon));
}

void PlcPort::on_beacon_lost() {
  if (client_ != nullptr) client_->on_beacon_lost();
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/wires/plc_port.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

namespace prime = protocol::prime;

static_assert(METER_PLC_RULES == prime::kMaxFilterRules);
static_assert(METER_PLC_BEACON_BYTES == prime::kBeaconOctets);

// More sources than one search needs to choose among.
constexpr std::size_t kMaxHeard = 16;

}  // namespace

prime::HeardBeacon heard_beacon_of(const meter_plc_beacon& beacon) {
  prime::HeardBeacon out;
  std::copy(std::begin(beacon.mpdu), std::end(beacon.mpdu), out.mpdu.begin());
  out.snr_cdb = beacon.snr_cdb;
  out.start_us = beacon.start_us;
  out.received = beacon.received;
  out.missed = beacon.missed;
  return out;
}

bool received_frame_of(const meter_plc_frame& frame, prime::ReceivedFrame& out) {
  if (!prime::is_scheme(frame.scheme)) return false;
  out.mpdu = {frame.mpdu, frame.n};
  out.scheme = static_cast<prime::Scheme>(frame.scheme);
  out.snr_cdb = frame.snr_cdb;
  out.start_us = frame.start_us;
  return true;
}

bool PlcPort::send(Bytes mpdu, prime::Scheme scheme, unsigned level) {
  const meter_hal& hal = hal_.table();
  return hal.plc->send(hal.context, mpdu.data(), static_cast<std::uint32_t>(mpdu.size()),
                       static_cast<std::uint8_t>(scheme), static_cast<std::uint8_t>(level)) == 0;
}

bool PlcPort::busy() {
  const meter_hal& hal = hal_.table();
  return hal.plc->busy(hal.context) != 0;
}

void PlcPort::set_filter(std::span<const prime::FilterRule> rules) {
  const meter_hal& hal = hal_.table();
  PROTOCOL_ASSERT(rules.size() <= METER_PLC_RULES);
  std::array<meter_plc_rule, METER_PLC_RULES> table;
  std::transform(rules.begin(), rules.end(), table.begin(), [](const prime::FilterRule& rule) {
    return meter_plc_rule{rule.mask, rule.value};
  });
  hal.plc->filter(hal.context, table.data(), static_cast<std::uint32_t>(rules.size()));
}

void PlcPort::search(bool on) {
  const meter_hal& hal = hal_.table();
  hal.plc->search(hal.context, on ? 1 : 0);
}

std::size_t PlcPort::heard(std::span<prime::HeardBeacon> out) {
  const meter_hal& hal = hal_.table();
  std::array<meter_plc_beacon, kMaxHeard> beacons;
  const auto room = static_cast<std::uint32_t>(std::min(out.size(), beacons.size()));
  const std::uint32_t n = std::min(hal.plc->heard(hal.context, beacons.data(), room), room);
  std::transform(beacons.begin(), beacons.begin() + n, out.begin(), heard_beacon_of);
  return n;
}

void PlcPort::watch(const prime::BeaconWatch* watch) {
  const meter_hal& hal = hal_.table();
  if (watch == nullptr) return hal.plc->watch(hal.context, nullptr);
  meter_plc_watch table{};
  std::copy(watch->mpdu.begin(), watch->mpdu.end(), table.mpdu);
  table.miss_limit = watch->miss_limit;
  hal.plc->watch(hal.context, &table);
}

bool PlcPort::frame_time(prime::FrameTime& out) {
  const meter_hal& hal = hal_.table();
  std::uint32_t sequence = 0;
  if (hal.plc->frame_time(hal.context, &out.start_us, &sequence) != 0) return false;
  out.sequence = sequence % prime::kSuperframe;
  return true;
}

// A meter's plan never has frame time of its own.
void PlcPort::set_beacon(const prime::BeaconPlan* plan) {
  const meter_hal& hal = hal_.table();
  if (plan == nullptr) return hal.plc->beacon(hal.context, nullptr);
  PROTOCOL_ASSERT(!plan->own_time);
  meter_plc_plan table{};
  std::copy(plan->mpdu.begin(), plan->mpdu.end(), table.mpdu);
  table.sequence_offset = plan->sequence_offset;
  hal.plc->beacon(hal.context, &table);
}

}  // namespace meter::fw

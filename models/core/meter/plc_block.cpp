// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/plc_block.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace models {

namespace {

using protocol::prime::FilterRule;

static_assert(METER_PLC_RULES == protocol::prime::kMaxFilterRules);
static_assert(METER_PLC_BEACON_BYTES == protocol::prime::kBeaconOctets);
static_assert(METER_PLC_MPDU_BYTES ==
              protocol::prime::max_mpdu_octets(protocol::prime::Scheme::d8psk_f));

constexpr unsigned kMaxLevel = 7;      // eight transmit levels, PHY_DATA.request
constexpr std::size_t kMaxHeard = 64;  // more sources than any search keeps
constexpr unsigned kMaxSequence = protocol::prime::kSuperframe - 1;

protocol::prime::BeaconMpdu beacon_of(const std::uint8_t mpdu[METER_PLC_BEACON_BYTES]) {
  protocol::prime::BeaconMpdu copy;
  std::memcpy(copy.data(), mpdu, copy.size());
  return copy;
}

meter_plc_beacon told(const protocol::prime::HeardBeacon& beacon) {
  meter_plc_beacon out{};
  std::memcpy(out.mpdu, beacon.mpdu.data(), sizeof out.mpdu);
  out.snr_cdb = beacon.snr_cdb;
  out.start_us = beacon.start_us;
  out.received = beacon.received;
  out.missed = beacon.missed;
  return out;
}

// A firmware without the modem's upcalls knows no modem.
bool takes_plc(const meter_firmware& firmware) {
  return firmware.on_plc != nullptr && firmware.on_plc_beacon != nullptr;
}

}  // namespace

// ---- Downcalls ----

bool PlcBlock::send(std::span<const std::uint8_t> mpdu, std::uint8_t scheme, std::uint8_t level) {
  if (mpdu.size() > METER_PLC_MPDU_BYTES || !protocol::prime::is_scheme(scheme) ||
      level > kMaxLevel) {
    return life_.refuse();
  }
  plc::Modem* const plc = modem();
  return plc != nullptr && plc->send(mpdu, static_cast<plc::Scheme>(scheme), level);
}

int PlcBlock::busy() const {
  plc::Modem* const plc = modem();
  return plc != nullptr && plc->busy() ? 1 : 0;
}

void PlcBlock::filter(std::span<const meter_plc_rule> rules) {
  if (rules.size() > METER_PLC_RULES) {
    life_.refuse();
    return;
  }
  std::array<FilterRule, METER_PLC_RULES> translated{};
  std::transform(rules.begin(), rules.end(), translated.begin(), [](const meter_plc_rule& rule) {
    return FilterRule{rule.mask, rule.value};
  });
  if (plc::Modem* const plc = modem()) plc->set_filter(std::span(translated).first(rules.size()));
}

void PlcBlock::search(bool on) {
  if (plc::Modem* const plc = modem()) plc->search(on);
}

std::uint32_t PlcBlock::heard(std::span<meter_plc_beacon> out) {
  plc::Modem* const plc = modem();
  if (plc == nullptr) return 0;
  std::array<protocol::prime::HeardBeacon, kMaxHeard> beacons;
  const std::span room = std::span(beacons).first(std::min(out.size(), kMaxHeard));
  const std::size_t count = std::min(plc->heard(room), room.size());
  for (std::size_t k = 0; k < count; ++k) out[k] = told(beacons[k]);
  return static_cast<std::uint32_t>(count);
}

void PlcBlock::watch(const meter_plc_watch* watch) {
  plc::Modem* const plc = modem();
  if (plc == nullptr) return;
  if (watch == nullptr) return plc->watch(nullptr);
  const protocol::prime::BeaconWatch translated{beacon_of(watch->mpdu), watch->miss_limit};
  plc->watch(&translated);
}

bool PlcBlock::frame_time(std::int64_t* start_us, std::uint32_t* sequence) {
  plc::Modem* const plc = modem();
  protocol::prime::FrameTime time;
  if (plc == nullptr || !plc->frame_time(time)) return false;
  *start_us = time.start_us;
  *sequence = time.sequence;
  return true;
}

// A meter is a switch at most: frame time is never its own.
void PlcBlock::beacon(const meter_plc_plan* plan) {
  if (plan != nullptr && plan->sequence_offset > kMaxSequence) {
    life_.refuse();
    return;
  }
  plc::Modem* const plc = modem();
  if (plc == nullptr) return;
  if (plan == nullptr) return plc->set_beacon(nullptr);
  protocol::prime::BeaconPlan translated;
  translated.mpdu = beacon_of(plan->mpdu);
  translated.sequence_offset = plan->sequence_offset;
  plc->set_beacon(&translated);
}

// ---- Upcalls ----

void PlcBlock::attach(plc::Modem& modem) {
  modem_ = &modem;
  modem.set_client(this, *this);
  used_ = takes_plc(gate_.firmware());
  if (used_) gate_.add_plc_memory();
}

void PlcBlock::power(bool on) {
  if (used_) modem_->power(on);
}

void PlcBlock::on_frame(const protocol::prime::ReceivedFrame& frame) {
  const meter_plc_frame told_frame{frame.mpdu.data(), static_cast<std::uint32_t>(frame.mpdu.size()),
                                   static_cast<std::uint8_t>(frame.scheme), frame.snr_cdb,
                                   frame.start_us};
  gate_.upcall("on_plc", &meter_firmware::on_plc, &told_frame);
}

void PlcBlock::on_beacon(const protocol::prime::HeardBeacon& beacon) {
  const meter_plc_beacon told_beacon = told(beacon);
  gate_.upcall("on_plc_beacon", &meter_firmware::on_plc_beacon, &told_beacon);
}

void PlcBlock::on_beacon_lost() {
  gate_.upcall("on_plc_beacon", &meter_firmware::on_plc_beacon, nullptr);
}

}  // namespace models

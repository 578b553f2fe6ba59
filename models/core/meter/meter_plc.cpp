// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line modem of a meter: its downcalls and upcalls, in the meter's own microseconds.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "kernel/assert.hpp"
#include "models/core/meter/meter_node.hpp"

namespace models {

namespace {

using protocol::prime::FilterRule;

static_assert(METER_PLC_RULES == protocol::prime::kMaxFilterRules);
static_assert(METER_PLC_BEACON_BYTES == protocol::prime::kBeaconOctets);
static_assert(METER_PLC_MPDU_BYTES ==
              protocol::prime::max_mpdu_octets(protocol::prime::Scheme::d8psk_f));

constexpr unsigned kMaxLevel = 7;        // eight transmit levels, PHY_DATA.request
constexpr std::uint32_t kMaxHeard = 64;  // more sources than any search keeps
constexpr unsigned kMaxSequence = protocol::prime::kSuperframe - 1;

template <typename Field>
bool reaches(std::uint32_t size, std::size_t offset) {
  return offset + sizeof(Field) <= size;
}

protocol::prime::BeaconMpdu beacon_of(const std::uint8_t mpdu[METER_PLC_BEACON_BYTES]) {
  protocol::prime::BeaconMpdu copy;
  std::memcpy(copy.data(), mpdu, copy.size());
  return copy;
}

meter_plc_beacon told(const plc::HeardBeacon& beacon, const Oscillator& uptime) {
  meter_plc_beacon out{};
  std::memcpy(out.mpdu, beacon.mpdu.data(), sizeof out.mpdu);
  out.snr_cdb = beacon.snr_cdb;
  out.start_us = uptime.count_near(beacon.start);
  out.received = beacon.received;
  out.missed = beacon.missed;
  return out;
}

}  // namespace

struct MeterPlcCalls {
  static MeterNode& node(void* context) { return *static_cast<MeterNode*>(context); }
  static int refuse(MeterNode& me) {
    ++me.totals_.bad_downcalls;
    return -1;
  }
  // On the production line, and for a firmware that would not hear it, the modem is off.
  static plc::Modem* modem(MeterNode& me) {
    return me.broken_supply() || !me.uses_plc() ? nullptr : me.plc_;
  }

  static int send(void* context, const std::uint8_t* mpdu, std::uint32_t n, std::uint8_t scheme,
                  std::uint8_t level) {
    MeterNode& me = node(context);
    if (n > METER_PLC_MPDU_BYTES || !protocol::prime::is_scheme(scheme) || level > kMaxLevel) {
      return refuse(me);
    }
    plc::Modem* const plc = modem(me);
    if (plc == nullptr) return -1;
    return plc->send({mpdu, n}, static_cast<plc::Scheme>(scheme), level) ? 0 : -1;
  }
  static int busy(void* context) {
    plc::Modem* const plc = modem(node(context));
    return plc != nullptr && plc->busy() ? 1 : 0;
  }
  static void filter(void* context, const meter_plc_rule* rules, std::uint32_t n) {
    MeterNode& me = node(context);
    if (n > METER_PLC_RULES) {
      refuse(me);
      return;
    }
    std::array<FilterRule, METER_PLC_RULES> translated{};
    for (std::uint32_t k = 0; k < n; ++k) translated[k] = {rules[k].mask, rules[k].value};
    if (plc::Modem* const plc = modem(me)) plc->set_filter(std::span(translated).first(n));
  }
  static void search(void* context, int on) {
    if (plc::Modem* const plc = modem(node(context))) plc->search(on != 0);
  }
  static std::uint32_t heard(void* context, meter_plc_beacon* out, std::uint32_t n) {
    MeterNode& me = node(context);
    plc::Modem* const plc = modem(me);
    if (plc == nullptr) return 0;
    std::array<plc::HeardBeacon, kMaxHeard> beacons;
    const std::span room = std::span(beacons).first(std::min(n, kMaxHeard));
    const std::size_t count = std::min(plc->heard(room), room.size());
    for (std::size_t k = 0; k < count; ++k) out[k] = told(beacons[k], me.uptime_);
    return static_cast<std::uint32_t>(count);
  }
  static void watch(void* context, const meter_plc_watch* watch) {
    plc::Modem* const plc = modem(node(context));
    if (plc == nullptr) return;
    if (watch == nullptr) {
      plc->watch(nullptr);
      return;
    }
    const protocol::prime::BeaconWatch translated{beacon_of(watch->mpdu), watch->miss_limit};
    plc->watch(&translated);
  }
  static int frame_time(void* context, std::int64_t* start_us, std::uint32_t* sequence) {
    MeterNode& me = node(context);
    plc::Modem* const plc = modem(me);
    plc::FrameTime time;
    if (plc == nullptr || !plc->frame_time(time)) return -1;
    *start_us = me.uptime_.count_near(time.start);
    *sequence = time.sequence;
    return 0;
  }
  // A meter is a switch at most: frame time is never its own.
  static void beacon(void* context, const meter_plc_plan* plan) {
    MeterNode& me = node(context);
    if (plan != nullptr && plan->sequence_offset > kMaxSequence) {
      refuse(me);
      return;
    }
    plc::Modem* const plc = modem(me);
    if (plc == nullptr) return;
    if (plan == nullptr) {
      plc->set_beacon(nullptr);
      return;
    }
    plc::BeaconPlan translated;
    translated.mpdu = beacon_of(plan->mpdu);
    translated.sequence_offset = plan->sequence_offset;
    plc->set_beacon(&translated);
  }
};

void add_plc_downcalls(meter_hal& hal) {
  using Calls = MeterPlcCalls;
  hal.plc_send = Calls::send;
  hal.plc_busy = Calls::busy;
  hal.plc_filter = Calls::filter;
  hal.plc_search = Calls::search;
  hal.plc_heard = Calls::heard;
  hal.plc_watch = Calls::watch;
  hal.plc_frame_time = Calls::frame_time;
  hal.plc_beacon = Calls::beacon;
}

void MeterNode::attach_plc(plc::Modem& modem) {
  TWIN_ASSERT(!running_ && totals_.boots == 0, totals_.boots);
  plc_ = &modem;
  modem.set_listener(*this);
  const meter_firmware& firmware = *config_.firmware;
  if (uses_plc() &&
      reaches<decltype(firmware.plc_bytes)>(firmware.size, offsetof(meter_firmware, plc_bytes))) {
    instance_ = InstanceMemory(std::size_t{firmware.instance_bytes} + firmware.plc_bytes);
  }
  add_plc_downcalls(hal_);
}

// A table that ends before the modem's upcalls belongs to a firmware that knows no modem.
bool MeterNode::uses_plc() const {
  const meter_firmware& firmware = *config_.firmware;
  return plc_ != nullptr &&
         reaches<decltype(firmware.on_plc_beacon)>(firmware.size,
                                                   offsetof(meter_firmware, on_plc_beacon)) &&
         firmware.on_plc != nullptr && firmware.on_plc_beacon != nullptr;
}

void MeterNode::on_frame(const plc::ReceivedFrame& frame) {
  if (!running_) return;
  upcall([&] {
    const meter_plc_frame told_frame{
        frame.mpdu.data(), static_cast<std::uint32_t>(frame.mpdu.size()),
        static_cast<std::uint8_t>(frame.scheme), frame.snr_cdb, uptime_.count_near(frame.start)};
    config_.firmware->on_plc(instance_.get(), &told_frame);
  });
}

void MeterNode::on_beacon(const plc::HeardBeacon& beacon) {
  if (!running_) return;
  upcall([&] {
    const meter_plc_beacon told_beacon = told(beacon, uptime_);
    config_.firmware->on_plc_beacon(instance_.get(), &told_beacon);
  });
}

void MeterNode::on_beacon_lost() {
  if (!running_) return;
  upcall([&] { config_.firmware->on_plc_beacon(instance_.get(), nullptr); });
}

}  // namespace models

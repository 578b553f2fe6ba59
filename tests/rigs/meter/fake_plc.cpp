// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line side of the platform: the hal's calls over any modem.
#include <cstring>

#include "tests/rigs/meter/fake_platform.hpp"

namespace fitl {

namespace prime = protocol::prime;

struct FakePlatform::PlcCalls {
  static FakePlatform& of(void* context) { return *static_cast<FakePlatform*>(context); }
  static prime::ModemPort& modem(void* context) { return *of(context).modem_; }

  static int send(void* context, const std::uint8_t* mpdu, std::uint32_t n, std::uint8_t scheme,
                  std::uint8_t level) {
    return modem(context).send({mpdu, n}, static_cast<prime::Scheme>(scheme), level) ? 0 : -1;
  }
  static int busy(void* context) { return modem(context).busy() ? 1 : 0; }
  static void filter(void* context, const meter_plc_rule* rules, std::uint32_t n) {
    std::vector<prime::FilterRule> copy;
    for (std::uint32_t k = 0; k < n; ++k) copy.push_back({rules[k].mask, rules[k].value});
    modem(context).set_filter(copy);
  }
  static void search(void* context, int on) { modem(context).search(on != 0); }
  static meter_plc_beacon told(const FakePlatform& p, const prime::HeardBeacon& beacon) {
    meter_plc_beacon out{};
    std::memcpy(out.mpdu, beacon.mpdu.data(), sizeof out.mpdu);
    out.snr_cdb = beacon.snr_cdb;
    out.start_us = beacon.start_us - p.powered_at_us_;
    out.received = beacon.received;
    out.missed = beacon.missed;
    return out;
  }
  static std::uint32_t heard(void* context, meter_plc_beacon* out, std::uint32_t n) {
    std::vector<prime::HeardBeacon> beacons(n);
    const std::size_t count = modem(context).heard(beacons);
    for (std::size_t k = 0; k < count; ++k) out[k] = told(of(context), beacons[k]);
    return static_cast<std::uint32_t>(count);
  }
  static void watch(void* context, const meter_plc_watch* watch) {
    if (watch == nullptr) return modem(context).watch(nullptr);
    prime::BeaconWatch copy;
    std::memcpy(copy.mpdu.data(), watch->mpdu, copy.mpdu.size());
    copy.miss_limit = watch->miss_limit;
    modem(context).watch(&copy);
  }
  static int frame_time(void* context, std::int64_t* start_us, std::uint32_t* sequence) {
    prime::FrameTime time;
    if (!modem(context).frame_time(time)) return -1;
    *start_us = time.start_us - of(context).powered_at_us_;
    *sequence = time.sequence;
    return 0;
  }
  static void beacon(void* context, const meter_plc_plan* plan) {
    if (plan == nullptr) return modem(context).set_beacon(nullptr);
    prime::BeaconPlan copy;
    std::memcpy(copy.mpdu.data(), plan->mpdu, copy.mpdu.size());
    copy.sequence_offset = plan->sequence_offset;
    modem(context).set_beacon(&copy);
  }
};

void FakePlatform::attach_plc(prime::ModemPort& modem) {
  modem_ = &modem;
  hal.plc_send = PlcCalls::send;
  hal.plc_busy = PlcCalls::busy;
  hal.plc_filter = PlcCalls::filter;
  hal.plc_search = PlcCalls::search;
  hal.plc_heard = PlcCalls::heard;
  hal.plc_watch = PlcCalls::watch;
  hal.plc_frame_time = PlcCalls::frame_time;
  hal.plc_beacon = PlcCalls::beacon;
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
  const meter_plc_beacon told = PlcCalls::told(*this, *beacon);
  firmware->on_plc_beacon(instance(), &told);
}

}  // namespace fitl

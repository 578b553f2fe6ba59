// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/target_firmware.hpp"

#include <map>
#include <memory>

#include "meter/fw/firmware.h"

namespace target {
namespace {

using meter::port::octets_of;

// A table function gets the instance only, so the session stands in there.
struct Instance {
  TargetMeter* meter;
};
TargetMeter& meter(void* instance) { return *static_cast<Instance*>(instance)->meter; }

std::map<const meter_hal*, std::unique_ptr<TargetMeter>>& meters() {
  static std::map<const meter_hal*, std::unique_ptr<TargetMeter>> all;
  return all;
}

struct Ad11a {
  static constexpr const char* kImage = METER_IMAGE_FOLDER "/meter_ad11a.elf";
  static const meter_firmware* host_build() { return meter_ad11a_firmware(); }
};
struct Ad13a {
  static constexpr const char* kImage = METER_IMAGE_FOLDER "/meter_ad13a.elf";
  static const meter_firmware* host_build() { return meter_ad13a_firmware(); }
};

template <typename Model>
void init(void* instance, const meter_hal* hal) {
  std::unique_ptr<TargetMeter>& session = meters()[hal];
  if (session == nullptr || session->hello().n_elements != Model::host_build()->n_elements) {
    session = std::make_unique<TargetMeter>(Model::kImage);
  }
  static_cast<Instance*>(instance)->meter = session.get();
  session->construct(hal);
}

int provision(void* instance, const meter_provision* given) {
  return meter(instance).upcall(Kind::provision, {octets_of(*given)});
}
int calibrate(void* instance, meter_calibration_step step, const meter_sums* sums,
              const meter_reference* reference) {
  const meter_sums no_sums{};
  const meter_reference no_reference{};
  const auto number = static_cast<std::uint8_t>(step);
  return meter(instance).upcall(Kind::calibrate,
                                {octets_of(number), octets_of(sums == nullptr ? no_sums : *sums),
                                 octets_of(reference == nullptr ? no_reference : *reference)});
}
void boot(void* instance, meter_boot_reason reason) {
  meter(instance).upcall(Kind::boot, {octets_of(static_cast<std::uint8_t>(reason))});
}
void on_alarm(void* instance) { meter(instance).upcall(Kind::alarm, {}); }
void on_rtc(void* instance) { meter(instance).upcall(Kind::rtc, {}); }
void on_uart(void* instance, meter_uart port, const std::uint8_t* octets, std::uint32_t n) {
  meter(instance).upcall(Kind::uart, {octets_of(static_cast<std::uint8_t>(port)), {octets, n}});
}
void on_samples(void* instance, const meter_window* window) {
  std::vector<std::uint8_t> counts;
  std::uint32_t channels = 0;
  for (std::uint32_t c = 0; c < METER_CHANNELS; ++c) {
    if (window->channel[c] == nullptr) continue;
    channels |= 1u << c;
    const auto* const first =
        reinterpret_cast<const std::uint8_t*>(window->channel[c] - METER_WINDOW_LEAD);
    counts.insert(counts.end(), first, first + (METER_WINDOW_LEAD + window->n_samples) * 4);
  }
  meter(instance).upcall(Kind::samples,
                         {big_endian(window->n_samples), big_endian(window->n_cycles),
                          big_endian(window->length_q16), big_endian(channels), counts});
}
void on_sums(void* instance, const meter_sums* sums, std::uint32_t n_repeats) {
  meter(instance).upcall(Kind::sums, {big_endian(n_repeats), octets_of(*sums)});
}
void on_power(void* instance, meter_power_state state) {
  meter(instance).upcall(Kind::power, {octets_of(static_cast<std::uint8_t>(state))});
}
void on_relay(void* instance, int closed) {
  meter(instance).upcall(Kind::relay, {octets_of(static_cast<std::uint8_t>(closed))});
}
void on_plc(void* instance, const meter_plc_frame* frame) {
  std::array<std::uint8_t, 16> head;
  protocol::Writer out{head};
  out.u32(frame->scheme);
  out.u32(static_cast<std::uint32_t>(frame->snr_cdb));
  out.u64(static_cast<std::uint64_t>(frame->start_us));
  meter(instance).upcall(Kind::plc, {head, {frame->mpdu, frame->n}});
}
void on_plc_beacon(void* instance, const meter_plc_beacon* beacon) {
  meter(instance).upcall(Kind::plc_beacon, {beacon == nullptr ? Bytes{} : octets_of(*beacon)});
}

// Needs no instance: an image that serves nobody else answers.
template <typename Model>
int describe(std::uint32_t index, meter_object_info* out) {
  static TargetMeter idle(Model::kImage);
  return idle.describe(index, *out);
}

template <typename Model>
const meter_firmware* image() {
  static const meter_firmware table = [] {
    meter_firmware firmware = *Model::host_build();
    firmware.size = sizeof(meter_firmware);
    firmware.instance_bytes = sizeof(Instance);
    firmware.init = init<Model>;
    firmware.provision = provision;
    firmware.calibrate = calibrate;
    firmware.boot = boot;
    firmware.on_alarm = on_alarm;
    firmware.on_rtc = on_rtc;
    firmware.on_uart = on_uart;
    firmware.on_samples = on_samples;
    firmware.on_sums = on_sums;
    firmware.on_power = on_power;
    firmware.on_relay = on_relay;
    firmware.describe = describe<Model>;
    if (firmware.on_plc != nullptr) firmware.on_plc = on_plc;
    if (firmware.on_plc_beacon != nullptr) firmware.on_plc_beacon = on_plc_beacon;
    return firmware;
  }();
  return &table;
}

}  // namespace

const meter_firmware* ad11a_image() { return image<Ad11a>(); }
const meter_firmware* ad13a_image() { return image<Ad13a>(); }
TargetMeter& meter_of(const meter_hal& hal) { return *meters().at(&hal); }
void release_all() { meters().clear(); }

}  // namespace target

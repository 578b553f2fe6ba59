// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/upcalls.hpp"

#include <algorithm>

#include "meter/port/cortex_m4/downcall.hpp"
#include "meter/port/cortex_m4/stack.hpp"
#include "protocol/assert.hpp"

namespace meter::port {
namespace {

template <std::size_t n>
void copy_text(char (&to)[n], const char* from) {
  std::size_t k = 0;
  for (; k + 1 < n && from[k] != 0; ++k) to[k] = from[k];
  to[k] = 0;
}

bool sends_plc(const meter_firmware& firmware) {
  return firmware.size >= sizeof(meter_firmware) && firmware.on_plc != nullptr;
}

// Ticks that a downcall costs by the stopwatch alone: the host takes them off.
std::uint32_t ticks_per_pause(Platform& platform) {
  constexpr std::uint32_t kTimes = 64;
  platform.stopwatch().start();
  for (std::uint32_t k = 0; k < kTimes; ++k) const Downcall nothing(&platform);
  platform.stopwatch().pause();
  return platform.stopwatch().ticks() / kTimes;
}

}  // namespace

void Upcalls::say_hello() {
  PROTOCOL_ASSERT(firmware_.instance_bytes + firmware_.plc_bytes <= sizeof(store_.instance));
  Hello hello{};
  hello.wire_version = kWireVersion;
  hello.hal_version = static_cast<std::uint16_t>(firmware_.version);
  hello.capabilities = firmware_.capabilities;
  hello.n_elements = firmware_.n_elements;
  hello.instance_bytes = firmware_.instance_bytes;
  hello.plc_bytes = firmware_.plc_bytes;
  hello.upcall_address = reinterpret_cast<std::uint32_t>(&store_.upcall[0]);
  hello.answer_address = platform_.answer_address();
  hello.ahead_address = platform_.ahead_address();
  hello.window_address = reinterpret_cast<std::uint32_t>(&store_.counts[0]);
  hello.ticks_per_pause = ticks_per_pause(platform_);
  fill_sizes(hello.sizes);
  hello.plc = sends_plc(firmware_) ? 1 : 0;
  copy_text(hello.name, firmware_.name);
  copy_text(hello.revision, firmware_.revision);
  platform_.host().begin(Kind::hello, sizeof(hello));
  platform_.host().put(octets_of(hello));
  platform_.host().end();
}

void Upcalls::serve_one() {
  Bytes payload;
  const Kind kind = platform_.host().receive(store_.upcall, payload);
  protocol::Reader in(payload);
  if (set_memory(kind, in)) return finish(0, {});
  if (kind == Kind::describe) return describe(in);
  if (kind == Kind::statistics) return report_statistics();
  platform_.set_moment(take_struct<Moment>(in));
  platform_.answers().begin();
  platform_.stopwatch().start();
  const std::int32_t result = call(kind, in);
  platform_.stopwatch().pause();
  platform_.memory().report_retained();
  finish(result, {});
}

bool Upcalls::set_memory(Kind kind, protocol::Reader in) {
  switch (kind) {
    case Kind::set_flash:
      platform_.memory().set_flash(in);
      return true;
    case Kind::set_unreadable:
      platform_.memory().set_unreadable(in);
      return true;
    case Kind::set_retained:
      platform_.memory().set_retained(in);
      return true;
    default:
      return false;
  }
}

std::int32_t Upcalls::call(Kind kind, protocol::Reader& in) {
  switch (kind) {
    case Kind::init:
      init(in);
      return 0;
    case Kind::provision: {
      paint_stack();  // a new meter's life: others had this board before
      const auto provision = take_struct<meter_provision>(in);
      return firmware_.provision(instance(), &provision);
    }
    case Kind::calibrate:
      return calibrate(in);
    case Kind::boot:
      firmware_.boot(instance(), static_cast<meter_boot_reason>(in.u8()));
      return 0;
    case Kind::alarm:
      firmware_.on_alarm(instance());
      return 0;
    case Kind::rtc:
      firmware_.on_rtc(instance());
      return 0;
    case Kind::uart: {
      const auto port = static_cast<meter_uart>(in.u8());
      const Bytes octets = in.rest();
      firmware_.on_uart(instance(), port, octets.data(), static_cast<std::uint32_t>(octets.size()));
      return 0;
    }
    case Kind::samples:
      on_samples(in);
      return 0;
    case Kind::sums: {
      const std::uint32_t n_repeats = in.u32();
      const auto sums = take_struct<meter_sums>(in);
      firmware_.on_sums(instance(), &sums, n_repeats);
      return 0;
    }
    case Kind::power:
      firmware_.on_power(instance(), static_cast<meter_power_state>(in.u8()));
      return 0;
    case Kind::relay:
      firmware_.on_relay(instance(), in.u8());
      return 0;
    case Kind::plc:
      on_plc(in);
      return 0;
    case Kind::plc_beacon:
      on_plc_beacon(in);
      return 0;
    default:
      return -1;
  }
}

void Upcalls::init(protocol::Reader& in) {
  platform_.stopwatch().pause();
  const bool modem_fitted = in.u8() != 0;
  platform_.resemble(modem_fitted, in.u32());
  platform_.forget_buffers();
  std::memset(store_.instance, 0, firmware_.instance_bytes + firmware_.plc_bytes);
  platform_.stopwatch().resume();
  firmware_.init(instance(), &platform_.table());
}

std::int32_t Upcalls::calibrate(protocol::Reader& in) {
  const auto step = static_cast<meter_calibration_step>(in.u8());
  const auto sums = take_struct<meter_sums>(in);
  const auto reference = take_struct<meter_reference>(in);
  return firmware_.calibrate(instance(), step, &sums, &reference);
}

void Upcalls::on_samples(protocol::Reader& in) {
  meter_window window{};
  window.n_samples = in.u32();
  window.n_cycles = in.u32();
  window.length_q16 = in.u32();
  const std::uint32_t channels = in.u32();
  if (window.n_samples > kMaxWindowSamples) return;
  const std::int32_t* counts = store_.counts;
  for (std::uint32_t c = 0; c < METER_CHANNELS; ++c) {
    if ((channels >> c & 1u) == 0) continue;
    window.channel[c] = counts + METER_WINDOW_LEAD;
    counts += METER_WINDOW_LEAD + window.n_samples;
  }
  firmware_.on_samples(instance(), &window);
}

void Upcalls::on_plc(protocol::Reader& in) {
  meter_plc_frame frame{};
  frame.scheme = static_cast<std::uint8_t>(in.u32());
  frame.snr_cdb = static_cast<std::int32_t>(in.u32());
  frame.start_us = static_cast<std::int64_t>(in.u64());
  const Bytes mpdu = in.rest();
  frame.mpdu = mpdu.data();
  frame.n = static_cast<std::uint32_t>(mpdu.size());
  firmware_.on_plc(instance(), &frame);
}

void Upcalls::on_plc_beacon(protocol::Reader& in) {
  if (in.remaining() == 0) return firmware_.on_plc_beacon(instance(), nullptr);
  const auto beacon = take_struct<meter_plc_beacon>(in);
  firmware_.on_plc_beacon(instance(), &beacon);
}

void Upcalls::describe(protocol::Reader& in) {
  meter_object_info info{};
  platform_.stopwatch().start();
  const int result = firmware_.describe(in.u32(), &info);
  platform_.stopwatch().pause();
  finish(result, octets_of(info));
}

void Upcalls::report_statistics() {
  const Statistics statistics{stack_high_water(), platform_.buffers_most(),
                              platform_.host().bad_frames() + platform_.crypto().bad_frames()};
  platform_.stopwatch().start();
  platform_.stopwatch().pause();
  finish(0, octets_of(statistics));
}

void Upcalls::finish(std::int32_t result, Bytes more) {
  Link& host = platform_.host();
  host.begin(Kind::done, 12 + more.size());
  host.put_u32(static_cast<std::uint32_t>(result));
  host.put_u32(platform_.stopwatch().ticks());
  host.put_u32(platform_.stopwatch().pauses());
  host.put(more);
  host.end();
}

}  // namespace meter::port

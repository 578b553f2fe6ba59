// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// struct meter_hal: the downcalls of a meter's firmware.
#include <algorithm>
#include <cstring>

#include "kernel/assert.hpp"
#include "models/core/meter/meter_node.hpp"

namespace models {

namespace {

using protocol::Bytes;
using protocol::MutableBytes;

protocol::crypto::Key128 key_of(const std::uint8_t key[16]) {
  protocol::crypto::Key128 copy;
  std::memcpy(copy.data(), key, copy.size());
  return copy;
}

}  // namespace

struct MeterHalCalls {
  static MeterNode& node(void* context) { return *static_cast<MeterNode*>(context); }

  static std::int64_t uptime_us(void* context) {
    const MeterNode& me = node(context);
    return me.uptime_.count_at(me.agenda_.now());
  }
  static void alarm_us(void* context, std::int64_t at_us) {
    MeterNode& me = node(context);
    if (!me.running_) return;  // on the production line nothing runs by itself
    me.alarm_timer_.arm(at_us == INT64_MAX ? kernel::kNever : me.uptime_.time_of(at_us));
  }

  static std::int64_t rtc_ticks(void* context) {
    const MeterNode& me = node(context);
    return me.rtc_.ticks_at(me.agenda_.now());
  }
  static void rtc_set(void* context, std::int64_t ticks) {
    MeterNode& me = node(context);
    if (ticks < 0) {
      ++me.totals_.bad_downcalls;
      return;
    }
    me.rtc_.set(me.agenda_.now(), ticks);
    if (me.running_) me.rearm_rtc();
  }
  static void rtc_match(void* context, std::int64_t ticks) {
    MeterNode& me = node(context);
    if (!me.running_) return;
    me.rtc_match_ticks_ = ticks;
    me.rearm_rtc();
  }
  static int rtc_lost(void* context) { return node(context).rtc_.lost() ? 1 : 0; }

  static int flash_read(void* context, std::uint32_t address, void* out, std::uint32_t n) {
    return node(context).flash_.read(address, {static_cast<std::uint8_t*>(out), n}) ? 0 : -1;
  }
  static int flash_write(void* context, std::uint32_t address, const void* data, std::uint32_t n) {
    const std::span octets(static_cast<const std::uint8_t*>(data), n);
    return node(context).flash_.write(address, octets) ? 0 : -1;
  }
  static int flash_erase(void* context, std::uint32_t page) {
    return node(context).flash_.erase(page) ? 0 : -1;
  }
  static void* retained(void* context) { return node(context).retained_.data(); }

  static int uart_send(void* context, meter_uart port, const std::uint8_t* frame, std::uint32_t n) {
    MeterNode& me = node(context);
    if (port >= METER_UARTS) {
      ++me.totals_.bad_downcalls;
      return -1;
    }
    if (me.broken_supply() || me.lines_[port] == nullptr) return 0;  // into the void
    return me.lines_[port]->transmit(me.cpu_free_ns_, {frame, n}) ? 0 : -1;
  }
  static void work(void* context, meter_work kind, std::uint32_t units) {
    MeterNode& me = node(context);
    if (kind >= METER_WORKS) {
      ++me.totals_.bad_downcalls;
      return;
    }
    me.cpu_free_ns_ = std::max(me.cpu_free_ns_, me.agenda_.now()) +
                      service_time(*me.config_.service_times, kind, units);
  }
  // Rounded up: not a microsecond before the work is done.
  static std::int64_t work_done_us(void* context) {
    const MeterNode& me = node(context);
    const kernel::TimeNs done = std::max(me.cpu_free_ns_, me.agenda_.now());
    const std::int64_t count = me.uptime_.count_at(done);
    return me.uptime_.time_of(count) < done ? count + 1 : count;
  }
  static std::uint8_t* buffer_take(void* context) { return node(context).buffers_.take(); }
  static void buffer_give(void* context, std::uint8_t* buffer) {
    node(context).buffers_.give(buffer);
  }

  static void relay_drive(void* context, int close) {
    MeterNode& me = node(context);
    if (me.broken_supply()) return;
    me.relay_timer_.arm(me.relay_.drive(me.agenda_.now(), close != 0));
  }
  static void pulse(void* context, meter_pulse_output output, std::uint64_t count,
                    std::int64_t span_us) {
    MeterNode& me = node(context);
    if (output >= METER_PULSE_OUTPUTS || span_us < 0 || span_us > kernel::kNsPerDay) {
      ++me.totals_.bad_downcalls;
      return;
    }
    me.pulses_[output].emit(me.agenda_.now(), count, span_us * kernel::kNsPerUs);
  }

  static int gcm_seal(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, std::uint8_t* out, std::uint8_t tag[12]) {
    auto& engine = node(context).services_.crypto;
    return engine.gcm_seal(key_of(key), Bytes(iv, protocol::crypto::kIvOctets), Bytes(aad, aad_n),
                           Bytes(in, n), MutableBytes(out, n),
                           MutableBytes(tag, protocol::crypto::kTagOctets))
               ? 0
               : -1;
  }
  static int gcm_open(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, const std::uint8_t tag[12], std::uint8_t* out) {
    auto& engine = node(context).services_.crypto;
    return engine.gcm_open(key_of(key), Bytes(iv, protocol::crypto::kIvOctets), Bytes(aad, aad_n),
                           Bytes(in, n), Bytes(tag, protocol::crypto::kTagOctets),
                           MutableBytes(out, n))
               ? 0
               : -1;
  }
  static int key_unwrap(void* context, const std::uint8_t kek[16], const std::uint8_t* in,
                        std::uint32_t n, std::uint8_t* out) {
    if (n < 24 || n % 8 != 0) return -1;  // RFC 3394: at least two 64-bit blocks and the check
    auto& engine = node(context).services_.crypto;
    return engine.unwrap(key_of(kek), Bytes(in, n), MutableBytes(out, n - 8)) ? 0 : -1;
  }
  static void random(void* context, std::uint8_t* out, std::uint32_t n) {
    kernel::KeyedStream& stream = node(context).random_;
    for (std::uint32_t i = 0; i < n; i += 4) {
      const std::uint32_t word = stream.next_u32();
      std::memcpy(out + i, &word, std::min<std::uint32_t>(4, n - i));
    }
  }
};

meter_hal meter_hal_table() {
  using Calls = MeterHalCalls;
  meter_hal hal{};
  hal.version = METER_HAL_VERSION;
  hal.size = sizeof(meter_hal);
  hal.uptime_us = Calls::uptime_us;
  hal.alarm_us = Calls::alarm_us;
  hal.rtc_ticks = Calls::rtc_ticks;
  hal.rtc_set = Calls::rtc_set;
  hal.rtc_match = Calls::rtc_match;
  hal.rtc_lost = Calls::rtc_lost;
  hal.flash_read = Calls::flash_read;
  hal.flash_write = Calls::flash_write;
  hal.flash_erase = Calls::flash_erase;
  hal.retained = Calls::retained;
  hal.uart_send = Calls::uart_send;
  hal.work = Calls::work;
  hal.buffer_take = Calls::buffer_take;
  hal.buffer_give = Calls::buffer_give;
  hal.relay_drive = Calls::relay_drive;
  hal.pulse = Calls::pulse;
  hal.gcm_seal = Calls::gcm_seal;
  hal.gcm_open = Calls::gcm_open;
  hal.key_unwrap = Calls::key_unwrap;
  hal.random = Calls::random;
  hal.work_done_us = Calls::work_done_us;
  return hal;
}

}  // namespace models

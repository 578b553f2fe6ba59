// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/platform.hpp"

#include <algorithm>
#include <bit>

#include "meter/port/cortex_m4/calls.hpp"
#include "meter/port/cortex_m4/downcall.hpp"

namespace meter::port {

struct Platform::Calls {
  static Platform& of(void* context) { return *static_cast<Platform*>(context); }

  // Time does not run within an upcall, so these need nobody.
  static std::int64_t uptime_us(void* context) { return of(context).moment_.uptime_us; }
  static std::int64_t rtc_ticks(void* context) { return of(context).moment_.rtc_ticks; }
  static int rtc_lost(void* context) { return of(context).moment_.rtc_lost != 0 ? 1 : 0; }
  static void* retained(void* context) { return of(context).memory_.retained(); }

  static void send_time(void* context, Kind kind, std::int64_t time) {
    const Downcall call(context);
    call->host_.begin(kind, 8);
    call->host_.put_u64(static_cast<std::uint64_t>(time));
    call->host_.end();
  }
  static void alarm_us(void* context, std::int64_t at) { send_time(context, Kind::alarm_us, at); }
  static void rtc_match(void* context, std::int64_t at) { send_time(context, Kind::rtc_match, at); }
  static void rtc_set(void* context, std::int64_t ticks) {
    const Downcall call(context);
    call->host_.begin(Kind::rtc_set, 8);
    call->host_.put_u64(static_cast<std::uint64_t>(ticks));
    protocol::Reader answer = call->ask(call->host_);
    call->moment_.rtc_ticks = static_cast<std::int64_t>(answer.u64());
    call->moment_.rtc_lost = answer.u8();
  }

  static int flash_read(void* context, std::uint32_t address, void* out, std::uint32_t n) {
    const Downcall call(context);
    return call->memory_.read(address, out, n);
  }
  static int flash_write(void* context, std::uint32_t address, const void* data, std::uint32_t n) {
    const Downcall call(context);
    return call->memory_.write(address, data, n);
  }
  static int flash_erase(void* context, std::uint32_t page) {
    const Downcall call(context);
    return call->memory_.erase(page);
  }

  static int uart_send(void* context, meter_uart port, const std::uint8_t* frame, std::uint32_t n) {
    const Downcall call(context);
    call->host_.begin(Kind::uart_send, 1 + n);
    call->host_.put_u8(static_cast<std::uint8_t>(port));
    call->host_.put({frame, n});
    return call->ask(call->host_).u8() != 0 ? -1 : 0;
  }
  static void work(void* context, meter_work kind, std::uint32_t octets) {
    const Downcall call(context);
    call->host_.begin(Kind::work, 5);
    call->host_.put_u8(static_cast<std::uint8_t>(kind));
    call->host_.put_u32(octets);
    call->host_.end();
  }

  static std::int64_t work_done_us(void* context) {
    const Downcall call(context);
    call->host_.begin(Kind::work_done_us, 0);
    return static_cast<std::int64_t>(call->ask(call->host_).u64());
  }

  static std::uint8_t* buffer_take(void* context) {
    const Downcall call(context);
    call->host_.begin(Kind::buffer_take, 0);
    const std::uint8_t slot = call->ask(call->host_).u8();
    if (slot >= kSlots) return nullptr;
    call->taken_ |= 1u << slot;
    const auto taken = static_cast<std::uint32_t>(std::popcount(call->taken_));
    if (taken > call->buffers_most_) call->buffers_most_ = taken;
    std::memset(call->store_.buffers[slot], 0, METER_BUFFER_BYTES);
    return call->store_.buffers[slot];
  }
  static void buffer_give(void* context, std::uint8_t* buffer) {
    const Downcall call(context);
    std::uint8_t slot = 0;
    while (slot < kSlots && call->store_.buffers[slot] != buffer) ++slot;
    if (slot < kSlots) call->taken_ &= ~(1u << slot);
    call->host_.begin(Kind::buffer_give, 1);
    call->host_.put_u8(slot < kSlots ? slot : kNoSlot);
    call->host_.end();
  }

  static void relay_drive(void* context, int close) {
    const Downcall call(context);
    call->host_.begin(Kind::relay_drive, 1);
    call->host_.put_u8(close != 0 ? 1 : 0);
    call->host_.end();
  }
  static void pulse(void* context, meter_pulse_output output, std::uint64_t count,
                    std::int64_t span_us) {
    const Downcall call(context);
    call->host_.begin(Kind::pulse, 17);
    call->host_.put_u8(static_cast<std::uint8_t>(output));
    call->host_.put_u64(count);
    call->host_.put_u64(static_cast<std::uint64_t>(span_us));
    call->host_.end();
  }
};

Platform::Platform(Store& store)
    : store_(store),
      host_(kUart0, kUart0ReceiveIrq),
      crypto_(kUart1, kUart1ReceiveIrq),
      answers_(store.answer, store.ahead),
      memory_(store.memory, host_, answers_),
      table_{} {
  table_.version = METER_HAL_VERSION;
  table_.size = sizeof(table_);
  table_.context = this;
  table_.uptime_us = Calls::uptime_us;
  table_.alarm_us = Calls::alarm_us;
  table_.rtc_ticks = Calls::rtc_ticks;
  table_.rtc_set = Calls::rtc_set;
  table_.rtc_match = Calls::rtc_match;
  table_.rtc_lost = Calls::rtc_lost;
  table_.flash_read = Calls::flash_read;
  table_.flash_write = Calls::flash_write;
  table_.flash_erase = Calls::flash_erase;
  table_.retained = Calls::retained;
  table_.uart_send = Calls::uart_send;
  table_.work = Calls::work;
  table_.buffer_take = Calls::buffer_take;
  table_.buffer_give = Calls::buffer_give;
  table_.relay_drive = Calls::relay_drive;
  table_.pulse = Calls::pulse;
  table_.work_done_us = Calls::work_done_us;
  add_crypto_calls(table_);
}

void Platform::start() {
  stopwatch_.power_up();
  host_.start();
  crypto_.start();
}

void Platform::resemble(bool modem_fitted, std::uint32_t pointers) {
  table_.size = std::min<std::uint32_t>(sizeof(table_), table_octets_of(pointers));
  if (modem_fitted) {
    add_plc_calls(table_);
  } else {
    remove_plc_calls(table_);
  }
}

protocol::Reader Platform::ask(Link& line) {
  line.end();
  return answers_.next(line);
}

}  // namespace meter::port

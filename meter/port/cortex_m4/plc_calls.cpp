// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The power line modem's downcalls.
#include "meter/port/cortex_m4/calls.hpp"
#include "meter/port/cortex_m4/downcall.hpp"

namespace meter::port {
namespace {

int plc_send(void* context, const std::uint8_t* mpdu, std::uint32_t n, std::uint8_t scheme,
             std::uint8_t level) {
  const Downcall call(context);
  call->host().begin(Kind::plc_send, 2 + n);
  call->host().put_u8(scheme);
  call->host().put_u8(level);
  call->host().put({mpdu, n});
  return call->ask(call->host()).u8() != 0 ? -1 : 0;
}

int plc_busy(void* context) {
  const Downcall call(context);
  call->host().begin(Kind::plc_busy, 0);
  return call->ask(call->host()).u8();
}

void plc_filter(void* context, const meter_plc_rule* rules, std::uint32_t n) {
  const Downcall call(context);
  call->host().begin(Kind::plc_filter, n * sizeof(*rules));
  for (std::uint32_t k = 0; k < n; ++k) call->host().put(octets_of(rules[k]));
  call->host().end();
}

void plc_search(void* context, int on) {
  const Downcall call(context);
  call->host().begin(Kind::plc_search, 1);
  call->host().put_u8(on != 0 ? 1 : 0);
  call->host().end();
}

std::uint32_t plc_heard(void* context, meter_plc_beacon* out, std::uint32_t n) {
  const Downcall call(context);
  call->host().begin(Kind::plc_heard, 4);
  call->host().put_u32(n);
  protocol::Reader answer = call->ask(call->host());
  std::uint32_t heard = 0;
  while (heard < n && answer.remaining() >= sizeof(*out)) {
    out[heard++] = take_struct<meter_plc_beacon>(answer);
  }
  return heard;
}

// A structure, or nothing for NULL.
template <typename T>
void send_optional(void* context, Kind kind, const T* value) {
  const Downcall call(context);
  call->host().begin(kind, value == nullptr ? 0 : sizeof(T));
  if (value != nullptr) call->host().put(octets_of(*value));
  call->host().end();
}
void plc_watch(void* context, const meter_plc_watch* watch) {
  send_optional(context, Kind::plc_watch, watch);
}
void plc_beacon(void* context, const meter_plc_plan* plan) {
  send_optional(context, Kind::plc_plan, plan);
}

int plc_frame_time(void* context, std::int64_t* start_us, std::uint32_t* sequence) {
  const Downcall call(context);
  call->host().begin(Kind::plc_frame_time, 0);
  protocol::Reader answer = call->ask(call->host());
  if (answer.u8() != 0) return -1;
  *start_us = static_cast<std::int64_t>(answer.u64());
  *sequence = answer.u32();
  return answer.ok() ? 0 : -1;
}

}  // namespace

void add_plc_calls(meter_hal& table) {
  table.plc_send = plc_send;
  table.plc_busy = plc_busy;
  table.plc_filter = plc_filter;
  table.plc_search = plc_search;
  table.plc_heard = plc_heard;
  table.plc_watch = plc_watch;
  table.plc_frame_time = plc_frame_time;
  table.plc_beacon = plc_beacon;
}

void remove_plc_calls(meter_hal& table) {
  table.plc_send = nullptr;
  table.plc_busy = nullptr;
  table.plc_filter = nullptr;
  table.plc_search = nullptr;
  table.plc_heard = nullptr;
  table.plc_watch = nullptr;
  table.plc_frame_time = nullptr;
  table.plc_beacon = nullptr;
}

}  // namespace meter::port

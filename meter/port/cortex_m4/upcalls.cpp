// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/upcalls.hpp"

#include <algorithm>

#include "meter/port/cortex_m4/arithmetic.hpp"
#include "protocol/assert.hpp"

namespace meter::port {
namespace {

template <std::size_t n>
void copy_text(char (&to)[n], const char* from) {
  std::size_t k = 0;
  for (; k + 1 < n && from[k] != 0; ++k) to[k] = from[k];
  to[k] = 0;
}

bool sends_plc(const meter_firmware& firmware) { return firmware.on_plc != nullptr; }

// Ticks that a downcall costs by the stopwatch alone: the host takes them off.
std::uint32_t ticks_per_pause(Platform& platform) {
  constexpr std::uint32_t kTimes = 64;
  platform.stopwatch().start();
  for (std::uint32_t k = 0; k < kTimes; ++k) const Downcall nothing(&platform);
  platform.stopwatch().pause();
  return platform.stopwatch().ticks() / kTimes;
}

}  // namespace

void UpcallServer::say_hello() {
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
  hello.boundary = kBoundary;
  hello.plc = sends_plc(firmware_) ? 1 : 0;
  copy_text(hello.name, firmware_.name);
  copy_text(hello.revision, firmware_.revision);
  platform_.host().begin(Kind::hello, sizeof(hello));
  platform_.host().put(octets_of(hello));
  platform_.host().end();
}

void UpcallServer::serve_one() {
  Bytes payload;
  const Kind kind = platform_.host().receive(store_.upcall, payload);
  protocol::Reader in(payload);
  if (set_memory(kind, in)) return finish(0, {});
  if (kind == Kind::describe) return describe(in);
  if (kind == Kind::statistics) return report_statistics();
  if (kind == Kind::arithmetic) return compute(in);
  platform_.set_moment(take_struct<Moment>(in));
  platform_.answers().begin();
  platform_.stopwatch().start();
  const std::int32_t result = call(kind, in);
  platform_.stopwatch().pause();
  platform_.memory().report_retained();
  finish(result, {});
}

bool UpcallServer::set_memory(Kind kind, protocol::Reader in) {
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

namespace {

// An upcall writes nowhere, and its octets lie as they may.
struct NoRoom {
  template <typename T>
  const T* lay(Bytes octets) {
    static_assert(sizeof(T) == 1);
    return octets.data();
  }
};

template <typename R, typename... A>
List<A...> arguments_of(R (*)(void*, A...));

}  // namespace

// With a frame of its own: a structure of another upcall takes no stack.
template <typename Upcall>
[[gnu::noinline]] bool UpcallServer::pass(Kind kind, protocol::Reader& in, std::int32_t& result) {
  if (kind != Upcall::kKind) return false;
  using Function = hal::FunctionOf<Upcall>;
  NoRoom room;
  take_arguments(typename Upcall::Shape{}, decltype(arguments_of(Function{})){}, in, room, 0,
                 [&](auto... arguments) {
                   const Function function = firmware_.*Upcall::kMember;
                   platform_.stopwatch().start();  // reading the message was the port's work
                   if constexpr (std::is_void_v<decltype(function(instance(), arguments...))>) {
                     function(instance(), arguments...);
                   } else {
                     result = function(instance(), arguments...);
                   }
                 });
  return true;
}

std::int32_t UpcallServer::call(Kind kind, protocol::Reader& in) {
  if (kind == Kind::init) return init(in), 0;
  if (kind == Kind::samples) return on_samples(in), 0;
  if (kind == Kind::plc) return on_plc(in), 0;
  if (kind == Kind::provision) paint_stack();  // a new meter's life: others had this board before
  std::int32_t result = 0;
  const auto any = [&]<typename... U>(List<U...>) { return (pass<U>(kind, in, result) || ...); };
  return any(Upcalls{}) ? result : -1;
}

void UpcallServer::init(protocol::Reader& in) {
  platform_.stopwatch().pause();
  platform_.resemble(in);
  platform_.forget_buffers();
  std::memset(store_.instance, 0, firmware_.instance_bytes + firmware_.plc_bytes);
  platform_.stopwatch().resume();
  firmware_.init(instance(), &platform_.table());
}

void UpcallServer::on_samples(protocol::Reader& in) {
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

void UpcallServer::on_plc(protocol::Reader& in) {
  meter_plc_frame frame{};
  frame.scheme = static_cast<std::uint8_t>(in.u32());
  frame.snr_cdb = static_cast<std::int32_t>(in.u32());
  frame.start_us = static_cast<std::int64_t>(in.u64());
  const Bytes mpdu = in.rest();
  frame.mpdu = mpdu.data();
  frame.n = static_cast<std::uint32_t>(mpdu.size());
  firmware_.on_plc(instance(), &frame);
}

void UpcallServer::describe(protocol::Reader& in) {
  meter_object_info info{};
  platform_.stopwatch().start();
  const int result = firmware_.describe(in.u32(), &info);
  platform_.stopwatch().pause();
  finish(result, octets_of(info));
}

void UpcallServer::report_statistics() {
  const Statistics statistics{stack_high_water(), platform_.buffers_most(),
                              platform_.host().bad_frames() + platform_.crypto().bad_frames()};
  platform_.stopwatch().start();
  platform_.stopwatch().pause();
  finish(0, octets_of(statistics));
}

void UpcallServer::compute(protocol::Reader in) {
  const auto operation = static_cast<Operation>(in.u8());
  std::uint32_t hash = 0;
  while (in.remaining() > 0 && in.ok()) {
    const std::uint64_t x = take_struct<std::uint64_t>(in);
    const std::uint64_t result = apply(operation, x, take_struct<std::uint64_t>(in));
    hash = mix(mix(hash, static_cast<std::uint32_t>(result)),
               static_cast<std::uint32_t>(result >> 32));
  }
  finish(static_cast<std::int32_t>(hash), {});
}

void UpcallServer::finish(std::int32_t result, Bytes more) {
  Link& host = platform_.host();
  host.begin(Kind::done, 12 + more.size());
  host.put_u32(static_cast<std::uint32_t>(result));
  host.put_u32(platform_.stopwatch().ticks());
  host.put_u32(platform_.stopwatch().pauses());
  host.put(more);
  host.end();
}

}  // namespace meter::port

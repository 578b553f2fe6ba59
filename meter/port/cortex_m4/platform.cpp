// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/port/cortex_m4/platform.hpp"

#include <bit>

#include "protocol/assert.hpp"

namespace meter::port {
namespace {

struct OnTarget {
  template <typename Peripheral, typename Call>
  static constexpr bool kHas = true;

  template <typename Peripheral, typename Call, typename R, typename... A>
  static R run(void* context, A... arguments) {
    const Downcall call(context);
    Platform& platform = *call.operator->();
    // Over the line goes a call that no part here has a method for.
    if constexpr (hal::has_method<Platform, Peripheral, Call>()) {
      return hal::OnBoard<Platform>::run<Peripheral, Call, R>(&platform, arguments...);
    } else {
      return ask<Peripheral, Call, R>(platform, arguments...);
    }
  }
  template <typename Peripheral, typename Call, typename R, typename... A>
  static R ask(Platform& platform, A... arguments) {
    const typename Call::Shape shapes{};
    Message& message = platform.message();
    message.begin(kCallNumber<Peripheral, Call>);
    put_arguments(message, shapes, arguments...);
    Link& line = platform.begin_call(std::is_same_v<Peripheral, hal::CryptoCalls>);
    if constexpr (!kIsAnswered<R, decltype(shapes)>) {
      line.end();
    } else if constexpr (std::is_void_v<R>) {
      protocol::Reader answer = platform.ask(line);
      take_outputs(answer, 0, shapes, arguments...);
    } else {
      protocol::Reader answer = platform.ask(line);
      const R result = take_value<R>(answer);
      take_outputs(answer, result, shapes, arguments...);
      return result;
    }
  }
};

}  // namespace

Platform::Platform(Store& store)
    : flash(memory_),
      store_(store),
      host_(kUart0, kUart0ReceiveIrq),
      crypto_(kUart1, kUart1ReceiveIrq),
      answers_(store.answer, store.ahead),
      memory_(store.memory, host_, answers_),
      message_(store.message) {
  table_.version = METER_HAL_VERSION;
  table_.size = sizeof(table_);
  table_.context = this;
  table_.retained = memory_.retained();
}

void Platform::start() {
  stopwatch_.power_up();
  host_.start();
  crypto_.start();
}

void Platform::resemble(protocol::Reader& in) {
  table_.capabilities = in.u32();
  table_.retained_bytes = in.u32();
  memory_.set_retained_bytes(table_.retained_bytes);
  tables_.resemble<OnTarget>(table_, [&in](auto) { return unsigned{in.u16()}; });
}

// The crypto block is a peripheral behind the second UART: its calls are announced on the first
// line, so that the host knows in what order all was called.
Link& Platform::begin_call(bool on_crypto_line) {
  if (on_crypto_line) {
    host_.begin(Kind::crypto, 0);
    host_.end();
  }
  Link& line = on_crypto_line ? crypto_ : host_;
  line.begin(Kind::call, message_.octets().size());
  line.put(message_.octets());
  return line;
}

void Message::put(Bytes more) {
  PROTOCOL_ASSERT(more.size() <= memory_.size() - n_);
  if (!more.empty()) std::memcpy(memory_.data() + n_, more.data(), more.size());
  n_ += more.size();
}

protocol::Reader Platform::ask(Link& line) {
  line.end();
  return answers_.next(line);
}

// ---- Parts ----

void Platform::Rtc::set(std::int64_t ticks) {
  p.host_.begin(Kind::rtc_set, 8);
  p.host_.put_u64(static_cast<std::uint64_t>(ticks));
  protocol::Reader answer = p.ask(p.host_);
  p.moment_.rtc_ticks = static_cast<std::int64_t>(answer.u64());
  p.moment_.rtc_lost = answer.u8();
}

std::uint8_t* Platform::Buffers::take() {
  p.host_.begin(Kind::buffer_take, 0);
  const std::uint8_t slot = p.ask(p.host_).u8();
  if (slot >= kSlots) return nullptr;
  taken |= 1u << slot;
  const auto now = static_cast<std::uint32_t>(std::popcount(taken));
  if (now > most) most = now;
  std::memset(p.store_.buffers[slot], 0, METER_BUFFER_BYTES);
  return p.store_.buffers[slot];
}

void Platform::Buffers::give(std::uint8_t* buffer) {
  std::uint8_t slot = 0;
  while (slot < kSlots && p.store_.buffers[slot] != buffer) ++slot;
  if (slot < kSlots) taken &= ~(1u << slot);
  p.host_.begin(Kind::buffer_give, 1);
  p.host_.put_u8(slot < kSlots ? slot : kNoSlot);
  p.host_.end();
}

}  // namespace meter::port

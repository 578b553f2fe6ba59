// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Downcalls of the image, served from the platform's table.
#include <algorithm>
#include <cstddef>
#include <list>
#include <stdexcept>

#include "tests/target/target_meter.hpp"

namespace target {
namespace {

using meter::port::put_outputs;
using meter::port::put_value;
using meter::port::take_arguments;

std::uint32_t size32(Bytes octets) { return static_cast<std::uint32_t>(octets.size()); }

// Memory for the arguments of one call, aligned for any of them; it starts as zero.
class Room {
 public:
  template <typename T>
  T* make(std::size_t n) {
    blocks_.emplace_back(n * sizeof(T) / sizeof(std::max_align_t) + 1);
    return reinterpret_cast<T*>(blocks_.back().data());
  }
  template <typename T>
  const T* lay(Bytes octets) {
    T* const copy = make<T>(octets.size() / sizeof(T));
    if (!octets.empty()) std::memcpy(copy, octets.data(), octets.size());
    return copy;
  }

 private:
  std::list<std::vector<std::max_align_t>> blocks_;
};

}  // namespace

// True when the upcall is over.
bool TargetMeter::serve(Line& line, const Message& message) {
  if (message.kind == Kind::done) return true;
  if (message.kind == Kind::fault) {
    throw std::runtime_error("the image stopped: " +
                             std::string(message.payload.begin(), message.payload.end()));
  }
  if (message.kind == Kind::call) {
    serve_call(line, message.reader());
  } else if (!serve_memory(message.kind, message.reader())) {
    throw std::runtime_error("a message nobody knows");
  }
  return false;
}

void TargetMeter::serve_call(Line& line, protocol::Reader in) {
  const std::uint8_t number[2] = {in.u8(), in.u8()};
  const auto calls_of = [&]<typename P, typename... C>(P, meter::hal::List<C...>) {
    return (serve_if<P, C>(line, number, in) || ...);
  };
  const auto any = [&]<typename... P>(meter::hal::List<P...>) {
    return (calls_of(P{}, typename P::Calls{}) || ...);
  };
  if (!any(meter::hal::Peripherals{})) throw std::runtime_error("a call nobody knows");
}

template <typename Peripheral, typename Call>
bool TargetMeter::serve_if(Line& line, const std::uint8_t (&number)[2], protocol::Reader in) {
  const auto& mine = meter::port::kCallNumber<Peripheral, Call>;
  if (number[0] != mine[0] || number[1] != mine[1]) return false;
  const auto function = hal_->*Peripheral::kMember->*Call::kMember;
  const auto serve = [&]<typename R, typename... A>(R (*)(void*, A...)) {
    const typename Call::Shape shapes{};
    Room room;
    bool whole = false;
    take_arguments(shapes, meter::hal::List<A...>{}, in, room, 0, [&](auto... arguments) {
      whole = true;
      Octets reply;
      if constexpr (std::is_void_v<R>) {
        function(hal_->context, arguments...);
        put_outputs(reply, 0, shapes, arguments...);
      } else {
        const R result = function(hal_->context, arguments...);
        put_value(reply, result);
        put_outputs(reply, result, shapes, arguments...);
      }
      if (meter::port::kIsAnswered<R, typename Call::Shape>) answer_on(line, {reply.all});
    });
    if (!whole) {
      throw std::runtime_error(std::string("too few arguments: ") + Peripheral::kName + ' ' +
                               Call::kName);
    }
  };
  serve(function);
  return true;
}

// ---- What the image answers from a copy, and changes here ----

bool TargetMeter::serve_memory(Kind kind, protocol::Reader in) {
  if (kind == Kind::rtc_set) {
    hal_->rtc->set(hal_->context, static_cast<std::int64_t>(in.u64()));
    answer({clock_answer(hal_->rtc->ticks(hal_->context), hal_->rtc->lost(hal_->context))});
  } else if (kind == Kind::flash_write) {
    const std::uint32_t address = in.u32();
    const Bytes data = in.rest();
    const int result = hal_->flash->write(hal_->context, address, data.data(), size32(data));
    answer_flash(result != 0, address, size32(data));
  } else if (kind == Kind::flash_erase) {
    const std::uint32_t page = in.u32();
    const int result = hal_->flash->erase(hal_->context, page);
    answer_flash(result != 0, page * METER_FLASH_PAGE_BYTES, METER_FLASH_PAGE_BYTES);
  } else if (kind == Kind::retained) {
    const std::uint32_t offset = in.u32();
    const Bytes octets = in.rest();
    if (offset + octets.size() > hal_->retained_bytes) throw std::runtime_error("retained");
    auto* const retained = static_cast<std::uint8_t*>(hal_->retained);
    std::copy(octets.begin(), octets.end(), retained + offset);
    std::copy(octets.begin(), octets.end(), retained_.begin() + offset);
  } else if (kind == Kind::buffer_take) {
    take_buffer();
  } else if (kind == Kind::buffer_give) {
    give_buffer(in.u8());
  } else {
    return false;
  }
  return true;
}

std::vector<std::uint8_t> clock_answer(std::int64_t rtc_ticks, int rtc_lost) {
  std::vector<std::uint8_t> octets(9);
  protocol::Writer out{octets};
  out.u64(static_cast<std::uint64_t>(rtc_ticks));
  out.u8(rtc_lost != 0 ? 1 : 0);
  return octets;
}

std::vector<std::uint8_t> flash_answer(const meter_hal& hal, bool failed, std::uint32_t address,
                                       std::uint32_t n) {
  std::vector<std::uint8_t> cells(n);
  const bool readable = hal.flash->read(hal.context, address, cells.data(), n) == 0;
  const std::array<std::uint8_t, 2> flags = {static_cast<std::uint8_t>(failed ? 1 : 0),
                                             static_cast<std::uint8_t>(readable ? 1 : 0)};
  const PageMap map = readable ? PageMap{} : unreadable_pages(hal);
  return joined({flags, readable ? Bytes(cells) : Bytes(map)});
}

void TargetMeter::answer_flash(bool failed, std::uint32_t address, std::uint32_t n) {
  const std::vector<std::uint8_t> now = flash_answer(*hal_, failed, address, n);
  const Bytes rest = Bytes(now).subspan(2);
  if (now[1] != 0) {
    std::copy(rest.begin(), rest.end(), flash_.begin() + address);
  } else {
    std::copy(rest.begin(), rest.end(), unreadable_.begin());
  }
  answer({now});
}

void TargetMeter::take_buffer() {
  std::uint8_t* const buffer = hal_->buffers->take(hal_->context);
  if (buffer == nullptr) return answer_octet(meter::port::kNoSlot);
  const auto slot = std::find(buffers_.begin(), buffers_.end(), nullptr);
  if (slot == buffers_.end()) throw std::runtime_error("more buffers than slots");
  *slot = buffer;
  answer_octet(static_cast<std::uint8_t>(slot - buffers_.begin()));
}

void TargetMeter::give_buffer(std::uint8_t slot) {
  std::uint8_t nowhere = 0;  // the firmware gave what it never took
  std::uint8_t* const buffer = slot < buffers_.size() ? buffers_[slot] : &nowhere;
  if (slot < buffers_.size()) buffers_[slot] = nullptr;
  hal_->buffers->give(hal_->context, buffer);
}

}  // namespace target

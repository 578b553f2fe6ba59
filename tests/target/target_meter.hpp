// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <span>

#include "meter/port/cortex_m4/arithmetic.hpp"
#include "tests/target/line.hpp"
#include "tests/target/qemu.hpp"

namespace target {

// A bit a page, the first page lowest: which cannot be read.
using PageMap = std::array<std::uint8_t, METER_FLASH_PAGES / 8>;
PageMap unreadable_pages(const meter_hal& hal);

// The calls of a peripheral that the platform has, a bit each.
template <typename Peripheral>
unsigned calls_of(const meter_hal& hal) {
  const auto* const table = hal.*Peripheral::kMember;
  unsigned calls = 0;
  unsigned bit = 1;
  const auto look = [&]<typename... C>(meter::hal::List<C...>) {
    ((calls |= table->*C::kMember != nullptr ? bit : 0, bit <<= 1), ...);
  };
  if (table != nullptr) look(typename Peripheral::Calls{});
  return calls;
}

// What the image is told of the clock after it was set, and of the cells after an operation.
std::vector<std::uint8_t> clock_answer(std::int64_t rtc_ticks, int rtc_lost);
std::vector<std::uint8_t> flash_answer(const meter_hal& hal, bool failed, std::uint32_t address,
                                       std::uint32_t n);

// One meter whose firmware runs in QEMU: hands upcalls to the image and serves its downcalls from
// the platform's own struct meter_hal, until the image says that the upcall is over.
class TargetMeter {
 public:
  // By boxes a message costs one octet on the line, which QEMU delivers one by one; the plain line
  // is slower and needs nothing but the UARTs.
  enum class Transport { boxes, octets };
  explicit TargetMeter(const std::string& image, Transport transport = Transport::boxes);

  // From the next init on the image serves the meter of this platform.
  void adopt(const meter_hal* hal);
  const meter_hal* hal() const { return hal_; }
  // The payload of init.
  std::vector<std::uint8_t> init_payload() const;
  // Brings the image's non-volatile memory and its clocks to where those of `from` stand.
  void prepare(const meter_hal& from);
  // What the converter's DMA leaves behind; `window` names the counts.
  void put_counts(const meter_window& window);
  // One upcall; its downcalls go to the adopted platform. Gives the firmware's result.
  int run(Kind kind, std::initializer_list<Bytes> payload);
  // The answers to the downcalls of the next upcall are known already; with boxes only.
  void answer_ahead(const std::vector<std::vector<std::uint8_t>>& answers);
  int describe(std::uint32_t index, meter_object_info& out);

  // A hash of what the operation gives for each pair: see meter::port::apply.
  std::uint32_t arithmetic(meter::port::Operation operation,
                           std::span<const std::array<std::uint64_t, 2>> pairs);

  const meter::port::Hello& hello() const { return hello_; }
  meter::port::Statistics statistics();
  // Instructions of the firmware alone in the last upcall, downcalls left out.
  std::uint64_t last_instructions() const { return last_instructions_; }
  std::uint64_t instructions() const { return instructions_; }
  struct Tally {
    std::uint64_t calls = 0;
    std::uint64_t instructions = 0;
  };
  // Since the meter was provisioned.
  const Tally& tally(Kind upcall) const { return tallies_[static_cast<std::size_t>(upcall)]; }
  Line& line() { return host_; }

 private:
  void synchronize_flash(const meter_hal& from);
  // Which line it came over; what is announced on the first comes over the second.
  Message next_message(Line*& line);
  Message run_until_done(const char* what);
  void set(Kind kind, Bytes payload);
  std::uint8_t* in_shared_ram(std::uint32_t address) const {
    return qemu_.shared_ram() + (address - meter::port::kSharedRam);
  }
  bool serve(Line& line, const Message& message);
  // False when the message is none of these.
  bool serve_memory(Kind kind, protocol::Reader in);
  // Any call of the boundary.
  void serve_call(Line& line, protocol::Reader in);
  template <typename Peripheral, typename Call>
  bool serve_if(Line& line, const std::uint8_t (&number)[2], protocol::Reader in);
  void answer_flash(bool failed, std::uint32_t address, std::uint32_t n);
  void take_buffer();
  void give_buffer(std::uint8_t slot);
  void answer(std::initializer_list<Bytes> payload) { answer_on(host_, payload); }
  void answer_on(Line& line, std::initializer_list<Bytes> payload);
  void answer_octet(std::uint8_t octet) { answer({{&octet, 1}}); }

  Qemu qemu_;
  Line host_;
  Line crypto_;
  const meter_hal* hal_ = nullptr;
  meter::port::Moment moment_{};
  meter::port::Hello hello_{};
  Transport transport_;
  std::vector<std::vector<std::uint8_t>> ahead_;
  std::size_t ahead_used_ = 0;
  std::uint64_t last_instructions_ = 0;
  std::uint64_t instructions_ = 0;
  std::array<Tally, 16> tallies_{};  // by kind of upcall
  std::array<std::uint8_t*, meter::port::kSlots> buffers_{};
  // What the image believes to stand in non-volatile memory.
  std::vector<std::uint8_t> flash_;
  PageMap unreadable_{};
  std::array<std::uint8_t, METER_RETAINED_MAX_BYTES> retained_{};
};

}  // namespace target

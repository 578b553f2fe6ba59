// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "meter/hal/meter_hal.h"
#include "protocol/bytes.hpp"

// What the image and its host say to each other: struct meter_hal over two serial lines. UART0
// carries upcalls down, and downcalls up in the order the firmware made them; UART1 is the crypto
// block. docs/target.md has the same in prose.
namespace meter::port {

using protocol::Bytes;
using protocol::MutableBytes;

// sync | kind | u32 length of payload | payload | u16 FCS-16 over kind, length and payload
inline constexpr std::uint8_t kSync = 0xA5;
// Instead of the frame's octets: all of them but sync stand already where Hello says, upcalls in
// one box, answers in the other. To an image the line then has a DMA channel.
inline constexpr std::uint8_t kSyncInRam = 0xA6;
inline constexpr std::size_t kHeadOctets = 6;
inline constexpr std::size_t kFcsOctets = 2;
inline constexpr std::uint16_t kWireVersion = 1;
inline constexpr std::size_t kFrameOctets = kHeadOctets - 1 + kFcsOctets;  // sync left out

enum class Kind : std::uint8_t {
  // Host to image: upcalls. All but describe begin with a Moment; each ends with `done`.
  init = 0x01,       // u8 modem fitted, u32 pointers in the platform's table
  provision = 0x02,  // struct meter_provision
  calibrate = 0x03,  // u8 step, struct meter_sums, struct meter_reference
  boot = 0x04,       // u8 reason
  alarm = 0x05,
  rtc = 0x06,
  uart = 0x07,        // u8 port, octets
  samples = 0x08,     // u32 samples, u32 cycles, u32 length, u32 channels; the counts by DMA
  sums = 0x09,        // u32 repeats, struct meter_sums
  power = 0x0A,       // u8 state
  relay = 0x0B,       // u8 closed
  describe = 0x0C,    // u32 index
  plc = 0x0D,         // u32 scheme, i32 snr, i64 start, octets
  plc_beacon = 0x0E,  // nothing, or struct meter_plc_beacon
  // Host to image: what changed in non-volatile memory between upcalls. Each ends with `done`, too.
  set_flash = 0x10,       // u32 address, octets
  set_retained = 0x11,    // u32 offset, octets
  set_unreadable = 0x12,  // a bit a page, the first one lowest: reads fail
  statistics = 0x13,      // answered by `done` with struct Statistics behind it

  // Image to host.
  hello = 0x40,  // after a reset: struct Hello
  done = 0x41,   // i32 result, u32 ticks, u32 calls; describe: struct meter_object_info
  fault = 0x42,  // text: an invariant broke or the core faulted; nothing follows
  // Downcalls. Those with an answer wait for it.
  alarm_us = 0x50,     // i64
  rtc_set = 0x51,      // i64; answer: i64 ticks, u8 lost
  rtc_match = 0x52,    // i64
  flash_write = 0x53,  // u32 address, octets; answer: see flash_erase
  // u32 page; answer: u8 failed, u8 readable, then what stands there now or set_unreadable's map
  flash_erase = 0x54,
  retained = 0x55,        // u32 offset, octets: the firmware wrote there
  uart_send = 0x56,       // u8 port, octets; answer: u8 failed
  work = 0x57,            // u8 kind, u32 octets
  buffer_take = 0x58,     // answer: u8 slot, kNoSlot when the pool is empty
  buffer_give = 0x59,     // u8 slot
  relay_drive = 0x5A,     // u8 close
  pulse = 0x5B,           // u8 output, u64 count, i64 span
  work_done_us = 0x5C,    // answer: i64
  plc_send = 0x60,        // u8 scheme, u8 level, octets; answer: u8 failed
  plc_busy = 0x61,        // answer: u8
  plc_filter = 0x62,      // struct meter_plc_rule, n times
  plc_search = 0x63,      // u8
  plc_heard = 0x64,       // u32 n; answer: struct meter_plc_beacon, up to n times
  plc_watch = 0x65,       // nothing, or struct meter_plc_watch
  plc_frame_time = 0x66,  // answer: u8 failed, i64 start, u32 sequence
  plc_plan = 0x67,        // nothing, or struct meter_plc_plan
  crypto = 0x6F,          // nothing: what comes next comes over UART1, which keeps the two in order
  // UART1, each with an answer.
  seal = 0x70,    // key, iv, u32 length of aad, aad, text; answer: u8 failed, tag, text
  open = 0x71,    // key, iv, tag, u32 length of aad, aad, text; answer: u8 failed, text
  unwrap = 0x72,  // key, octets; answer: u8 failed, octets
  random = 0x73,  // u32 n; answer: n octets
  answer = 0x7F,
};

inline constexpr std::uint8_t kNoSlot = 0xFF;
inline constexpr std::size_t kSlots = 8;
inline constexpr std::size_t kMaxAnswerOctets = METER_FLASH_PAGE_BYTES + 64;  // of a frame
// A host that knows the answers before the questions puts them here with the upcall, so that nobody
// waits: u32 count, then each as u32 length and payload. What does not fit comes over the line.
inline constexpr std::size_t kAheadOctets = 64 * 1024;

// The analogue front end is a DMA master: before `samples` the host has put the counts of each
// fitted channel, its lead first, one channel behind the other, where Hello says.
inline constexpr std::uint32_t kMaxWindowSamples = 4096;
inline constexpr std::size_t kWindowCounts =
    METER_CHANNELS * (METER_WINDOW_LEAD + kMaxWindowSamples);
inline constexpr std::uint32_t kSharedRam = 0x21000000;  // the board's PSRAM
inline constexpr std::uint32_t kSharedRamOctets = 16u << 20;
inline constexpr std::size_t kMaxUpcallOctets = 2 * METER_FLASH_PAGE_BYTES;  // of a frame

// Structures without pointers cross as they lie in memory. Both sides are little-endian and align
// 64-bit members to eight octets; the sizes in Hello prove it before anything else is said.
struct Moment {
  std::int64_t uptime_us;
  std::int64_t rtc_ticks;
  std::uint32_t rtc_lost;
  std::uint32_t reserved;
};
struct Hello {
  std::uint16_t wire_version;
  std::uint16_t hal_version;
  std::uint32_t capabilities;
  std::uint32_t n_elements;
  std::uint32_t instance_bytes;
  std::uint32_t plc_bytes;
  std::uint32_t window_address;  // of the counts
  std::uint32_t upcall_address;  // of the boxes
  std::uint32_t answer_address;
  std::uint32_t ahead_address;
  std::uint32_t ticks_per_pause;  // what the stopwatch itself costs, a downcall
  std::uint32_t sizes[10];
  std::uint8_t plc;  // the firmware takes on_plc
  char name[16];
  char revision[15];
};
struct Statistics {
  std::uint32_t stack_bytes;  // deepest so far, of firmware and port together
  std::uint32_t buffers_most;
  std::uint32_t bad_frames;
};

inline void fill_sizes(std::uint32_t (&sizes)[10]) {
  const std::uint32_t now[10] = {
      sizeof(Moment),           sizeof(meter_provision),   sizeof(meter_sums),
      sizeof(meter_reference),  sizeof(meter_object_info), sizeof(meter_plc_rule),
      sizeof(meter_plc_beacon), sizeof(meter_plc_watch),   sizeof(meter_plc_plan),
      sizeof(Statistics)};
  std::memcpy(sizes, now, sizeof(now));
}

// Tables of the boundary grow at their end. They are pointers but for two numbers in front, so the
// count of pointers says the same on both sides as `size` does on one.
inline constexpr std::uint32_t kTableHeadOctets = 8;
constexpr std::uint32_t pointers_in(std::uint32_t table_octets) {
  return (table_octets - kTableHeadOctets) / static_cast<std::uint32_t>(sizeof(void*));
}
constexpr std::uint32_t table_octets_of(std::uint32_t pointers) {
  return kTableHeadOctets + pointers * static_cast<std::uint32_t>(sizeof(void*));
}
static_assert(offsetof(meter_hal, context) == kTableHeadOctets);

template <typename T>
Bytes octets_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof(value)};
}
// A structure off the front; zeroes when too little is left, which the reader remembers.
template <typename T>
T take_struct(protocol::Reader& in) {
  T value{};
  const Bytes octets = in.take(sizeof(T));
  if (!octets.empty()) std::memcpy(&value, octets.data(), sizeof(T));
  return value;
}

}  // namespace meter::port

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "meter/port/cortex_m4/marshal.hpp"

// What the image and its host say to each other: struct meter_hal over two serial lines. UART0
// carries upcalls down, and downcalls up in the order the firmware made them; UART1 is the crypto
// block. docs/target.md has the same in prose.
namespace meter::port {

// sync | kind | u32 length of payload | payload | u16 FCS-16 over kind, length and payload
inline constexpr std::uint8_t kSync = 0xA5;
// Instead of the frame's octets: all of them but sync stand already where Hello says, upcalls in
// one box, answers in the other. To an image the line then has a DMA channel.
inline constexpr std::uint8_t kSyncInRam = 0xA6;
inline constexpr std::size_t kHeadOctets = 6;
inline constexpr std::size_t kFcsOctets = 2;
inline constexpr std::uint16_t kWireVersion = 2;
inline constexpr std::size_t kFrameOctets = kHeadOctets - 1 + kFcsOctets;  // sync left out

enum class Kind : std::uint8_t {
  // Host to image: upcalls, most by the list below. All but describe begin with a Moment; each ends
  // with `done`.
  init = 0x01,  // u32 capabilities, u32 retained octets; a u16 a peripheral: a bit a call it has
  provision = 0x02,
  calibrate = 0x03,
  boot = 0x04,
  alarm = 0x05,
  rtc = 0x06,
  uart = 0x07,
  samples = 0x08,  // u32 samples, u32 cycles, u32 length, u32 channels; the counts by DMA
  sums = 0x09,
  power = 0x0A,
  relay = 0x0B,
  describe = 0x0C,  // u32 index
  plc = 0x0D,       // u32 scheme, i32 snr, i64 start, octets
  plc_beacon = 0x0E,
  input = 0x0F,
  module = 0x18,
  display = 0x19,
  // Host to image: what changed in non-volatile memory between upcalls. Each ends with `done`, too.
  set_flash = 0x10,       // u32 address, octets
  set_retained = 0x11,    // u32 offset, octets
  set_unreadable = 0x12,  // a bit a page, the first one lowest: reads fail
  statistics = 0x13,      // answered by `done` with struct Statistics behind it
  arithmetic = 0x14,      // u8 operation, pairs of numbers; `done` has a hash of the results

  // Image to host.
  hello = 0x40,  // after a reset: struct Hello
  done = 0x41,   // i32 result, u32 ticks, u32 calls; describe: struct meter_object_info
  fault = 0x42,  // text: an invariant broke or the core faulted; nothing follows
  // Downcalls. Those with an answer wait for it.
  call = 0x50,  // u8 peripheral, u8 call, arguments; answer: result and outputs
  // Those of memory and clock that the image serves from a copy have messages of their own.
  rtc_set = 0x51,      // i64; answer: i64 ticks, u8 lost
  flash_write = 0x53,  // u32 address, octets; answer: see flash_erase
  // u32 page; answer: u8 failed, u8 readable, then what stands there now or set_unreadable's map
  flash_erase = 0x54,
  retained = 0x55,     // u32 offset, octets: the firmware wrote there
  buffer_take = 0x58,  // answer: u8 slot, kNoSlot when the pool is empty
  buffer_give = 0x59,  // u8 slot
  crypto = 0x6F,       // nothing: the call itself comes over UART1; this keeps the two in order
  answer = 0x7F,
};

constexpr std::size_t count_of_list(auto list) {
  return []<typename... T>(List<T...>) { return sizeof...(T); }(list);
}
inline constexpr std::size_t kPeripherals = count_of_list(hal::Peripherals{});

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
  std::uint32_t boundary;         // kBoundary
  std::uint8_t plc;               // the firmware takes on_plc
  char name[16];
  char revision[15];
};
struct Statistics {
  std::uint32_t stack_bytes;  // deepest so far, of firmware and port together
  std::uint32_t buffers_most;
  std::uint32_t bad_frames;
};

// The calls by their names, and the structures: equal on both sides, or nothing else is said.
inline constexpr std::uint32_t kBoundary = [] {
  std::uint32_t hash = hash_of(hal::Peripherals{});
  for (const std::size_t size :
       {sizeof(Moment), sizeof(Statistics), sizeof(meter_provision), sizeof(meter_sums),
        sizeof(meter_reference), sizeof(meter_object_info), sizeof(meter_plc_rule),
        sizeof(meter_plc_beacon), sizeof(meter_plc_watch), sizeof(meter_plc_plan)}) {
    hash = mix(hash, static_cast<std::uint32_t>(size));
  }
  return hash;
}();

// ---- Upcalls that are no more than their arguments ----

#define METER_UPCALL(name, member, ...)                      \
  struct name {                                              \
    using Shape = Shapes<__VA_ARGS__>;                       \
    static constexpr Kind kKind = Kind::name;                \
    static constexpr auto kMember = &meter_firmware::member; \
  }
namespace upcall {
METER_UPCALL(provision, provision, InStruct);
METER_UPCALL(calibrate, calibrate, Value, InStruct, InStruct);
METER_UPCALL(boot, boot, Value);
METER_UPCALL(alarm, on_alarm);
METER_UPCALL(rtc, on_rtc);
METER_UPCALL(uart, on_uart, Value, InArray);
METER_UPCALL(sums, on_sums, InStruct, Value);
METER_UPCALL(power, on_power, Value);
METER_UPCALL(relay, on_relay, hal::Flag);
METER_UPCALL(plc_beacon, on_plc_beacon, InStruct);
METER_UPCALL(input, on_input, Value, hal::Flag);
METER_UPCALL(module, on_module, hal::Flag);
METER_UPCALL(display, on_display);
}  // namespace upcall
#undef METER_UPCALL
using Upcalls = List<upcall::provision, upcall::calibrate, upcall::boot, upcall::alarm, upcall::rtc,
                     upcall::uart, upcall::sums, upcall::power, upcall::relay, upcall::plc_beacon,
                     upcall::input, upcall::module, upcall::display>;

}  // namespace meter::port

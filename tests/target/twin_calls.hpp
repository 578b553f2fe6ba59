// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "meter/fw/store/crc32.hpp"
#include "tests/target/twin.hpp"

// What recording and replaying write alike.
namespace target {

inline std::uint32_t mark_of(Bytes octets) { return meter::fw::crc32(octets); }

inline std::vector<std::uint8_t> flag(int result) {
  return {static_cast<std::uint8_t>(result != 0 ? 1 : 0)};
}
inline std::array<std::uint8_t, 8> big_endian_time(std::int64_t time) {
  std::array<std::uint8_t, 8> octets;
  protocol::Writer out{octets};
  out.u64(static_cast<std::uint64_t>(time));
  return octets;
}

template <typename T>
Bytes array_of(const T* first, std::uint32_t n) {
  return {reinterpret_cast<const std::uint8_t*>(first), n * sizeof(T)};
}

inline std::string crypto_text(const char* name, const std::uint8_t* iv, Bytes aad,
                               std::uint32_t n) {
  // The authentication key stands in the additional data (Green Book 9.2.3.3.7): a mark only.
  return text(name, Bytes(iv, 12), mark_of(aad), n);
}
// Member by member: octets between the members are nobody's.
inline std::string watch_text(const meter_plc_watch* watch) {
  return watch == nullptr ? "plc_watch none"
                          : text("plc_watch", Bytes(watch->mpdu), watch->miss_limit);
}
inline std::string plan_text(const meter_plc_plan* plan) {
  return plan == nullptr ? "plc_beacon none"
                         : text("plc_beacon", Bytes(plan->mpdu), plan->sequence_offset);
}

template <typename Calls>
meter_hal table_of(const meter_hal& platform, Twin* twin) {
  meter_hal table{};
  table.version = platform.version;
  table.size = std::min<std::uint32_t>(platform.size, sizeof(table));
  table.context = twin;
  table.uptime_us = Calls::uptime_us;
  table.alarm_us = Calls::alarm_us;
  table.rtc_ticks = Calls::rtc_ticks;
  table.rtc_set = Calls::rtc_set;
  table.rtc_match = Calls::rtc_match;
  table.rtc_lost = Calls::rtc_lost;
  table.flash_read = Calls::flash_read;
  table.flash_write = Calls::flash_write;
  table.flash_erase = Calls::flash_erase;
  table.retained = Calls::retained;
  table.uart_send = Calls::uart_send;
  table.work = Calls::work;
  table.buffer_take = Calls::buffer_take;
  table.buffer_give = Calls::buffer_give;
  table.relay_drive = Calls::relay_drive;
  table.pulse = Calls::pulse;
  table.gcm_seal = Calls::gcm_seal;
  table.gcm_open = Calls::gcm_open;
  table.key_unwrap = Calls::key_unwrap;
  table.random = Calls::random;
  if (platform.size > offsetof(meter_hal, work_done_us) && platform.work_done_us != nullptr) {
    table.work_done_us = Calls::work_done_us;
  }
  if (platform.size < offsetof(meter_hal, work_done_us) || platform.plc_send == nullptr) {
    return table;
  }
  table.plc_send = Calls::plc_send;
  table.plc_busy = Calls::plc_busy;
  table.plc_filter = Calls::plc_filter;
  table.plc_search = Calls::plc_search;
  table.plc_heard = Calls::plc_heard;
  table.plc_watch = Calls::plc_watch;
  table.plc_frame_time = Calls::plc_frame_time;
  table.plc_beacon = Calls::plc_beacon;
  return table;
}

}  // namespace target

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The table that serves the image: nothing happens any more, each call must be the host build's.
#include <algorithm>

#include "tests/target/twin_calls.hpp"

namespace target {

struct ReplayCalls {
  static Twin& twin(void* context) { return *static_cast<Twin*>(context); }
  static protocol::Reader same(void* context, const std::string& what, Bytes hidden = {}) {
    return protocol::Reader(twin(context).transcript_.replay(what, hidden));
  }
  static int result(protocol::Reader in) { return in.u8() != 0 ? -1 : 0; }

  // ---- What the image's end of the line asks for by itself ----
  static std::int64_t uptime_us(void*) { return 0; }
  static std::int64_t rtc_ticks(void* c) { return twin(c).rtc_ticks_; }
  static int rtc_lost(void* c) { return twin(c).rtc_lost_; }
  static void* retained(void* c) { return twin(c).retained_.data(); }
  // Of what was written or erased last, or just whether the page can be read.
  static int flash_read(void* c, std::uint32_t address, void* out, std::uint32_t n) {
    Twin& me = twin(c);
    const std::uint32_t page = address / METER_FLASH_PAGE_BYTES;
    if ((me.unreadable_[page / 8] >> page % 8 & 1u) != 0) return -1;
    std::copy_n(me.cells_.begin(), std::min<std::size_t>(n, me.cells_.size()),
                static_cast<std::uint8_t*>(out));
    return 0;
  }

  // ---- Downcalls ----
  static void alarm_us(void* c, std::int64_t at) { same(c, text("alarm_us", at)); }
  static void rtc_match(void* c, std::int64_t at) { same(c, text("rtc_match", at)); }
  static void rtc_set(void* c, std::int64_t ticks) {
    protocol::Reader in = same(c, text("rtc_set", ticks));
    twin(c).rtc_ticks_ = static_cast<std::int64_t>(in.u64());
    twin(c).rtc_lost_ = in.u8();
  }
  static int replay_flash(void* c, const std::string& what) {
    protocol::Reader in = same(c, what);
    const bool failed = in.u8() != 0;
    const bool readable = in.u8() != 0;
    const Bytes rest = in.rest();
    PageMap& map = twin(c).unreadable_;
    map.fill(0);
    if (!readable) std::copy_n(rest.begin(), map.size(), map.begin());
    twin(c).cells_.assign(rest.begin(), readable ? rest.end() : rest.begin());
    return failed ? -1 : 0;
  }
  static int flash_write(void* c, std::uint32_t address, const void* data, std::uint32_t n) {
    const Bytes octets(static_cast<const std::uint8_t*>(data), n);
    return replay_flash(c, text("flash_write", address, octets, mark_of(twin(c).retained_)));
  }
  static int flash_erase(void* c, std::uint32_t page) {
    return replay_flash(c, text("flash_erase", page, mark_of(twin(c).retained_)));
  }
  static int uart_send(void* c, meter_uart port, const std::uint8_t* frame, std::uint32_t n) {
    return result(same(c, text("uart_send", port, Bytes(frame, n))));
  }
  static void work(void* c, meter_work kind, std::uint32_t octets) {
    same(c, text("work", kind, octets));
  }
  static std::int64_t work_done_us(void* c) {
    return static_cast<std::int64_t>(same(c, "work_done_us").u64());
  }
  static std::uint8_t* buffer_take(void* c) {
    const std::uint8_t token = same(c, "buffer_take").u8();
    return token == meter::port::kNoSlot ? nullptr : &twin(c).stand_ins_[token];
  }
  static void buffer_give(void* c, std::uint8_t* buffer) {
    const std::ptrdiff_t token = buffer - twin(c).stand_ins_.data();
    const bool known = token >= 0 && token < static_cast<std::ptrdiff_t>(meter::port::kSlots);
    same(c, text("buffer_give", known ? token : meter::port::kNoSlot));
  }
  static void relay_drive(void* c, int close) { same(c, text("relay_drive", close != 0)); }
  static void pulse(void* c, meter_pulse_output output, std::uint64_t count, std::int64_t span_us) {
    same(c, text("pulse", output, static_cast<long long>(count), span_us));
  }

  static int gcm_seal(void* c, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, std::uint8_t* out, std::uint8_t tag[12]) {
    protocol::Reader in_order =
        same(c, crypto_text("gcm_seal", iv, {aad, aad_n}, n), joined({{key, 16}, {in, n}}));
    const int failed = result(in_order);
    in_order.skip(1);
    std::copy_n(in_order.take(12).begin(), 12, tag);
    std::copy_n(in_order.rest().begin(), n, out);
    return failed;
  }
  static int gcm_open(void* c, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, const std::uint8_t tag[12], std::uint8_t* out) {
    protocol::Reader in_order = same(c, crypto_text("gcm_open", iv, {aad, aad_n}, n),
                                     joined({{key, 16}, {tag, 12}, {in, n}}));
    const int failed = result(in_order);
    in_order.skip(1);
    std::copy_n(in_order.rest().begin(), n, out);
    return failed;
  }
  static int key_unwrap(void* c, const std::uint8_t kek[16], const std::uint8_t* in,
                        std::uint32_t n, std::uint8_t* out) {
    protocol::Reader in_order = same(c, text("key_unwrap", n), joined({{kek, 16}, {in, n}}));
    const int failed = result(in_order);
    in_order.skip(1);
    std::copy_n(in_order.rest().begin(), n - 8, out);
    return failed;
  }
  static void random(void* c, std::uint8_t* out, std::uint32_t n) {
    std::copy_n(same(c, text("random", n)).rest().begin(), n, out);
  }

  static int plc_send(void* c, const std::uint8_t* mpdu, std::uint32_t n, std::uint8_t scheme,
                      std::uint8_t level) {
    return result(same(c, text("plc_send", scheme, level, Bytes(mpdu, n))));
  }
  static int plc_busy(void* c) { return same(c, "plc_busy").u8(); }
  static void plc_filter(void* c, const meter_plc_rule* rules, std::uint32_t n) {
    same(c, text("plc_filter", array_of(rules, n)));
  }
  static void plc_search(void* c, int on) { same(c, text("plc_search", on != 0)); }
  static std::uint32_t plc_heard(void* c, meter_plc_beacon* out, std::uint32_t n) {
    const Bytes octets = same(c, text("plc_heard", n)).rest();
    std::copy(octets.begin(), octets.end(), reinterpret_cast<std::uint8_t*>(out));
    return static_cast<std::uint32_t>(octets.size() / sizeof(*out));
  }
  static void plc_watch(void* c, const meter_plc_watch* watch) { same(c, watch_text(watch)); }
  static int plc_frame_time(void* c, std::int64_t* start_us, std::uint32_t* sequence) {
    protocol::Reader in = same(c, "plc_frame_time");
    const int failed = result(in);
    in.skip(1);
    *start_us = static_cast<std::int64_t>(in.u64());
    *sequence = in.u32();
    return failed;
  }
  static void plc_beacon(void* c, const meter_plc_plan* plan) { same(c, plan_text(plan)); }
};

meter_hal replay_table(const meter_hal& platform, Twin* twin) {
  return table_of<ReplayCalls>(platform, twin);
}

}  // namespace target

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The table that the host build sees: the platform's, with every call written down.
#include <algorithm>

#include "tests/target/twin_calls.hpp"

namespace target {

struct RecordCalls {
  static Twin& twin(void* context) { return *static_cast<Twin*>(context); }
  static const meter_hal& hal(void* context) { return twin(context).platform_; }
  static void* under(void* context) { return twin(context).platform_.context; }
  static void note(void* context, std::string what) {
    twin(context).transcript_.record({std::move(what), {}, {}, false});
  }
  static void note(void* context, std::string what, std::vector<std::uint8_t> answer,
                   std::vector<std::uint8_t> hidden = {}) {
    twin(context).transcript_.record({std::move(what), std::move(hidden), std::move(answer), true});
  }

  static std::int64_t uptime_us(void* c) { return hal(c).uptime_us(under(c)); }
  static std::int64_t rtc_ticks(void* c) { return hal(c).rtc_ticks(under(c)); }
  static int rtc_lost(void* c) { return hal(c).rtc_lost(under(c)); }
  static void* retained(void* c) { return hal(c).retained(under(c)); }
  static int flash_read(void* c, std::uint32_t address, void* out, std::uint32_t n) {
    return hal(c).flash_read(under(c), address, out, n);
  }

  static void alarm_us(void* c, std::int64_t at) {
    hal(c).alarm_us(under(c), at);
    note(c, text("alarm_us", at));
  }
  static void rtc_match(void* c, std::int64_t at) {
    hal(c).rtc_match(under(c), at);
    note(c, text("rtc_match", at));
  }
  static void rtc_set(void* c, std::int64_t ticks) {
    hal(c).rtc_set(under(c), ticks);
    note(c, text("rtc_set", ticks), joined({big_endian_time(rtc_ticks(c)), flag(rtc_lost(c))}));
  }

  // With what stands in the cells now, and with the state of the battery-backed RAM that a supply
  // cut in this very operation would leave.
  static void note_flash(void* c, std::string what, int failed, std::uint32_t address,
                         std::uint32_t n) {
    std::vector<std::uint8_t> cells(n);
    const bool readable = flash_read(c, address, cells.data(), n) == 0;
    const std::array<std::uint8_t, 2> flags = {static_cast<std::uint8_t>(failed ? 1 : 0),
                                               static_cast<std::uint8_t>(readable ? 1 : 0)};
    const PageMap map = readable ? PageMap{} : unreadable_pages(hal(c));
    note(c, std::move(what), joined({flags, readable ? Bytes(cells) : Bytes(map)}));
  }
  static std::uint32_t retained_mark(void* c) {
    return mark_of({static_cast<const std::uint8_t*>(retained(c)), METER_RETAINED_BYTES});
  }
  static int flash_write(void* c, std::uint32_t address, const void* data, std::uint32_t n) {
    const Bytes octets(static_cast<const std::uint8_t*>(data), n);
    std::string what = text("flash_write", address, octets, retained_mark(c));
    const int result = hal(c).flash_write(under(c), address, data, n);
    note_flash(c, std::move(what), result, address, n);
    return result;
  }
  static int flash_erase(void* c, std::uint32_t page) {
    std::string what = text("flash_erase", page, retained_mark(c));
    const int result = hal(c).flash_erase(under(c), page);
    note_flash(c, std::move(what), result, page * METER_FLASH_PAGE_BYTES, METER_FLASH_PAGE_BYTES);
    return result;
  }

  static int uart_send(void* c, meter_uart port, const std::uint8_t* frame, std::uint32_t n) {
    const int result = hal(c).uart_send(under(c), port, frame, n);
    note(c, text("uart_send", port, Bytes(frame, n)), flag(result));
    return result;
  }
  static void work(void* c, meter_work kind, std::uint32_t octets) {
    hal(c).work(under(c), kind, octets);
    note(c, text("work", kind, octets));
  }
  static std::int64_t work_done_us(void* c) {
    const std::int64_t done_us = hal(c).work_done_us(under(c));
    const auto octets = big_endian_time(done_us);
    note(c, "work_done_us", std::vector<std::uint8_t>(octets.begin(), octets.end()));
    return done_us;
  }
  static std::uint8_t* buffer_take(void* c) {
    Twin& me = twin(c);
    std::uint8_t* const buffer = hal(c).buffer_take(under(c));
    std::uint8_t token = meter::port::kNoSlot;
    if (buffer != nullptr) {
      *std::find(me.taken_.begin(), me.taken_.end(), nullptr) = buffer;
      token = me.token_of(buffer);
    }
    note(c, "buffer_take", std::vector<std::uint8_t>{token});
    return buffer;
  }
  static void buffer_give(void* c, std::uint8_t* buffer) {
    Twin& me = twin(c);
    const std::uint8_t token = me.token_of(buffer);
    if (token != meter::port::kNoSlot) me.taken_[token] = nullptr;
    hal(c).buffer_give(under(c), buffer);
    note(c, text("buffer_give", token));
  }
  static void relay_drive(void* c, int close) {
    hal(c).relay_drive(under(c), close);
    note(c, text("relay_drive", close != 0));
  }
  static void pulse(void* c, meter_pulse_output output, std::uint64_t count, std::int64_t span_us) {
    hal(c).pulse(under(c), output, count, span_us);
    note(c, text("pulse", output, static_cast<long long>(count), span_us));
  }

  static int gcm_seal(void* c, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, std::uint8_t* out, std::uint8_t tag[12]) {
    std::string what = crypto_text("gcm_seal", iv, {aad, aad_n}, n);
    std::vector<std::uint8_t> hidden = joined({{key, 16}, {in, n}});
    const int result = hal(c).gcm_seal(under(c), key, iv, aad, aad_n, in, n, out, tag);
    note(c, std::move(what), joined({flag(result), {tag, 12}, {out, n}}), std::move(hidden));
    return result;
  }
  static int gcm_open(void* c, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, const std::uint8_t tag[12], std::uint8_t* out) {
    std::string what = crypto_text("gcm_open", iv, {aad, aad_n}, n);
    std::vector<std::uint8_t> hidden = joined({{key, 16}, {tag, 12}, {in, n}});
    const int result = hal(c).gcm_open(under(c), key, iv, aad, aad_n, in, n, tag, out);
    note(c, std::move(what), joined({flag(result), {out, n}}), std::move(hidden));
    return result;
  }
  static int key_unwrap(void* c, const std::uint8_t kek[16], const std::uint8_t* in,
                        std::uint32_t n, std::uint8_t* out) {
    std::vector<std::uint8_t> hidden = joined({{kek, 16}, {in, n}});
    const int result = hal(c).key_unwrap(under(c), kek, in, n, out);
    note(c, text("key_unwrap", n), joined({flag(result), {out, n - 8}}), std::move(hidden));
    return result;
  }
  static void random(void* c, std::uint8_t* out, std::uint32_t n) {
    hal(c).random(under(c), out, n);
    note(c, text("random", n), std::vector<std::uint8_t>(out, out + n));
  }

  static int plc_send(void* c, const std::uint8_t* mpdu, std::uint32_t n, std::uint8_t scheme,
                      std::uint8_t level) {
    const int result = hal(c).plc_send(under(c), mpdu, n, scheme, level);
    note(c, text("plc_send", scheme, level, Bytes(mpdu, n)), flag(result));
    return result;
  }
  static int plc_busy(void* c) {
    const int result = hal(c).plc_busy(under(c));
    note(c, "plc_busy", flag(result));
    return result;
  }
  static void plc_filter(void* c, const meter_plc_rule* rules, std::uint32_t n) {
    hal(c).plc_filter(under(c), rules, n);
    note(c, text("plc_filter", array_of(rules, n)));
  }
  static void plc_search(void* c, int on) {
    hal(c).plc_search(under(c), on);
    note(c, text("plc_search", on != 0));
  }
  static std::uint32_t plc_heard(void* c, meter_plc_beacon* out, std::uint32_t n) {
    const std::uint32_t heard = hal(c).plc_heard(under(c), out, n);
    const Bytes octets = array_of(out, heard);
    note(c, text("plc_heard", n), std::vector<std::uint8_t>(octets.begin(), octets.end()));
    return heard;
  }
  static void plc_watch(void* c, const meter_plc_watch* watch) {
    hal(c).plc_watch(under(c), watch);
    note(c, watch_text(watch));
  }
  static int plc_frame_time(void* c, std::int64_t* start_us, std::uint32_t* sequence) {
    const int result = hal(c).plc_frame_time(under(c), start_us, sequence);
    const bool known = result == 0;
    note(c, "plc_frame_time",
         joined({flag(result), big_endian_time(known ? *start_us : 0),
                 big_endian(known ? *sequence : 0)}));
    return result;
  }
  static void plc_beacon(void* c, const meter_plc_plan* plan) {
    hal(c).plc_beacon(under(c), plan);
    note(c, plan_text(plan));
  }
};

meter_hal record_table(const meter_hal& platform, Twin* twin) {
  return table_of<RecordCalls>(platform, twin);
}

}  // namespace target

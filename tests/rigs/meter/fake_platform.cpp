// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/meter/fake_platform.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace fitl {
namespace {

constexpr std::int64_t kRelayTravel_us = 25'000;

protocol::crypto::Key128 key_of(const std::uint8_t key[16]) {
  protocol::crypto::Key128 copy;
  std::memcpy(copy.data(), key, copy.size());
  return copy;
}

}  // namespace

struct FakePlatform::Calls {
  static FakePlatform& of(void* context) { return *static_cast<FakePlatform*>(context); }

  static std::int64_t uptime_us(void* context) {
    return of(context).now_us - of(context).powered_at_us_;
  }
  static void alarm_us(void* context, std::int64_t at) {
    FakePlatform& p = of(context);
    ++p.alarm_calls;
    p.alarm_at_us_ = at == INT64_MAX ? INT64_MAX : std::max(at + p.powered_at_us_, p.now_us);
  }
  static std::int64_t rtc_ticks(void* context) { return of(context).rtc_now(); }
  static void rtc_set(void* context, std::int64_t ticks) {
    of(context).rtc_adjust(ticks);
    of(context).rtc_lost_ = false;
  }
  static void rtc_match(void* context, std::int64_t ticks) { of(context).rtc_match_ = ticks; }
  static int rtc_lost(void* context) { return of(context).rtc_lost_ ? 1 : 0; }

  static int flash_read(void* context, std::uint32_t address, void* out, std::uint32_t n) {
    FakePlatform& p = of(context);
    if (address + n > p.flash.size()) return -1;
    std::memcpy(out, p.flash.data() + address, n);
    return 0;
  }
  static int flash_write(void* context, std::uint32_t address, const void* data, std::uint32_t n) {
    FakePlatform& p = of(context);
    if (address + n > p.flash.size()) return -1;
    if (p.dead_) return 0;
    std::uint32_t applied = n;
    const bool dies = p.dies_now(n, applied);
    const auto* octets = static_cast<const std::uint8_t*>(data);
    for (std::uint32_t k = 0; k < applied; ++k) p.flash[address + k] &= octets[k];
    // The octet under way has some of its bits only.
    if (dies && applied < n) p.flash[address + applied] &= octets[applied] | 0x5A;
    const std::uint32_t page = address / METER_FLASH_PAGE_BYTES;
    const bool failing = std::count(p.failing_pages.begin(), p.failing_pages.end(), page) != 0;
    return failing ? -1 : 0;
  }
  static int flash_erase(void* context, std::uint32_t page) {
    FakePlatform& p = of(context);
    if (page >= METER_FLASH_PAGES) return -1;
    if (std::count(p.failing_pages.begin(), p.failing_pages.end(), page) != 0) return -1;
    if (p.dead_) return 0;
    ++p.erases[page];
    std::uint32_t applied = METER_FLASH_PAGE_BYTES;
    p.dies_now(METER_FLASH_PAGE_BYTES, applied);
    // An erase under way: the part it has not reached stays as it was.
    std::memset(p.flash.data() + page * METER_FLASH_PAGE_BYTES, 0xFF, applied);
    return 0;
  }
  static void* retained(void* context) { return of(context).retained.data(); }

  static int uart_send(void* context, meter_uart port, const std::uint8_t* frame, std::uint32_t n) {
    FakePlatform& p = of(context);
    p.frames.push_back({port, std::vector<std::uint8_t>(frame, frame + n)});
    return 0;
  }
  static void work(void* context, meter_work kind, std::uint32_t bytes) {
    FakePlatform& p = of(context);
    ++p.work_calls[kind];
    p.work_bytes[kind] += bytes;
    p.cpu_free_us_ = std::max(p.cpu_free_us_, p.now_us) + p.work_us;
  }
  static std::int64_t work_done_us(void* context) {
    const FakePlatform& p = of(context);
    return std::max(p.cpu_free_us_, p.now_us) - p.powered_at_us_;
  }
  static std::uint8_t* buffer_take(void* context) {
    FakePlatform& p = of(context);
    if (p.buffers_out >= p.buffers_max) return nullptr;
    ++p.buffers_out;
    p.buffers_.push_back(std::make_unique<std::uint8_t[]>(METER_BUFFER_BYTES));
    return p.buffers_.back().get();
  }
  static void buffer_give(void* context, std::uint8_t* buffer) {
    FakePlatform& p = of(context);
    const auto is_it = [&](const auto& taken) { return taken.get() == buffer; };
    p.buffers_out -= static_cast<int>(std::erase_if(p.buffers_, is_it));
  }
  static void relay_drive(void* context, int close) {
    FakePlatform& p = of(context);
    ++p.relay_orders;
    p.relay_target_ = close != 0;
    p.relay_due_us_ = p.relay_stuck ? INT64_MAX : p.now_us + kRelayTravel_us;
  }
  static void pulse(void* context, meter_pulse_output output, std::uint64_t count, std::int64_t) {
    of(context).pulses[output] += count;
  }

  static int gcm_seal(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, std::uint8_t* out, std::uint8_t tag[12]) {
    FakePlatform& p = of(context);
    std::array<std::uint8_t, 12> used;
    std::memcpy(used.data(), iv, used.size());
    p.sealed_ivs.push_back(used);
    p.sealed_keys.push_back(key_of(key));
    return p.crypto_.gcm_seal(key_of(key), {iv, 12}, {aad, aad_n}, {in, n}, {out, n}, {tag, 12})
               ? 0
               : -1;
  }
  static int gcm_open(void* context, const std::uint8_t key[16], const std::uint8_t iv[12],
                      const std::uint8_t* aad, std::uint32_t aad_n, const std::uint8_t* in,
                      std::uint32_t n, const std::uint8_t tag[12], std::uint8_t* out) {
    FakePlatform& p = of(context);
    return p.crypto_.gcm_open(key_of(key), {iv, 12}, {aad, aad_n}, {in, n}, {tag, 12}, {out, n})
               ? 0
               : -1;
  }
  static int key_unwrap(void* context, const std::uint8_t kek[16], const std::uint8_t* in,
                        std::uint32_t n, std::uint8_t* out) {
    return of(context).crypto_.unwrap(key_of(kek), {in, n}, {out, n - 8u}) ? 0 : -1;
  }
  static void random(void* context, std::uint8_t* out, std::uint32_t n) {
    std::uint32_t& state = of(context).random_state_;
    for (std::uint32_t k = 0; k < n; ++k) {
      state = state * 1664525u + 1013904223u;
      out[k] = static_cast<std::uint8_t>(state >> 24);
    }
  }
};

FakePlatform::FakePlatform(const meter_firmware* under_test)
    : flash(METER_FLASH_PAGES * METER_FLASH_PAGE_BYTES, 0xFF),
      firmware(under_test),
      instance_(nullptr, [](std::uint8_t* memory) { std::free(memory); }),
      crypto_([](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 7); }) {
  hal.version = METER_HAL_VERSION;
  hal.size = sizeof(meter_hal);
  hal.context = this;
  hal.uptime_us = Calls::uptime_us;
  hal.alarm_us = Calls::alarm_us;
  hal.rtc_ticks = Calls::rtc_ticks;
  hal.rtc_set = Calls::rtc_set;
  hal.rtc_match = Calls::rtc_match;
  hal.rtc_lost = Calls::rtc_lost;
  hal.flash_read = Calls::flash_read;
  hal.flash_write = Calls::flash_write;
  hal.flash_erase = Calls::flash_erase;
  hal.retained = Calls::retained;
  hal.uart_send = Calls::uart_send;
  hal.work = Calls::work;
  hal.buffer_take = Calls::buffer_take;
  hal.buffer_give = Calls::buffer_give;
  hal.relay_drive = Calls::relay_drive;
  hal.pulse = Calls::pulse;
  hal.gcm_seal = Calls::gcm_seal;
  hal.gcm_open = Calls::gcm_open;
  hal.key_unwrap = Calls::key_unwrap;
  hal.random = Calls::random;
  hal.work_done_us = Calls::work_done_us;
}

FakePlatform::~FakePlatform() = default;

bool FakePlatform::dies_now(std::uint32_t n, std::uint32_t& applied) {
  ++flash_operations;
  if (cut_countdown_ == 0 || --cut_countdown_ != 0) return false;
  applied = std::min(cut_octets_, n);
  dead_ = true;
  retained_at_cut_ = retained;
  return true;
}

void FakePlatform::cut_at_operation(std::uint64_t at, std::uint32_t octets) {
  cut_countdown_ = at;
  cut_octets_ = octets;
}

void FakePlatform::construct() {
  const std::size_t fitted =
      firmware->instance_bytes + (modem_ == nullptr ? 0 : firmware->plc_bytes);
  const std::size_t bytes = (fitted + 15u) / 16u * 16u;
  auto* const memory = static_cast<std::uint8_t*>(std::aligned_alloc(16, bytes));
  std::memset(memory, 0, bytes);
  instance_.reset(memory);
  powered_at_us_ = now_us;
  alarm_at_us_ = rtc_match_ = INT64_MAX;
  dead_ = false;
  cut_countdown_ = 0;
  buffers_out = 0;
  buffers_.clear();
  firmware->init(instance(), &hal);
}

void FakePlatform::power_on(meter_boot_reason reason) {
  construct();
  boot(reason);
}

void FakePlatform::power_off(bool announced) {
  if (announced) firmware->on_power(instance(), METER_POWER_FAILING);
  if (dead_) retained = retained_at_cut_;
  instance_.reset();
  alarm_at_us_ = rtc_match_ = relay_due_us_ = INT64_MAX;
  dead_ = false;
  cut_countdown_ = 0;
}

std::int64_t FakePlatform::rtc_now() const {
  const long double span_us = static_cast<long double>(now_us - rtc_base_us_);
  return rtc_base_ticks_ + static_cast<std::int64_t>(std::floor(span_us * METER_RTC_HZ *
                                                                (1.0L + rtc_ppm * 1e-6L) / 1e6L));
}

void FakePlatform::rtc_adjust(std::int64_t ticks) {
  rtc_base_ticks_ = ticks;
  rtc_base_us_ = now_us;
}

void FakePlatform::rtc_lose() {
  rtc_adjust(0);
  rtc_lost_ = true;
}

// The first microsecond at which the count has reached the match.
std::int64_t FakePlatform::rtc_due_us() const {
  if (rtc_match_ == INT64_MAX) return INT64_MAX;
  const std::int64_t ticks = rtc_match_ - rtc_base_ticks_;
  if (ticks <= 0) return now_us;
  const long double us = ticks * 1e6L / (METER_RTC_HZ * (1.0L + rtc_ppm * 1e-6L));
  return std::max(now_us, rtc_base_us_ + static_cast<std::int64_t>(std::ceil(us)));
}

std::int64_t FakePlatform::next_us() const {
  if (instance_ == nullptr) return INT64_MAX;
  return std::min({alarm_at_us_, rtc_due_us(), relay_due_us_});
}

void FakePlatform::run_until_us(std::int64_t until_us) {
  for (;;) {
    const std::int64_t next = next_us();
    if (next > until_us) break;
    now_us = std::max(now_us, next);
    if (next == relay_due_us_) {
      relay_due_us_ = INT64_MAX;
      relay_closed = relay_target_;
      firmware->on_relay(instance(), relay_closed ? 1 : 0);
    } else if (next == alarm_at_us_) {
      alarm_at_us_ = INT64_MAX;
      ++alarms;
      firmware->on_alarm(instance());
    } else {
      rtc_match_ = INT64_MAX;
      rtc_upcalls.push_back(rtc_now());
      firmware->on_rtc(instance());
    }
  }
  now_us = until_us;
}

}  // namespace fitl

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/meter/fake_platform.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rigs {
namespace {

constexpr std::int64_t kRelayTravel_us = 25'000;

protocol::crypto::Key128 key_of(const std::uint8_t key[16]) {
  protocol::crypto::Key128 copy;
  std::memcpy(copy.data(), key, copy.size());
  return copy;
}

}  // namespace

// ---- Downcalls ----

std::int64_t FakePlatform::Clock::uptime_us() { return p.now_us - p.powered_at_us_; }

void FakePlatform::Clock::alarm_us(std::int64_t at) {
  ++p.alarm_calls;
  p.alarm_at_us_ = at == INT64_MAX ? INT64_MAX : std::max(at + p.powered_at_us_, p.now_us);
}

void FakePlatform::Rtc::set(std::int64_t ticks) {
  p.rtc_adjust(ticks);
  p.rtc_lost_ = false;
}

bool FakePlatform::Rtc::trim(std::int32_t ppb) {
  if (std::abs(ppb) > METER_RTC_TRIM_PPB) return false;
  p.rtc_adjust(p.rtc_now());
  p.rtc_ppm += 1e-3 * (ppb - p.rtc_trim_ppb_);
  p.rtc_trim_ppb_ = ppb;
  return true;
}

bool FakePlatform::Program::read(std::uint32_t offset, std::span<std::uint8_t> out) {
  if (offset > p.program.size() || out.size() > p.program.size() - offset) return false;
  std::copy_n(p.program.begin() + offset, out.size(), out.begin());
  return true;
}

std::uint32_t FakePlatform::Samples::read(meter_channel channel, std::int32_t first,
                                          std::span<std::int32_t> counts) {
  const std::vector<std::int32_t>& all = p.last_window[channel];
  const auto from = static_cast<std::size_t>(first + static_cast<std::int32_t>(METER_WINDOW_LEAD));
  if (from >= all.size()) return 0;
  const std::size_t n = std::min(counts.size(), all.size() - from);
  std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(from), n, counts.begin());
  return static_cast<std::uint32_t>(n);
}

bool FakePlatform::Flash::read(std::uint32_t address, std::span<std::uint8_t> out) {
  if (address + out.size() > p.flash.size()) return false;
  std::copy_n(p.flash.begin() + address, out.size(), out.begin());
  return true;
}

bool FakePlatform::Flash::write(std::uint32_t address, std::span<const std::uint8_t> data) {
  const auto n = static_cast<std::uint32_t>(data.size());
  if (address + n > p.flash.size()) return false;
  if (p.dead_) return true;
  std::uint32_t applied = n;
  const bool dies = p.dies_now(n, applied);
  for (std::uint32_t k = 0; k < applied; ++k) p.flash[address + k] &= data[k];
  // The octet under way has some of its bits only.
  if (dies && applied < n) p.flash[address + applied] &= data[applied] | 0x5A;
  return !p.fails(address / METER_FLASH_PAGE_BYTES);
}

bool FakePlatform::Flash::erase(std::uint32_t page) {
  if (page >= METER_FLASH_PAGES || p.fails(page)) return false;
  if (p.dead_) return true;
  ++p.erases[page];
  std::uint32_t applied = METER_FLASH_PAGE_BYTES;
  p.dies_now(METER_FLASH_PAGE_BYTES, applied);
  // An erase under way: the part it has not reached stays as it was.
  std::fill_n(p.flash.begin() + page * METER_FLASH_PAGE_BYTES, applied, 0xFF);
  return true;
}

bool FakePlatform::Display::write(std::uint32_t first, std::span<const std::uint8_t> octets) {
  if (first + octets.size() > p.segments.size()) return false;
  std::copy(octets.begin(), octets.end(), p.segments.begin() + first);
  return true;
}

bool FakePlatform::Uarts::send(meter_uart port, std::span<const std::uint8_t> frame) {
  if (port == METER_UART_OPTICAL && p.repeated_pulses < METER_PULSE_OUTPUTS) return true;
  p.frames.push_back({port, {frame.begin(), frame.end()}});
  return true;
}

void FakePlatform::Cpu::work(meter_work kind, std::uint32_t bytes) {
  ++p.work_calls[kind];
  p.work_bytes[kind] += bytes;
  p.cpu_free_us_ = std::max(p.cpu_free_us_, p.now_us) + p.work_us;
}

std::int64_t FakePlatform::Cpu::done_us() {
  return std::max(p.cpu_free_us_, p.now_us) - p.powered_at_us_;
}

std::uint8_t* FakePlatform::Buffers::take() {
  if (p.buffers_out >= p.buffers_max) return nullptr;
  ++p.buffers_out;
  p.buffers_.push_back(std::make_unique<std::uint8_t[]>(METER_BUFFER_BYTES));
  return p.buffers_.back().get();
}

void FakePlatform::Buffers::give(std::uint8_t* buffer) {
  const auto is_it = [&](const auto& taken) { return taken.get() == buffer; };
  p.buffers_out -= static_cast<int>(std::erase_if(p.buffers_, is_it));
}

void FakePlatform::Relay::drive(bool close) {
  ++p.relay_orders;
  p.relay_target_ = close;
  p.relay_due_us_ = p.relay_stuck ? INT64_MAX : p.now_us + kRelayTravel_us;
}

bool FakePlatform::Crypto::gcm_seal(Key key, In iv, In aad, In text, Out out, Out tag) {
  std::copy(iv.begin(), iv.end(), p.sealed_ivs.emplace_back().begin());
  p.sealed_keys.push_back(key_of(key.data()));
  return p.crypto_.gcm_seal(key_of(key.data()), iv, aad, text, out, tag);
}

bool FakePlatform::Crypto::gcm_open(Key key, In iv, In aad, In text, In tag, Out out) {
  return p.crypto_.gcm_open(key_of(key.data()), iv, aad, text, tag, out);
}

bool FakePlatform::Crypto::key_unwrap(Key kek, In wrapped, Out out) {
  return p.crypto_.unwrap(key_of(kek.data()), wrapped, out);
}

void FakePlatform::Crypto::random(Out out) {
  for (std::uint8_t& octet : out) {
    p.random_state_ = p.random_state_ * 1664525u + 1013904223u;
    octet = static_cast<std::uint8_t>(p.random_state_ >> 24);
  }
}

bool FakePlatform::Images::erase(std::uint32_t slot) {
  if (slot != 0) return false;
  if (p.dead_) return true;
  std::uint32_t applied = kSlotBytes;
  p.dies_now(kSlotBytes, applied);
  std::fill_n(p.slot.begin(), std::min<std::size_t>(applied, p.slot.size()), 0xFF);
  return true;
}

bool FakePlatform::Images::write(std::uint32_t slot, std::uint32_t offset,
                                 std::span<const std::uint8_t> data) {
  if (slot != 0 || offset + data.size() > kSlotBytes) return false;
  if (p.dead_) return true;
  p.slot.resize(std::max(p.slot.size(), offset + data.size()), 0xFF);
  auto applied = static_cast<std::uint32_t>(data.size());
  p.dies_now(applied, applied);
  const unsigned kept = p.slot[offset] & std::exchange(p.slot_keeps, 0);
  for (std::uint32_t k = 0; k < applied; ++k) p.slot[offset + k] &= data[k];
  const unsigned first = (p.slot[offset] | kept) & ~unsigned{std::exchange(p.slot_clears, 0)};
  p.slot[offset] = static_cast<std::uint8_t>(first);
  return true;
}

bool FakePlatform::Images::read(std::uint32_t slot, std::uint32_t offset,
                                std::span<std::uint8_t> out) {
  if (slot != 0 || offset + out.size() > kSlotBytes) return false;
  for (std::uint8_t& octet : out) {
    octet = offset < p.slot.size() ? p.slot[offset] : 0xFF;
    ++offset;
  }
  return true;
}

bool FakePlatform::Images::verify(std::uint32_t slot, std::uint32_t n) {
  p.image_octets_ = 0;
  if (slot != 0 || n > p.slot.size() || !p.image_judge) return false;
  if (p.image_judge(std::span(p.slot).first(n)) == nullptr) return false;
  p.image_octets_ = n;
  return true;
}

bool FakePlatform::Images::activate(std::uint32_t slot) {
  if (slot != 0 || p.image_octets_ == 0) return false;
  std::uint32_t applied = 4;
  if (p.dead_ || p.dies_now(4, applied)) return true;
  p.image_next_ = p.image_judge(std::span(p.slot).first(p.image_octets_));
  return p.image_next_ != nullptr;
}

void FakePlatform::Images::confirm() {
  std::uint32_t applied = 4;
  if (p.dead_ || p.dies_now(4, applied)) return;
  ++p.confirmations;
  p.image_before_ = nullptr;
}

// ---- The platform ----

FakePlatform::FakePlatform(const meter_firmware* under_test)
    : flash(METER_FLASH_PAGES * METER_FLASH_PAGE_BYTES, 0xFF),
      firmware(under_test),
      board_{{*this}, {*this}, {*this}, {*this}, {*this}, {*this}, {*this}, {*this}, {*this},
             {*this}, {*this}, {*this}, {*this}, {*this}, {*this}, {*this}, {*this}},
      instance_(nullptr, [](std::uint8_t* memory) { std::free(memory); }),
      crypto_([](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 7); }) {
  hal = meter::hal::table_of(board_);
  hal.retained = retained.data();
  hal.retained_bytes = firmware->retained_bytes;
  hal.plc = nullptr;
}

FakePlatform::~FakePlatform() = default;

bool FakePlatform::fails(std::uint32_t page) const {
  return std::count(failing_pages.begin(), failing_pages.end(), page) != 0;
}

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

meter_boot_reason FakePlatform::choose_image(meter_boot_reason otherwise) {
  if (image_before_ != nullptr) {
    firmware = std::exchange(image_before_, nullptr);
    return METER_BOOT_IMAGE_BEFORE;
  }
  if (image_next_ == nullptr) return otherwise;
  image_before_ = std::exchange(firmware, std::exchange(image_next_, nullptr));
  return METER_BOOT_IMAGE;
}

void FakePlatform::power_on(meter_boot_reason reason) {
  for (;;) {
    const std::uint64_t cut_countdown = cut_countdown_;
    reason = choose_image(reason);
    hal.retained_bytes = firmware->retained_bytes;
    construct();
    const bool another = reason == METER_BOOT_IMAGE || reason == METER_BOOT_IMAGE_BEFORE;
    if (another) cut_countdown_ = cut_countdown;
    boot(reason);
    if (image_before_ == nullptr || dead_) return;
    instance_.reset();  // it was not confirmed
  }
}

void FakePlatform::power_off(bool announced) {
  if (announced) firmware->on_power(instance(), METER_POWER_FAILING);
  if (dead_) retained = retained_at_cut_;
  instance_.reset();
  alarm_at_us_ = rtc_match_ = relay_due_us_ = INT64_MAX;
  repeated_pulses = METER_PULSE_OUTPUTS;
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

void FakePlatform::turn(meter_input input, bool level) {
  const std::uint32_t bit = 1u << input;
  levels = level ? levels | bit : levels & ~bit;
  if (powered()) firmware->on_input(instance(), input, level ? 1 : 0);
}

void FakePlatform::knock_relay(bool closed) {
  relay_closed = closed;
  if (powered()) firmware->on_relay(instance(), closed ? 1 : 0);
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
    if (image_next_ != nullptr && !dead_) power_on(METER_BOOT_POWER);  // the reset
  }
  now_us = until_us;
}

}  // namespace rigs

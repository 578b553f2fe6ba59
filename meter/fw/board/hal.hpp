// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "meter/hal/meter_hal.h"
#include "protocol/bytes.hpp"

namespace meter::fw {

using protocol::Bytes;
using protocol::MutableBytes;

inline constexpr std::int64_t kNever = INT64_MAX;
inline constexpr std::int64_t kTicksPerSecond = METER_RTC_HZ;

// The platform's tables with types of this house. No state of its own.
class Hal {
 public:
  explicit Hal(const meter_hal* table) : h_(table) {}

  std::int64_t uptime_us() const { return h_->clock->uptime_us(h_->context); }
  void alarm_us(std::int64_t at) const { h_->clock->alarm_us(h_->context, at); }

  std::int64_t rtc_ticks() const { return h_->rtc->ticks(h_->context); }
  void rtc_set(std::int64_t ticks) const { h_->rtc->set(h_->context, ticks); }
  void rtc_match(std::int64_t ticks) const { h_->rtc->match(h_->context, ticks); }
  bool rtc_trim(std::int32_t ppb) const {
    const meter_rtc& rtc = *h_->rtc;
    const bool trims = rtc.size >= sizeof rtc && rtc.trim != nullptr;
    return trims && rtc.trim(h_->context, ppb) == 0;
  }
  bool rtc_lost() const { return h_->rtc->lost(h_->context) != 0; }

  bool flash_read(std::uint32_t address, MutableBytes out) const {
    return h_->flash->read(h_->context, address, out.data(), narrow(out.size())) == 0;
  }
  bool flash_write(std::uint32_t address, Bytes data) const {
    return h_->flash->write(h_->context, address, data.data(), narrow(data.size())) == 0;
  }
  bool flash_erase(std::uint32_t page) const { return h_->flash->erase(h_->context, page) == 0; }
  MutableBytes retained() const {
    return {static_cast<std::uint8_t*>(h_->retained), h_->retained_bytes};
  }

  bool uart_send(meter_uart port, Bytes frame) const {
    return h_->uarts->send(h_->context, port, frame.data(), narrow(frame.size())) == 0;
  }
  void work(meter_work kind, std::size_t bytes) const {
    h_->cpu->work(h_->context, kind, narrow(bytes));
  }
  // Empty when the pool has none left.
  MutableBytes buffer_take() const {
    std::uint8_t* const buffer = h_->buffers->take(h_->context);
    return buffer == nullptr ? MutableBytes{} : MutableBytes{buffer, METER_BUFFER_BYTES};
  }
  void buffer_give(MutableBytes buffer) const { h_->buffers->give(h_->context, buffer.data()); }

  void relay_drive(bool close) const { h_->relay->drive(h_->context, close ? 1 : 0); }
  // `otherwise` where the platform cannot tell.
  bool relay_closed(bool otherwise) const {
    const meter_relay& relay = *h_->relay;
    const bool tells = relay.size >= sizeof relay && relay.closed != nullptr;
    return tells ? relay.closed(h_->context) != 0 : otherwise;
  }
  // The first one so long from now, the last one, the others evenly in between.
  void pulse(meter_pulse_output output, std::uint64_t count, std::int64_t first_us,
             std::int64_t last_us) const {
    const meter_pulses& pulses = *h_->pulses;
    if (pulses.size >= sizeof pulses && pulses.lay != nullptr) {
      pulses.lay(h_->context, output, count, first_us, last_us);
    } else {
      pulses.emit(h_->context, output, count, last_us);
    }
  }
  // Contacts that are fitted and open, fields that are there: a bit an input.
  std::uint32_t inputs() const {
    const meter_inputs* const inputs = h_->inputs;
    return inputs == nullptr ? 0 : inputs->fitted(h_->context) & inputs->levels(h_->context);
  }
  bool has_display() const { return h_->display != nullptr; }
  void display_write(Bytes segments) const {
    h_->display->write(h_->context, 0, segments.data(), narrow(segments.size()));
  }
  void backlight(bool on) const { h_->display->backlight(h_->context, on ? 1 : 0); }
  // 0 where there is none.
  std::uint32_t battery_mv() const {
    return h_->battery == nullptr ? 0 : h_->battery->voltage_mv(h_->context);
  }
  bool has_plc() const { return h_->plc != nullptr; }
  // Of the board, where there is a thermometer.
  bool has_thermometer() const { return h_->thermometer != nullptr; }
  std::int32_t centi_celsius() const { return h_->thermometer->centi_celsius(h_->context); }
  // Of the last window, up to counts.size() from `first` on; how many there were.
  std::size_t samples(meter_channel channel, std::int32_t first,
                      std::span<std::int32_t> counts) const {
    if (h_->samples == nullptr) return 0;
    return h_->samples->read(h_->context, channel, first, counts.data(), narrow(counts.size()));
  }
  // When the CPU will have done what was declared.
  std::int64_t work_done_us() const { return h_->cpu->done_us(h_->context); }
  const meter_hal& table() const { return *h_; }

 private:
  static std::uint32_t narrow(std::size_t n) { return static_cast<std::uint32_t>(n); }

  const meter_hal* h_;
};

}  // namespace meter::fw

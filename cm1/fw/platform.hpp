// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "cm1/hal/cm1_hal.h"
#include "protocol/bytes.hpp"

namespace cm1::fw {

using protocol::Bytes;
using protocol::MutableBytes;

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kUsPerSecond = 1'000'000;
// The longest APDU the module relays or stores: with its wrapper header it fits the hal's buffer.
inline constexpr std::size_t kMaxApdu = CM1_BUFFER_BYTES - 8;

// The hal's function table with the firmware's types.
class Platform {
 public:
  explicit Platform(const cm1_hal& hal) : hal_(hal) {}

  std::int64_t now_us() const { return hal_.uptime_us(hal_.context); }
  void alarm_us(std::int64_t at) const { hal_.alarm_us(hal_.context, at); }

  bool flash_read(std::uint32_t address, MutableBytes out) const {
    return hal_.flash_read(hal_.context, address, out.data(), count(out)) == 0;
  }
  bool flash_write(std::uint32_t address, Bytes data) const {
    return hal_.flash_write(hal_.context, address, data.data(), count(data)) == 0;
  }
  bool flash_erase(std::uint32_t page) const { return hal_.flash_erase(hal_.context, page) == 0; }

  bool rs485_send(Bytes frame) const {
    return hal_.rs485_send(hal_.context, frame.data(), count(frame)) == 0;
  }

  void modem_power(bool on) const { hal_.modem_power(hal_.context, on ? 1 : 0); }
  void modem_connect(const char* apn) const { hal_.modem_connect(hal_.context, apn); }
  void modem_disconnect() const { hal_.modem_disconnect(hal_.context); }
  std::uint8_t modem_rssi() const { return hal_.modem_rssi(hal_.context); }

  int socket_open(const char* host, std::uint16_t port) const {
    return hal_.socket_open(hal_.context, CM1_TCP, host, port);
  }
  bool socket_listen(std::uint16_t port) const {
    return hal_.socket_listen(hal_.context, port) == 0;
  }
  bool socket_send(int socket, Bytes octets) const {
    return hal_.socket_send(hal_.context, socket, octets.data(), count(octets)) >= 0;
  }
  std::uint32_t socket_unacknowledged(int socket) const {
    return hal_.socket_unacknowledged(hal_.context, socket);
  }
  void socket_close(int socket) const { hal_.socket_close(hal_.context, socket); }

  void led(cm1_led which, cm1_colour colour) const { hal_.led(hal_.context, which, colour); }
  void random(MutableBytes out) const { hal_.random(hal_.context, out.data(), count(out)); }
  // Uniform in [0, span_us].
  std::int64_t random_delay_us(std::int64_t span_us) const {
    std::uint64_t drawn = 0;
    hal_.random(hal_.context, reinterpret_cast<std::uint8_t*>(&drawn), sizeof drawn);
    return span_us <= 0 ? 0 : static_cast<std::int64_t>(drawn % (std::uint64_t(span_us) + 1));
  }

 private:
  static std::uint32_t count(Bytes bytes) { return static_cast<std::uint32_t>(bytes.size()); }

  const cm1_hal& hal_;
};

}  // namespace cm1::fw

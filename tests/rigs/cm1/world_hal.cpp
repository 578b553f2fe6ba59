// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The hal table over a World.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "tests/rigs/cm1/world.hpp"

namespace cm1::fw::test {
namespace {

constexpr std::int64_t kBoot_us = 8 * kUsPerSecond;
constexpr std::int64_t kAttach_us = 3 * kUsPerSecond;
constexpr std::int64_t kPdp_us = 2 * kUsPerSecond;
constexpr std::int64_t kSearch_us = 30 * kUsPerSecond;
// 19200 bit/s, ten bit times an octet.
std::int64_t line_us(std::size_t octets) { return static_cast<std::int64_t>(octets) * 521; }
constexpr std::int64_t kMeterThinks_us = 60'000;

}  // namespace

struct World::Hal {
  static std::int64_t uptime_us(void* c) { return of(c).now_us_ - of(c).booted_us_; }

  static void alarm_us(void* c, std::int64_t at) { of(c).alarm_us_ = at; }

  static void led(void* c, cm1_led led, cm1_colour colour) {
    of(c).leds.emplace_back(led, colour);
    of(c).led_now[led] = colour;
  }

  static void random(void* c, std::uint8_t* out, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint64_t& state = of(c).random_;
      state = state * 6364136223846793005u + 1442695040888963407u;
      out[i] = static_cast<std::uint8_t>(state >> 56);
    }
  }

  static int flash_read(void* c, std::uint32_t address, void* out, std::uint32_t n) {
    std::memcpy(out, of(c).flash.data() + address, n);
    return 0;
  }

  static int flash_write(void* c, std::uint32_t address, const void* data, std::uint32_t n) {
    return of(c).flash_write(address, static_cast<const std::uint8_t*>(data), n);
  }

  static int flash_erase(void* c, std::uint32_t page) {
    World& w = of(c);
    if (w.writes_left_ == 0) return -1;
    std::fill_n(w.flash.begin() + page * CM1_FLASH_PAGE_BYTES, CM1_FLASH_PAGE_BYTES, 0xFF);
    ++w.erases[page];
    return 0;
  }

  static int rs485_send(void* c, const std::uint8_t* frame, std::uint32_t n) {
    World& w = of(c);
    w.line_frames.emplace_back(frame, frame + n);
    if (w.line_cut) return 0;
    w.at(w.now_us_ + line_us(n), [&w, octets = w.line_frames.back()]() mutable {
      w.disturb_line(octets);
      w.meter.receive(w.now_us_, octets);
      std::int64_t at_us = w.now_us_ + kMeterThinks_us;
      for (; !w.meter.sent.empty(); w.meter.sent.pop_front()) {
        at_us += line_us(w.meter.sent.front().size());
        w.at(at_us, [&w, answer = w.meter.sent.front()]() mutable {
          w.disturb_line(answer);
          w.firmware_->on_rs485(w.instance_, answer.data(),
                                static_cast<std::uint32_t>(answer.size()));
        });
      }
    });
    return 0;
  }

  static void modem_power(void* c, int on) {
    World& w = of(c);
    const std::uint32_t attempt = ++w.attempt_;
    w.modem_ = CM1_MODEM_OFF;
    w.lose_sockets();
    if (on == 0) return;
    w.power_ons_us.push_back(w.now_us_);
    w.at(w.now_us_ + kBoot_us, [&w, attempt] {
      if (attempt == w.attempt_) w.modem_state(CM1_MODEM_SEARCHING);
    });
  }

  static void modem_connect(void* c, const char* apn) {
    World& w = of(c);
    EXPECT_STREQ(apn, "meters.example");
    const std::uint32_t attempt = ++w.attempt_;
    w.connects_us.push_back(w.now_us_);
    if (!w.cell) {
      return w.at(w.now_us_ + kSearch_us, [&w, attempt] {
        if (attempt == w.attempt_) w.modem_state(CM1_MODEM_SEARCHING);
      });
    }
    w.at(w.now_us_ + kAttach_us, [&w, attempt] {
      if (attempt == w.attempt_) w.modem_state(CM1_MODEM_ATTACHED);
    });
    w.at(w.now_us_ + kAttach_us + kPdp_us, [&w, attempt] {
      if (attempt == w.attempt_) w.modem_state(CM1_MODEM_ONLINE);
    });
  }

  static void modem_disconnect(void* c) {
    World& w = of(c);
    ++w.attempt_;
    w.lose_sockets();
  }

  static std::uint8_t modem_rssi(void* c) { return of(c).rssi; }

  static int socket_open(void* c, cm1_protocol, const char* host, std::uint16_t port) {
    World& w = of(c);
    EXPECT_STREQ(host, "192.0.2.1");
    EXPECT_EQ(port, 4059);
    w.dials_us.push_back(w.now_us_);
    for (int s = 0; s < static_cast<int>(CM1_SOCKETS); ++s) {
      Socket& socket = w.sockets_[static_cast<std::size_t>(s)];
      if (socket.used) continue;
      socket.used = socket.head_end = true;
      const std::uint32_t generation = socket.generation;
      w.at(w.now_us_ + 2 * kOneWay_us, [&w, s, generation] {
        Socket& peer = w.sockets_[static_cast<std::size_t>(s)];
        if (peer.generation != generation || !w.cell) return;
        if (!w.head_end_answers) return w.close_from_far_end(s, CM1_CLOSED_TIMEOUT);
        peer.open = true;
        w.firmware_->on_socket_open(w.instance_, s, 0);
      });
      return s;
    }
    return CM1_SOCKET_NONE;
  }

  static int socket_listen(void* c, std::uint16_t port) {
    of(c).listening = port;
    return 0;
  }

  static int socket_send(void* c, int s, const std::uint8_t* data, std::uint32_t n) {
    return of(c).socket_send(s, Bytes(data, n));
  }

  static std::uint32_t socket_unacknowledged(void* c, int s) {
    return of(c).sockets_[static_cast<std::size_t>(s)].unacknowledged;
  }

  static void socket_close(void* c, int s) {
    Socket& socket = of(c).sockets_[static_cast<std::size_t>(s)];
    const std::uint32_t generation = socket.generation + 1;
    socket = Socket{};
    socket.generation = generation;
  }
};

cm1_hal World::make_hal(World& world) {
  cm1_hal hal{};
  hal.version = CM1_HAL_VERSION;
  hal.size = sizeof(cm1_hal);
  hal.context = &world;
  hal.uptime_us = Hal::uptime_us;
  hal.alarm_us = Hal::alarm_us;
  hal.led = Hal::led;
  hal.random = Hal::random;
  hal.flash_read = Hal::flash_read;
  hal.flash_write = Hal::flash_write;
  hal.flash_erase = Hal::flash_erase;
  hal.rs485_send = Hal::rs485_send;
  hal.modem_power = Hal::modem_power;
  hal.modem_connect = Hal::modem_connect;
  hal.modem_disconnect = Hal::modem_disconnect;
  hal.modem_rssi = Hal::modem_rssi;
  hal.socket_open = Hal::socket_open;
  hal.socket_listen = Hal::socket_listen;
  hal.socket_send = Hal::socket_send;
  hal.socket_unacknowledged = Hal::socket_unacknowledged;
  hal.socket_close = Hal::socket_close;
  return hal;
}

}  // namespace cm1::fw::test

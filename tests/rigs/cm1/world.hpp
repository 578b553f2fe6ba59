// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "cm1/fw/entry.hpp"
#include "cm1/fw/module.hpp"
#include "tests/rigs/cm1/meter.hpp"

namespace cm1::fw::test {

inline constexpr std::int64_t kSecond = kUsPerSecond;
inline constexpr std::int64_t kHour = 3600 * kSecond;

// Of an exception-response: what asks has no association.
inline const Octets kException{0xD8, 0x01, 0x01};

// One wrapper message as the far end sees it.
struct Received {
  std::int64_t at_us;
  int socket;
  std::uint16_t source;
  std::uint16_t destination;
  Octets apdu;
};

// Everything around the module in virtual time: line and meter, flash, a modem and its sockets.
// Upcalls happen from run_until() only, never inside a downcall.
class World {
 public:
  explicit World(std::uint64_t seed = 1);
  ~World();

  // ---- The module ----
  void commission(const cm1_provision& provision);
  void power_on();
  // The supply goes, now or in the middle of the n-th flash write from here.
  void power_off();
  void cut_power_after_writes(int n) { writes_left_ = n; }
  bool powered() const { return instance_ != nullptr; }
  const Module& module() const { return *reinterpret_cast<const Module*>(instance_); }

  void run_until(std::int64_t at_us);
  void run_for(std::int64_t span_us) { run_until(now_us_ + span_us); }
  std::int64_t now_us() const { return now_us_; }

  // ---- The far end ----
  // Octets from the far end on a socket.
  void deliver(int socket, const Octets& octets);
  void deliver_message(int socket, std::uint16_t source, std::uint16_t destination,
                       const Octets& apdu);
  // An AARQ, and time for its AARE.
  void associate(int socket, std::uint16_t client);
  void noise_on_line(const Octets& octets);
  int connect_in();  // someone opens the listening port
  void close_from_far_end(int socket, cm1_close_reason reason = CM1_CLOSED_BY_PEER);
  int head_end_socket() const;
  bool is_open(int socket) const { return sockets_[static_cast<std::size_t>(socket)].open; }
  std::vector<Octets> apdus(std::size_t from = 0) const;

  Meter meter;
  cm1_provision provision{};
  // ---- How the surroundings behave ----
  bool cell = true;  // service
  bool head_end_answers = true;
  bool acknowledges = true;  // the far end's stack
  std::size_t stack_octets = 4096;
  std::uint8_t rssi = 20;
  bool line_cut = false;
  std::function<void(Octets&)> disturb_line = [](Octets&) {};  // both directions

  // ---- What was seen ----
  std::vector<Received> received;
  std::vector<std::int64_t> connects_us, dials_us, power_ons_us;
  std::vector<std::pair<cm1_led, cm1_colour>> leds;
  std::map<cm1_led, cm1_colour> led_now;
  std::vector<Octets> line_frames;  // of the module
  std::uint16_t listening = 0;
  std::vector<std::uint8_t> flash =
      std::vector<std::uint8_t>(CM1_FLASH_PAGE_BYTES * CM1_FLASH_PAGES, 0xFF);
  std::vector<int> erases = std::vector<int>(CM1_FLASH_PAGES);

 private:
  static constexpr std::int64_t kOneWay_us = 400'000;  // GPRS
  struct Socket {
    bool used = false, open = false, head_end = false;
    bool stuck = false;  // a segment was lost for good: nothing behind it arrives either
    std::uint32_t unacknowledged = 0;
    Octets stream;
    std::uint32_t generation = 0;
  };
  struct Hal;  // the table's functions
  static World& of(void* context) { return *static_cast<World*>(context); }
  static cm1_hal make_hal(World& world);

  void at(std::int64_t at_us, std::function<void()> what);
  void modem_state(cm1_modem_state state);
  void lose_sockets();
  void pull_message(int socket);
  int flash_write(std::uint32_t address, const std::uint8_t* data, std::uint32_t n);
  int socket_send(int socket, Bytes octets);

  cm1_hal hal_;
  const cm1_firmware* firmware_ = cm1_builtin_firmware();
  void* instance_ = nullptr;
  std::int64_t now_us_ = 0;
  std::int64_t booted_us_ = 0;
  std::int64_t alarm_us_ = kNever;
  std::multimap<std::int64_t, std::function<void()>> agenda_;
  std::uint32_t life_ = 0;     // events of an earlier life reach nobody
  std::uint32_t attempt_ = 0;  // modem procedures overtaken by a newer one
  cm1_modem_state modem_ = CM1_MODEM_OFF;
  std::array<Socket, CM1_SOCKETS> sockets_;
  std::uint64_t random_;
  int writes_left_ = -1;
};

}  // namespace cm1::fw::test

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// struct cm1_hal: the downcalls of a communication module's firmware.
#include <cstring>

#include "models/core/cm1/cm1_node.hpp"

namespace models {

namespace {

// Text arguments are C strings of the firmware; what does not end in time is not read on.
constexpr std::size_t kMaxText = 64;

std::string_view text_of(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text, ::strnlen(text, kMaxText));
}

}  // namespace

struct Cm1HalCalls {
  static Cm1Node& node(void* context) { return *static_cast<Cm1Node*>(context); }
  static bool alive(const Cm1Node& me) { return me.life_.alive(); }

  static std::int64_t uptime_us(void* context) { return node(context).clock_.uptime_us(); }
  static void alarm_us(void* context, std::int64_t at_us) { node(context).clock_.alarm_us(at_us); }
  static int flash_read(void* context, std::uint32_t address, void* out, std::uint32_t n) {
    return node(context).flash_.read(address, {static_cast<std::uint8_t*>(out), n}) ? 0 : -1;
  }
  static int flash_write(void* context, std::uint32_t address, const void* data, std::uint32_t n) {
    const std::span octets(static_cast<const std::uint8_t*>(data), n);
    return node(context).flash_.write(address, octets) ? 0 : -1;
  }
  static int flash_erase(void* context, std::uint32_t page) {
    return node(context).flash_.erase(page) ? 0 : -1;
  }
  static int rs485_send(void* context, const std::uint8_t* frame, std::uint32_t n) {
    Cm1Node& me = node(context);
    if (!alive(me) || me.port_.line == nullptr) return 0;  // into the void
    return me.port_.line->transmit(me.life_.now() + me.port_.turnround_ns, {frame, n}) ? 0 : -1;
  }
  static void modem_power(void* context, int on) {
    if (alive(node(context))) node(context).modem_.power(on != 0);
  }
  static void modem_connect(void* context, const char* apn) {
    if (alive(node(context))) node(context).modem_.connect(text_of(apn));
  }
  static void modem_disconnect(void* context) {
    if (alive(node(context))) node(context).modem_.disconnect();
  }
  static std::uint8_t modem_rssi(void* context) { return node(context).modem_.rssi(); }
  static int socket_open(void* context, cm1_protocol protocol, const char* host,
                         std::uint16_t port) {
    Cm1Node& me = node(context);
    if (protocol != CM1_TCP && protocol != CM1_UDP) {
      me.life_.refuse();
      return CM1_SOCKET_NONE;
    }
    if (!alive(me)) return CM1_SOCKET_NONE;
    const auto kind = protocol == CM1_TCP ? wan::Protocol::kTcp : wan::Protocol::kUdp;
    return me.modem_.open(kind, text_of(host), port);
  }
  static int socket_listen(void* context, std::uint16_t port) {
    return alive(node(context)) && node(context).modem_.listen(port) ? 0 : -1;
  }
  static int socket_send(void* context, int socket, const std::uint8_t* data, std::uint32_t n) {
    Cm1Node& me = node(context);
    return alive(me) && me.modem_.send(socket, {data, n}) ? static_cast<int>(n) : -1;
  }
  static std::uint32_t socket_unacknowledged(void* context, int socket) {
    return node(context).modem_.unacknowledged(socket);
  }
  static void socket_close(void* context, int socket) {
    if (alive(node(context))) node(context).modem_.close(socket);
  }
  static void led(void* context, cm1_led which, cm1_colour colour) {
    node(context).leds_.led(which, colour);
  }
  static void random(void* context, std::uint8_t* out, std::uint32_t n) {
    node(context).random_.fill({out, n});
  }
};

cm1_hal cm1_hal_table() {
  using Calls = Cm1HalCalls;
  cm1_hal hal{};
  hal.version = CM1_HAL_VERSION;
  hal.size = sizeof(cm1_hal);
  hal.uptime_us = Calls::uptime_us;
  hal.alarm_us = Calls::alarm_us;
  hal.flash_read = Calls::flash_read;
  hal.flash_write = Calls::flash_write;
  hal.flash_erase = Calls::flash_erase;
  hal.rs485_send = Calls::rs485_send;
  hal.modem_power = Calls::modem_power;
  hal.modem_connect = Calls::modem_connect;
  hal.modem_disconnect = Calls::modem_disconnect;
  hal.modem_rssi = Calls::modem_rssi;
  hal.socket_open = Calls::socket_open;
  hal.socket_listen = Calls::socket_listen;
  hal.socket_send = Calls::socket_send;
  hal.socket_unacknowledged = Calls::socket_unacknowledged;
  hal.socket_close = Calls::socket_close;
  hal.led = Calls::led;
  hal.random = Calls::random;
  return hal;
}

}  // namespace models

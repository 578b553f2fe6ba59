// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/cm1/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace cm1::fw::test {
World::World(std::uint64_t seed) : hal_(make_hal(*this)), random_(seed) {
  std::strcpy(provision.apn, "meters.example");
  std::strcpy(provision.head_end_host, "192.0.2.1");
  provision.head_end_port = 4059;
  provision.heartbeat_period_s = 600;
  provision.poll_period_s = 900;
  provision.poll_offset_s = 30;
}

World::~World() {
  if (instance_ != nullptr) power_off();
}

// ---- Life of the module ------------------------------------------------------------------------

void World::commission(const cm1_provision& data) {
  power_on();
  ASSERT_EQ(firmware_->provision(instance_, &data), 0);
  power_off();
}

void World::power_on() {
  instance_ = ::operator new(firmware_->instance_bytes, std::align_val_t(16));
  std::memset(instance_, 0, firmware_->instance_bytes);
  booted_us_ = now_us_;
  alarm_us_ = kNever;
  led_now.clear();
  firmware_->init(instance_, &hal_);
  firmware_->boot(instance_);
}

void World::power_off() {
  lose_sockets();
  ++life_;
  ++attempt_;
  modem_ = CM1_MODEM_OFF;
  alarm_us_ = kNever;
  writes_left_ = -1;
  ::operator delete(std::exchange(instance_, nullptr), std::align_val_t(16));
}

void World::at(std::int64_t at_us, std::function<void()> what) {
  agenda_.emplace(at_us, [this, what = std::move(what), life = life_] {
    if (life == life_ && instance_ != nullptr) what();
  });
}

void World::run_until(std::int64_t at_us) {
  for (int upcalls = 0;; ++upcalls) {
    ASSERT_LT(upcalls, 1'000'000) << "the module never rests";
    const std::int64_t alarm = alarm_us_ == kNever ? kNever : booted_us_ + alarm_us_;
    const std::int64_t event = agenda_.empty() ? kNever : agenda_.begin()->first;
    const std::int64_t next = std::min(alarm, event);
    if (next > at_us) break;
    now_us_ = std::max(now_us_, next);
    if (event <= alarm) {
      const std::function<void()> what = agenda_.begin()->second;
      agenda_.erase(agenda_.begin());
      what();
    } else {
      alarm_us_ = kNever;
      firmware_->on_alarm(instance_);
    }
    if (writes_left_ == 0) power_off();
  }
  now_us_ = std::max(now_us_, at_us);
}

// ---- Network -----------------------------------------------------------------------------------

void World::modem_state(cm1_modem_state state) {
  if (state != CM1_MODEM_ONLINE) lose_sockets();
  modem_ = state;
  firmware_->on_modem(instance_, state);
}

void World::lose_sockets() {
  for (Socket& socket : sockets_) {
    ++socket.generation;
    const std::uint32_t generation = socket.generation;
    socket = Socket{};
    socket.generation = generation;
  }
}

void World::deliver(int socket, const Octets& octets) {
  at(now_us_ + kOneWay_us, [this, socket, octets] {
    if (!sockets_[static_cast<std::size_t>(socket)].open) return;
    firmware_->on_socket_data(instance_, socket, octets.data(),
                              static_cast<std::uint32_t>(octets.size()));
  });
}

void World::deliver_message(int socket, std::uint16_t source, std::uint16_t destination,
                            const Octets& apdu) {
  Octets octets(8 + apdu.size());
  protocol::Writer out(octets);
  ASSERT_TRUE(protocol::wrapper::encode({source, destination, apdu}, out));
  deliver(socket, octets);
}

void World::associate(int socket, std::uint16_t client) {
  deliver_message(socket, client, 1, {0x60, 0x00});
  run_for(4 * kUsPerSecond);
}

void World::noise_on_line(const Octets& octets) {
  firmware_->on_rs485(instance_, octets.data(), static_cast<std::uint32_t>(octets.size()));
}

int World::connect_in() {
  for (int s = 0; s < static_cast<int>(CM1_SOCKETS); ++s) {
    Socket& socket = sockets_[static_cast<std::size_t>(s)];
    if (socket.used) continue;
    socket.used = socket.open = true;
    firmware_->on_socket_open(instance_, s, 1);
    return s;
  }
  return CM1_SOCKET_NONE;
}

void World::close_from_far_end(int s, cm1_close_reason reason) {
  Socket& socket = sockets_[static_cast<std::size_t>(s)];
  const std::uint32_t generation = socket.generation + 1;
  socket = Socket{};
  socket.generation = generation;
  firmware_->on_socket_closed(instance_, s, reason);
}

int World::head_end_socket() const {
  for (int s = 0; s < static_cast<int>(CM1_SOCKETS); ++s) {
    const Socket& socket = sockets_[static_cast<std::size_t>(s)];
    if (socket.open && socket.head_end) return s;
  }
  return CM1_SOCKET_NONE;
}

std::vector<Octets> World::apdus(std::size_t from) const {
  std::vector<Octets> all;
  for (std::size_t i = from; i < received.size(); ++i) all.push_back(received[i].apdu);
  return all;
}

void World::pull_message(int s) {
  Octets& stream = sockets_[static_cast<std::size_t>(s)].stream;
  while (true) {
    const protocol::Result<protocol::wrapper::Header> header =
        protocol::wrapper::decode_header(stream);
    if (!header || stream.size() < 8u + header->length) return;
    const Octets apdu(stream.begin() + 8, stream.begin() + 8 + header->length);
    received.push_back({now_us_, s, header->source, header->destination, apdu});
    stream.erase(stream.begin(), stream.begin() + 8 + header->length);
  }
}

int World::socket_send(int s, Bytes octets) {
  Socket& socket = sockets_[static_cast<std::size_t>(s)];
  if (!socket.open || socket.unacknowledged + octets.size() > stack_octets) return -1;
  socket.unacknowledged += static_cast<std::uint32_t>(octets.size());
  const std::uint32_t generation = socket.generation;
  const auto n = static_cast<std::uint32_t>(octets.size());
  socket.stuck = socket.stuck || !acknowledges;
  if (socket.stuck) return 0;
  at(now_us_ + kOneWay_us, [this, s, generation, data = copy(octets)] {
    Socket& peer = sockets_[static_cast<std::size_t>(s)];
    if (peer.generation != generation || !cell) return;
    peer.stream.insert(peer.stream.end(), data.begin(), data.end());
    pull_message(s);
  });
  at(now_us_ + 2 * kOneWay_us, [this, s, generation, n] {
    Socket& peer = sockets_[static_cast<std::size_t>(s)];
    if (peer.generation != generation || !cell) return;
    peer.unacknowledged -= n;
    if (peer.unacknowledged == 0) firmware_->on_socket_drained(instance_, s);
  });
  return 0;
}

// ---- Flash -------------------------------------------------------------------------------------

int World::flash_write(std::uint32_t address, const std::uint8_t* data, std::uint32_t n) {
  EXPECT_LE(address + n, flash.size());
  if (writes_left_ == 0) return -1;  // the supply is gone already
  std::uint32_t written = n;
  if (writes_left_ > 0 && --writes_left_ == 0) written = n / 2;  // the cut comes half way
  for (std::uint32_t i = 0; i < written; ++i) {
    flash[address + i] &= data[i];  // programming only clears bits
    if (written == n && flash[address + i] != data[i]) ADD_FAILURE() << "over old content";
  }
  return written == n ? 0 : -1;
}

}  // namespace cm1::fw::test

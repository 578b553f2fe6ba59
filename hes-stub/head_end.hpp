// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hes-stub/engine.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace hes {

// What a simulation drives: the head-end within its own process (LocalHeadEnd) or in another one
// (LockstepClient). Both behave alike, so that both leave the same rows. open(), data(), closed()
// and submit() only note what happened; deliver(now) lets the head-end live through it in that
// order, advance(now) also through its own deadlines up to `now`. What it sends comes out of
// StreamPort during these two. deliver() belongs to the instant of what was noted, advance() to
// next_deadline().
class HeadEnd {
 public:
  virtual ~HeadEnd() = default;
  // A connection that came in, or one dialled by StreamPort::connect() that got through (its door
  // does not matter then; closed() without open() when it did not).
  virtual void open(ConnectionId connection, Door door = Door::wrapper) = 0;
  virtual void data(ConnectionId connection, protocol::Bytes octets) = 0;
  virtual void closed(ConnectionId connection) = 0;
  virtual OrderId submit(const Order& order) = 0;
  virtual void deliver(UtcNs now) = 0;
  virtual void advance(UtcNs now) = 0;
  virtual UtcNs next_deadline() const = 0;
  // Writes the store; nothing may follow.
  virtual void finish() = 0;
};

class LocalHeadEnd final : public HeadEnd {
 public:
  // References live longer. The engine starts at `begin`; `random` also feeds the cipher engine.
  LocalHeadEnd(const EngineConfig& config, const Inventory& inventory,
               const std::vector<TypeTemplate>& types, Store& store, StreamPort& stream,
               LogPort& log, RandomPort& random, Observer& observer, UtcNs begin);

  void open(ConnectionId connection, Door door = Door::wrapper) override;
  void data(ConnectionId connection, protocol::Bytes octets) override;
  void closed(ConnectionId connection) override;
  OrderId submit(const Order& order) override;
  void deliver(UtcNs now) override;
  void advance(UtcNs now) override;
  UtcNs next_deadline() const override { return time_.armed; }
  void finish() override;

  const Engine& engine() const { return *engine_; }
  Store& store() { return store_; }

 private:
  struct Time final : ClockPort, TimerPort {
    UtcNs now() const override { return at; }
    void arm(UtcNs when) override { armed = when; }
    UtcNs at = 0;
    UtcNs armed = kNever;
  };
  struct Noted {
    enum class Kind : std::uint8_t { open, data, closed, order } kind;
    ConnectionId connection;
    std::size_t begin;  // octets in octets_, or the order in orders_
    std::size_t size;
    Door door = Door::wrapper;
  };

  Store& store_;
  Time time_;
  protocol::crypto::OpensslEngine crypto_;
  std::unique_ptr<Engine> engine_;
  std::vector<Noted> noted_;
  std::vector<std::uint8_t> octets_;
  std::vector<Order> orders_;
  OrderId last_order_ = 0;
};

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
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
  void open(ConnectionId connection, Door door = Door::wrapper);
  void data(ConnectionId connection, protocol::Bytes octets);
  void closed(ConnectionId connection);
  OrderId submit(const Order& order);
  virtual void deliver(UtcNs now) = 0;
  virtual void advance(UtcNs now) = 0;
  virtual UtcNs next_deadline() const = 0;
  // Writes the store; nothing may follow.
  virtual void finish() = 0;

 protected:
  struct Noted {
    enum class Kind : std::uint8_t { open, data, closed, order };
    struct Event {
      Kind kind = Kind::open;
      ConnectionId connection = 0;
      std::size_t begin = 0;  // octets in `octets`, or the order in `orders`
      std::size_t size = 0;
      Door door = Door::wrapper;
    };
    std::vector<Event> events;
    std::vector<std::uint8_t> octets;
    std::vector<Order> orders;
  };
  // What is noted from within (by whoever hears us) belongs to the next call.
  Noted take_noted() { return std::exchange(noted_, {}); }
  OrderId last_order_ = 0;  // set once, by whoever is derived

 private:
  Noted noted_;
};

class LocalHeadEnd final : public HeadEnd {
 public:
  // References live longer. The engine starts at `begin`; `random` also feeds the cipher engine.
  LocalHeadEnd(const EngineConfig& config, const Inventory& inventory,
               const std::vector<TypeTemplate>& types, Store& store, StreamPort& stream,
               LogPort& log, RandomPort& random, Observer& observer, UtcNs begin,
               KeyVault* vault = nullptr);  // none: changed keys end with it

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

  Store& store_;
  KeysInMemory own_vault_;
  Time time_;
  protocol::crypto::OpensslEngine crypto_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace hes

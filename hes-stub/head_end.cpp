// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/head_end.hpp"

#include "protocol/assert.hpp"

namespace hes {

void HeadEnd::open(ConnectionId connection, Door door) {
  noted_.events.push_back({Noted::Kind::open, connection, 0, 0, door});
}
void HeadEnd::closed(ConnectionId connection) {
  noted_.events.push_back({Noted::Kind::closed, connection, 0, 0, Door::wrapper});
}
void HeadEnd::data(ConnectionId connection, protocol::Bytes octets) {
  auto& all = noted_.octets;
  noted_.events.push_back(
      {Noted::Kind::data, connection, all.size(), octets.size(), Door::wrapper});
  all.insert(all.end(), octets.begin(), octets.end());
}
OrderId HeadEnd::submit(const Order& order) {
  noted_.events.push_back({Noted::Kind::order, 0, noted_.orders.size(), 0, Door::wrapper});
  noted_.orders.push_back(order);
  return ++last_order_;
}

LocalHeadEnd::LocalHeadEnd(const EngineConfig& config, const Inventory& inventory,
                           const std::vector<TypeTemplate>& types, Store& store, StreamPort& stream,
                           LogPort& log, RandomPort& random, Observer& observer, UtcNs begin,
                           KeyVault* vault)
    : store_(store), crypto_([&random](protocol::MutableBytes out) { random.fill(out); }) {
  time_.at = begin;
  engine_ = std::make_unique<Engine>(
      config, inventory, types,
      Ports{stream, time_, time_, random, log, crypto_, vault == nullptr ? own_vault_ : *vault},
      store, observer);
  engine_->start();
  last_order_ = engine_->last_order();
}

void LocalHeadEnd::deliver(UtcNs now) {
  PROTOCOL_ASSERT(now >= time_.at);
  time_.at = now;
  const Noted noted = take_noted();
  for (const Noted::Event& event : noted.events) {
    switch (event.kind) {
      case Noted::Kind::open:
        engine_->on_open(event.connection, event.door);
        break;
      case Noted::Kind::data:
        engine_->on_data(event.connection,
                         protocol::Bytes(noted.octets).subspan(event.begin, event.size));
        break;
      case Noted::Kind::closed:
        engine_->on_closed(event.connection);
        break;
      case Noted::Kind::order:
        engine_->submit(noted.orders[event.begin]);
        break;
    }
  }
}

void LocalHeadEnd::advance(UtcNs now) {
  deliver(now);
  while (time_.armed <= now) {
    time_.armed = kNever;
    engine_->on_timer();
  }
}

void LocalHeadEnd::finish() { engine_->commit(); }

}  // namespace hes

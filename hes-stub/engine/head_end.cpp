// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/engine/head_end.hpp"

#include "protocol/assert.hpp"

namespace hes {

std::uint64_t SeededRandom::next() {
  state_ += 0x9E3779B97F4A7C15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void SeededRandom::fill(protocol::MutableBytes out) {
  std::size_t i = 0;
  while (i < out.size()) {
    std::uint64_t word = next();
    for (int k = 0; k < 8 && i < out.size(); ++k, word >>= 8) {
      out[i++] = static_cast<std::uint8_t>(word);
    }
  }
}

LocalHeadEnd::LocalHeadEnd(const EngineConfig& config, const Inventory& inventory,
                           const std::vector<TypeTemplate>& types, Store& store, StreamPort& stream,
                           LogPort& log, Observer& observer, std::uint64_t seed, UtcNs begin)
    : store_(store),
      random_(seed),
      crypto_([this](protocol::MutableBytes out) { random_.fill(out); }) {
  time_.at = begin;
  engine_ =
      std::make_unique<Engine>(config, inventory, types,
                               Ports{stream, time_, time_, random_, log, crypto_}, store, observer);
  engine_->start();
}

void LocalHeadEnd::open(ConnectionId connection) {
  noted_.push_back({Noted::Kind::open, connection, 0, 0});
}
void LocalHeadEnd::closed(ConnectionId connection) {
  noted_.push_back({Noted::Kind::closed, connection, 0, 0});
}
void LocalHeadEnd::data(ConnectionId connection, protocol::Bytes octets) {
  noted_.push_back({Noted::Kind::data, connection, octets_.size(), octets.size()});
  octets_.insert(octets_.end(), octets.begin(), octets.end());
}
OrderId LocalHeadEnd::submit(const Order& order) {
  noted_.push_back({Noted::Kind::order, 0, orders_.size(), 0});
  orders_.push_back(order);
  return ++last_order_;
}

void LocalHeadEnd::advance(UtcNs now) {
  PROTOCOL_ASSERT(now >= time_.at);
  time_.at = now;
  for (const Noted& noted : noted_) {
    switch (noted.kind) {
      case Noted::Kind::open:
        engine_->on_open(noted.connection);
        break;
      case Noted::Kind::data:
        engine_->on_data(noted.connection,
                         protocol::Bytes(octets_).subspan(noted.begin, noted.size));
        break;
      case Noted::Kind::closed:
        engine_->on_closed(noted.connection);
        break;
      case Noted::Kind::order:
        engine_->submit(orders_[noted.begin]);
        break;
    }
  }
  noted_.clear();
  octets_.clear();
  orders_.clear();
  while (time_.armed <= now) {
    time_.armed = kNever;
    engine_->on_timer();
  }
}

void LocalHeadEnd::finish() { engine_->commit(); }

}  // namespace hes

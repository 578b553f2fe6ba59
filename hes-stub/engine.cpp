// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/engine.hpp"

#include "hes-stub/concentrators/concentrators.hpp"

namespace hes {

Engine::Engine(const EngineConfig& config, const Inventory& inventory,
               const std::vector<TypeTemplate>& types, const Ports& ports, Store& store,
               Observer& observer)
    : context_(config, inventory, ports, store, observer),
      types_(context_, types),
      plans_(context_, types_),
      events_(context_),
      pushes_(context_, types_, plans_, events_),
      wire_(context_, *this),
      meter_orders_(context_, *this),
      jobs_(context_, types_, plans_, events_, pushes_, meter_orders_),
      schedule_(context_, wire_, jobs_),
      claims_(context_, wire_, schedule_.counters()),
      concentrators_(
          std::make_unique<Concentrators>(context_, types_, static_cast<Committer&>(*this))),
      orders_(context_, meter_orders_, concentrators_->road()) {}
Engine::~Engine() = default;

void Engine::start() {
  schedule_.start();
  plans_.start();
  events_.start();
  orders_.start(concentrators_->start());
  // Whoever is killed before the next commit begins behind these counters and numbers.
  if (context_.store.dirty()) commit_now();
  settle_up();
}

void Engine::on_open(ConnectionId id, Door door, std::string_view peer) {
  if (door == Door::p32 || concentrators_->owns(id)) {
    concentrators_->on_open(id, peer);
  } else {
    wire_.on_open(id);
  }
  settle_up();
}

void Engine::on_data(ConnectionId id, protocol::Bytes octets) {
  if (!wire_.on_data(id, octets)) concentrators_->on_data(id, octets);
  settle_up();
}

void Engine::on_closed(ConnectionId id) {
  if (!wire_.on_closed(id)) concentrators_->on_closed(id);
  settle_up();
}

void Engine::on_timer() {
  armed_ = kNever;
  const UtcNs at = context_.now();
  while (context_.deadlines.next() <= at) run_deadline(context_.deadlines.pop());
  settle_up();
}

OrderId Engine::submit(const Order& order) {
  const OrderId id = orders_.submit(order);
  settle_up();
  return id;
}

void Engine::run_deadline(const Deadline& deadline) {
  const auto meter = static_cast<MeterIndex>(deadline.index);
  switch (deadline.kind) {
    case Deadline::Kind::commit:
      commit_set_ = false;
      return commit_now();
    case Deadline::Kind::check:
      return schedule_.check(meter, deadline.generation);
    case Deadline::Kind::supervise:
      return wire_.supervise(deadline.index);
    case Deadline::Kind::session:
      return schedule_.on_session_timer(static_cast<std::uint32_t>(deadline.index),
                                        deadline.generation);
    case Deadline::Kind::claim:
      return claims_.on_timer(static_cast<std::uint32_t>(deadline.index), deadline.generation);
    case Deadline::Kind::retry:
      return schedule_.wake(meter);
    case Deadline::Kind::order_from:
      return meter_orders_.on_from(deadline.index);
    case Deadline::Kind::order_until:
      return orders_.on_until(deadline.index);
    case Deadline::Kind::p32_commit:
    case Deadline::Kind::p32_silence:
    case Deadline::Kind::p32_check:
    case Deadline::Kind::p32_dial:
    case Deadline::Kind::p32_client:
      return concentrators_->on_deadline(deadline);
  }
}

void Engine::settle_up() {
  schedule_.pump();
  claims_.pump();
  note_dirty();
  const UtcNs next = context_.deadlines.next();
  if (next == armed_) return;
  armed_ = next;
  context_.ports.timer.arm(next);
}

// The store is written once a minute, on the minute, and only when there is something.
void Engine::note_dirty() {
  if (commit_set_ || !context_.store.dirty()) return;
  commit_set_ = true;
  const UtcNs period = context_.config.commit_period_s * kNsPerSecond;
  context_.deadlines.add((context_.now() / period + 1) * period, Deadline::Kind::commit, 0);
}

void Engine::commit_now() {
  context_.store.commit();
  concentrators_->committed();
}

}  // namespace hes

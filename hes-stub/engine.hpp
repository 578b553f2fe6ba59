// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/core/types.hpp"
#include "hes-stub/meters/claims.hpp"
#include "hes-stub/meters/jobs.hpp"
#include "hes-stub/meters/meter_orders.hpp"
#include "hes-stub/meters/plans.hpp"
#include "hes-stub/meters/pushes.hpp"
#include "hes-stub/meters/schedule.hpp"
#include "hes-stub/meters/wire.hpp"
#include "hes-stub/orders/orders.hpp"

namespace hes {

class Concentrators;

// The head-end without sockets, clock or threads: connections, octets and the moment of its timer
// come in, octets and the next moment go out. Everything random comes from RandomPort, nothing is
// iterated in an order that could differ between two runs.
//
// Two roads lead to meters. Modules dial in (Wire), and where two say that they are of one meter
// the meter proves which (Claims); their pushes are opened and stored (Pushes); what is missing,
// what is ordered and what the day asks for (Plans, MeterOrders) becomes jobs of one association
// (Session), and only so many meters are served at one time (Schedule). Meters behind a
// concentrator are the business of Concentrators; their rows come to the same places. Orders stand
// above both.
class Engine final : private WireEvents, private OrderWaker, private Committer {
 public:
  // The references live longer than the engine. Types without a template are learnt on the wire.
  Engine(const EngineConfig& config, const Inventory& inventory,
         const std::vector<TypeTemplate>& types, const Ports& ports, Store& store,
         Observer& observer);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Once, before anything else.
  void start();

  // The port's side of StreamPort: after close() the engine knows the connection no more, and
  // on_closed() for it is ignored. Octets of a connection that was not opened are ignored too.
  // `peer` is the name that a p32 connection's certificate proves; empty: it proves none.
  void on_open(ConnectionId connection, Door door = Door::wrapper, std::string_view peer = {});
  void on_data(ConnectionId connection, protocol::Bytes octets);
  void on_closed(ConnectionId connection);
  void on_timer();

  // Numbered from 1 on, or behind those that the store still holds; the result comes to the
  // observer.
  OrderId submit(const Order& order);
  OrderId last_order() const { return orders_.last(); }
  // The end of a run: writes what the last minute brought, and tells nobody any more.
  void commit() { context_.store.commit(); }

  const EngineCounters& counters() const { return context_.counters; }
  UtcNs next_deadline() const { return context_.deadlines.next(); }
  std::size_t connections() const { return wire_.size(); }
  const Concentrators& concentrators() const { return *concentrators_; }

 private:
  void on_bound(MeterIndex meter) override { schedule_.on_bound(meter); }
  void on_unbound(MeterIndex meter) override { schedule_.on_unbound(meter); }
  bool on_apdu(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu,
               std::uint32_t octets) override {
    return schedule_.on_apdu(meter, client, apdu, octets);
  }
  bool is_push(MeterIndex caller, protocol::Bytes apdu) override {
    return pushes_.is_push(caller, apdu);
  }
  bool on_push(MeterIndex caller, protocol::Bytes apdu) override {
    return pushes_.on_push(caller, apdu);
  }
  void on_claim(MeterIndex meter, ConnectionId connection) override {
    claims_.on_claim(meter, connection);
  }
  bool on_claim_apdu(ConnectionId connection, protocol::dlms::Sap client, protocol::Bytes apdu,
                     std::uint32_t octets) override {
    return claims_.on_apdu(connection, client, apdu, octets);
  }
  protocol::dlms::Sap on_claim_ended(ConnectionId connection) override {
    return claims_.on_claim_ended(connection);
  }
  void wake(MeterIndex meter) override { schedule_.wake(meter); }
  void commit_now() override;

  void run_deadline(const Deadline& deadline);
  void settle_up();  // at the end of every call from outside
  void note_dirty();

  Context context_;
  Types types_;
  Plans plans_;
  EventLogs events_;
  Pushes pushes_;
  Wire wire_;
  MeterOrders meter_orders_;
  Jobs jobs_;
  Schedule schedule_;
  Claims claims_;
  std::unique_ptr<Concentrators> concentrators_;
  Orders orders_;
  UtcNs armed_ = kNever;
  bool commit_set_ = false;
};

}  // namespace hes

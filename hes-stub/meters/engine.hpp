// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "hes-stub/concentrators/concentrators.hpp"
#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/meters/engine_state.hpp"
#include "hes-stub/orders/order.hpp"
#include "hes-stub/ports/deadlines.hpp"
#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/store/store.hpp"
#include "protocol/crypto/engine.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace hes {

struct Ports {
  StreamPort& stream;
  ClockPort& clock;
  TimerPort& timer;
  RandomPort& random;
  LogPort& log;
  protocol::crypto::Engine& crypto;
};

// The head-end without sockets, clock or threads: connections, octets and the moment of its timer
// come in, octets and the next moment go out. Everything random comes from RandomPort, nothing is
// iterated in an order that could differ between two runs.
//
// A module's connection begins with an announcement, which binds it to a meter; a newer connection
// of the same meter replaces the older. Pushes are opened with the meter's keys and stored. What
// is missing, what is ordered and what the day asks for becomes a job; jobs of one meter share one
// association (client 1, HLS5), and only so many meters are served at one time. Meters behind a
// concentrator are its business (Concentrators); their rows come to the same places.
class Engine final : private ConcentratorHost {
 public:
  // The references live longer than the engine. Types without a template are learnt on the wire.
  Engine(const EngineConfig& config, const Inventory& inventory,
         const std::vector<TypeTemplate>& types, const Ports& ports, Store& store,
         Observer& observer);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Once, before anything else: when collecting begins, if neither config nor store says.
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
  OrderId last_order() const { return last_order_; }
  // The end of a run: writes what the last minute brought, and tells nobody any more.
  void commit() { store_.commit(); }

  const EngineCounters& counters() const { return counters_; }
  UtcNs next_deadline() const { return deadlines_.next(); }
  std::size_t connections() const { return connections_.size(); }
  const Concentrators& concentrators() const { return concentrators_; }

 private:
  using Bytes = protocol::Bytes;
  using ClientEvent = protocol::dlms::ClientEvent;

  // engine.cpp
  UtcNs now() const { return ports_.clock.now(); }
  std::int64_t now_s() const { return now() / kNsPerSecond; }
  void run_deadline(const Deadline& deadline);
  void settle_up();  // at the end of every call from outside
  void note_dirty();
  std::int64_t draw_below(std::int64_t n);
  void log(std::string_view text);
  TypeState& type_of(MeterIndex meter) { return types_[meters_[meter].type]; }

  // ConcentratorHost
  const ProfileType* columns_of(MeterIndex meter, const Obis& profile) const override;
  std::uint32_t take_rows(MeterIndex meter, const Obis& profile, std::vector<Row>& rows) override;
  void conclude(OrderResult& result, OrderOutcome outcome) override;
  void commit_now() override;
  void clock_checked(MeterIndex meter, UtcNs deviation) override;

  // engine_wire.cpp
  void on_message(Connection& connection, const protocol::wrapper::Message& message);
  void on_plain_notification(Connection& connection, Bytes apdu);
  void on_push(Connection& connection, Bytes apdu);
  void store_push(MeterIndex meter, Bytes body, UtcNs arrival, std::uint32_t octets);
  void bind(Connection& connection, MeterIndex meter);
  void drop(Connection& connection, std::string_view reason);  // closes and forgets
  void leave(Connection& connection, std::string_view reason);
  void unbind(Connection& connection);
  void supervise(ConnectionId id);
  AddResult store_rows(MeterIndex meter, const Obis& profile, Delivery how, UtcNs arrival);
  void send(MeterIndex meter, protocol::dlms::Sap client, Bytes apdu);

  // engine_jobs.cpp: who is served when, and with what
  void check(MeterIndex meter, std::uint32_t generation);
  void plan(MeterIndex meter);
  void plan_load_profile(MeterIndex meter);
  void plan_closing(MeterIndex meter);
  void plan_clock(MeterIndex meter);
  void enqueue(MeterIndex meter);
  void pump();
  void next_job(ActiveSession& session);
  void request_load_profile(ActiveSession& session);
  void request_closing(ActiveSession& session);
  void request_clock(ActiveSession& session);
  void on_rows(ActiveSession& session, Bytes value);
  void on_clock(ActiveSession& session, Bytes value);
  bool read_deviation(const ActiveSession& session, Bytes value, UtcNs& deviation) const;
  void set_clock(ActiveSession& session);
  void correct_clock(ActiveSession& session, UtcNs deviation);
  void finish_job(ActiveSession& session, Want want);
  void job_refused(ActiveSession& session, Want want);
  void clock_moved(MeterIndex meter, UtcNs deviation_before, UtcNs deviation_after);

  // engine_session.cpp: one association
  void begin_session(MeterIndex meter);
  void associate(ActiveSession& session, bool public_client);
  void on_answer(ActiveSession& session, Bytes apdu, std::uint32_t octets);
  void on_event(ActiveSession& session, const ClientEvent& event);
  void on_associated(ActiveSession& session);
  void on_counter(ActiveSession& session, Bytes value);
  void transmit(ActiveSession& session, const protocol::Result<Bytes>& apdu);
  void await(ActiveSession& session, std::int64_t seconds);
  void on_session_timer(ActiveSession& session);
  void release(ActiveSession& session);
  void on_job_event(ActiveSession& session, const ClientEvent& event);
  void retry_or_fail(ActiveSession& session);
  void fail(ActiveSession& session);
  void end_session(ActiveSession& session);
  void back_off(MeterIndex meter);
  void report(ActiveSession& session, MessageKind kind);
  void let_go_of_order(ActiveSession& session);
  void reserve_counters(MeterIndex meter);
  ActiveSession* session_of(MeterIndex meter);

  // engine_orders.cpp
  void request_order(ActiveSession& session);
  void send_order(ActiveSession& session, PendingOrder& order);
  void on_order_answer(ActiveSession& session, const ClientEvent& event);
  void on_order_clock(ActiveSession& session, PendingOrder& order, Bytes value);
  void finish_order(PendingOrder& order, OrderOutcome outcome);
  void expire_order(OrderId id);
  PendingOrder* due_order(MeterIndex meter);
  std::vector<std::uint8_t> clock_value(std::int64_t utc_s) const;

  // engine_learn.cpp
  void request_learn(ActiveSession& session);
  void on_learnt(ActiveSession& session, const ClientEvent& event);
  bool take_learnt(ActiveSession& session, const ClientEvent& event);
  void type_is_known(std::size_t type);

  EngineConfig config_;
  const Inventory& inventory_;
  Ports ports_;
  Store& store_;
  Observer& observer_;
  ProfileIndex load_profile_;
  ProfileIndex closing_;

  std::vector<MeterState> meters_;
  std::vector<TypeState> types_;
  std::map<ConnectionId, Connection> connections_;
  std::vector<std::unique_ptr<ActiveSession>> sessions_;  // grows up to max_sessions
  std::vector<std::uint32_t> free_sessions_;
  std::deque<MeterIndex> waiting_orders_;
  std::deque<MeterIndex> waiting_;
  std::map<OrderId, PendingOrder> orders_;
  OrderId last_order_ = 0;
  Deadlines deadlines_;
  UtcNs armed_ = kNever;
  bool commit_set_ = false;
  UtcNs started_at_ = 0;
  std::size_t held_pushes_ = 0;
  EngineCounters counters_;
  std::vector<Row> rows_;            // of the delivery in hand
  std::vector<std::uint8_t> plain_;  // the push in hand, deciphered
  std::vector<std::uint8_t> out_;    // the message in hand, with its wrapper header
  Concentrators concentrators_;      // uses what stands above
};

}  // namespace hes

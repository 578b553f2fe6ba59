// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/meters/engine_state.hpp"
#include "hes-stub/orders/order.hpp"
#include "hes-stub/ports/deadlines.hpp"
#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/ports.hpp"
#include "hes-stub/store/concentrator_store.hpp"
#include "hes-stub/store/store.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/http.hpp"
#include "protocol/hosted/p32/sign.hpp"

namespace hes {

namespace p32 = protocol::p32;

// The profile whose rows a report carries.
const Obis& profile_of(p32::ReportKind kind);

// What the concentrators' side needs of the engine around it.
class ConcentratorHost {
 public:
  virtual const ProfileType* columns_of(MeterIndex meter, const Obis& profile) const = 0;
  // Stores rows of one meter in its buffer's order; how many were new.
  virtual std::uint32_t take_rows(MeterIndex meter, const Obis& profile,
                                  std::vector<Row>& rows) = 0;
  virtual void conclude(OrderResult& result, OrderOutcome outcome) = 0;
  virtual void clock_checked(MeterIndex meter, UtcNs deviation) = 0;
  virtual void commit_now() = 0;  // calls committed() back

 protected:
  ~ConcentratorHost() = default;
};

// The head-end's end of P3.2Ex (docs/p32ex.md): serves the connections of concentrators, takes
// their reports over once each, keeps their orders and requests until they are done, and dials
// those that can be dialled. A report is acknowledged when the store has committed it.
class Concentrators {
 public:
  // References live longer.
  Concentrators(const EngineConfig& config, const Inventory& inventory, StreamPort& stream,
                ClockPort& clock, Store& store, Observer& observer, Deadlines& deadlines,
                EngineCounters& counters, ConcentratorHost& host);

  // Once: what the store still has to hand over. Returns the highest number of its orders.
  OrderId start();
  bool owns(ConnectionId connection) const;
  // `peer`: the name that the connection's certificate proves; empty: it proves none.
  void on_open(ConnectionId connection, std::string_view peer);
  void on_data(ConnectionId connection, protocol::Bytes octets);
  void on_closed(ConnectionId connection);
  void on_deadline(const Deadline& deadline);
  // True when the deadline of the order was one of ours.
  bool on_order_until(OrderId id);
  void submit(OrderResult result);  // of a meter behind a concentrator; valid
  void committed();

  std::size_t open_items(ConcentratorIndex concentrator) const {
    return links_[concentrator].items.size();
  }

 private:
  using Bytes = protocol::Bytes;

  // An order or a request that is not done yet.
  struct Item {
    p32::WorkItem work;
    std::string xml;  // the message as stored
    bool acked = false;
    bool handed = false;
    UtcNs since = 0;  // handed over, or loaded
    std::optional<OrderResult> order;
    std::vector<MeterIndex> answered;  // of a request for rows
  };
  // HTTP answer that waits for its turn, or for a commit.
  struct Answer {
    unsigned status = 200;
    std::optional<p32::Message> message;  // none: 204
    std::string octets;                   // instead of these two, as they are
    bool after_commit = false;
    MessageKind kind = MessageKind::p32_other;
    std::uint32_t octets_up = 0;
    UtcNs arrival = 0;
    bool keep_alive = true;
  };
  struct Server {
    p32::HttpServer http;
    std::string peer;
    ConcentratorIndex concentrator = kNoConcentrator;
    UtcNs opened = 0;
    UtcNs last_heard = 0;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    std::uint64_t accounted = 0;  // of octets_up, in finished messages
    bool busy = false;            // its octets are being looked at
    bool refused = false;         // nothing more is read
    std::deque<Answer> answers;
  };
  // What we have open towards an Ethernet concentrator.
  struct Client {
    enum class State : std::uint8_t { idle, backing_off, dialling, hello, ready, posting };
    State state = State::idle;
    ConnectionId connection = kNoConnection;
    p32::HttpClient http;
    std::string asked;         // id of the message that was posted
    bool asked_order = false;  // it is one
    std::uint32_t generation = 0;
    std::uint32_t failures = 0;  // in a row
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    std::uint64_t accounted = 0;  // of octets_up, in finished answers
    std::uint64_t last_down = 0;  // of the message that was posted
    UtcNs opened = 0;
    UtcNs posted = 0;
  };
  struct Link {
    std::map<std::uint64_t, Item> items;  // by number: handed over in this order
    std::uint64_t next_seq = 1;
    Client client;
    std::vector<MeterIndex> meters;
  };
  // Missing rows of a meter that were asked for in vain.
  struct Gap {
    std::uint32_t tries = 0;
    UtcNs not_before = 0;
    std::int64_t twice_from_s = 0;  // stamps lived twice; to 0: none
    std::int64_t twice_to_s = 0;
  };

  // concentrators.cpp
  UtcNs now() const { return clock_.now(); }
  p32::Envelope envelope(ConcentratorIndex to, std::string_view re);
  void commit_soon();
  std::string id_of(std::uint64_t seq) const { return config_.p32_id + "-" + std::to_string(seq); }
  std::uint64_t take_seq(ConcentratorIndex to);
  void note(MessageKind kind, ConcentratorIndex concentrator, std::uint64_t up, std::uint64_t down,
            UtcNs since);

  // concentrator_server.cpp
  void serve(ConnectionId connection, Server& server, const p32::HttpRequest& request);
  std::optional<Answer> refuse(Server& server, const p32::Message& message);
  Answer answer_to(Server& server, p32::Message message, std::uint32_t octets);
  Answer on_hello(const Server& server, const p32::Message& message);
  Answer on_poll(const Server& server, const p32::Message& message);
  Answer error(ConcentratorIndex to, std::string_view re, p32::Failure failure, const char* text);
  void flush(ConnectionId connection, Server& server);
  void end(ConnectionId connection, std::string_view reason);

  // concentrator_reports.cpp
  bool take_report(ConcentratorIndex from, const p32::Envelope& envelope, p32::Report report,
                   std::uint32_t octets);
  void take_profile(ConcentratorIndex from, const p32::Envelope& envelope,
                    p32::ProfileReport& report, ReportNote& note);
  void take_rows(MeterIndex meter, p32::ReportKind profile, const p32::ProfileMeter& rows,
                 ReportNote& note);
  MeterIndex meter_of(ConcentratorIndex from, const std::string& serial) const;
  void keep_known(ConcentratorIndex from, p32::Report& report, ReportNote& note);

  // concentrator_items.cpp
  Item& add_item(ConcentratorIndex to, p32::WorkItem work, std::optional<OrderResult> order);
  void save(ConcentratorIndex to, const Item& item);
  void drop_item(ConcentratorIndex to, std::uint64_t seq);
  Item* find_item(ConcentratorIndex to, std::string_view id);
  p32::Work work_for(ConcentratorIndex to, std::size_t items_max);
  void mark_handed(ConcentratorIndex to, Item& item);
  void on_ack(ConcentratorIndex from, const std::string& id);
  void on_error(ConcentratorIndex from, const std::string& id, const p32::ErrorBody& error);

  // concentrator_orders.cpp
  bool make_order(const Order& order, p32::OrderBody& body) const;
  void issue(OrderResult result, UtcNs not_before);
  void set_back(MeterIndex meter, std::int64_t by_s);
  void on_order_result(ConcentratorIndex from, const p32::OrderResult& result);
  void on_order_failure(ConcentratorIndex from, std::uint64_t seq, const p32::Failure& failure);
  void finish(ConcentratorIndex from, std::uint64_t seq, OrderOutcome outcome);

  // concentrator_requests.cpp
  void check(ConcentratorIndex concentrator);
  void ask_for_rows(ConcentratorIndex concentrator, p32::ReportKind profile);
  struct Missing {
    std::int64_t from_s;
    std::int64_t until_s;
  };
  std::optional<Missing> missing(MeterIndex meter, p32::ReportKind profile);
  void on_rows_answered(Item& item, MeterIndex meter, p32::ReportKind profile,
                        const p32::ProfileMeter& rows);
  void finish_request(ConcentratorIndex from, std::uint64_t seq);
  void tried_in_vain(MeterIndex meter, p32::ReportKind profile);

  // concentrator_client.cpp
  void wake(ConcentratorIndex to);
  void dial(ConcentratorIndex to);
  void greet(ConcentratorIndex to);
  void waited(ConcentratorIndex to);
  void post(ConcentratorIndex to, const std::string& xml);
  void post_next(ConcentratorIndex to);
  void on_client_data(ConcentratorIndex to, Bytes octets);
  void on_response(ConcentratorIndex to, const p32::HttpResponse& response);
  void client_failed(ConcentratorIndex to, std::string_view reason);
  void hang_up(ConcentratorIndex to, std::string_view reason);
  void await(ConcentratorIndex to, std::int64_t seconds);

  const EngineConfig& config_;
  const Inventory& inventory_;
  StreamPort& stream_;
  ClockPort& clock_;
  Store& store_;
  ConcentratorStore& records_;
  Observer& observer_;
  Deadlines& deadlines_;
  ConcentratorCounters& counters_;
  ConcentratorHost& host_;
  std::optional<p32::Signer> signer_;
  p32::HttpLimits limits_;
  std::vector<Link> links_;
  std::map<ConnectionId, Server> servers_;
  std::map<ConnectionId, ConcentratorIndex> dialled_;
  std::vector<ConnectionId> waiting_;  // connections with answers that wait for a commit
  std::map<OrderId, std::pair<ConcentratorIndex, std::uint64_t>> orders_;
  std::map<std::pair<MeterIndex, p32::ReportKind>, Gap> gaps_;
  bool commit_set_ = false;
};

}  // namespace hes

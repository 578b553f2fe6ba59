// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "dcu/app/orders/order_book.hpp"
#include "dcu/app/reports/surveyor.hpp"

namespace dcu::app {

// What the head-end says: told apart, kept where it must be, answered. Requests are stored before
// they are acknowledged and dropped with their last report; those under way when the concentrator
// stops are taken up again for the meters that are in no report yet.
class Inbox {
 public:
  // Called once, at once or later, with what to say in return.
  using Answer = std::function<void(const protocol::p32::Message&)>;

  Inbox(Core& core, Poller& poller, Surveyor& surveyor, Reporter& reporter, OrderBook& orders);

  void start();
  // Request, Query, SignedOrder and Hello, however they came. True: it was one of these.
  bool take(const protocol::p32::Message& message, const Answer& answer);
  protocol::p32::Message hello(const std::string& re);
  protocol::p32::Message failure(const std::string& re, const protocol::p32::Failure& failure,
                                 const std::string& text);
  bool cancel(const std::string& id);
  ImageDepot& images() { return orders_.images(); }

 private:
  struct Pending {
    std::string id;
    std::string xml;
    std::set<std::string> reported;  // serials
    std::uint32_t parts = 0;
  };
  void take_request(const protocol::p32::Message& message, const Answer& answer);
  void take_query(const protocol::p32::Message& message, const Answer& answer);
  void take_order(const protocol::p32::Message& message, const Answer& answer);
  void acknowledge(const std::string& re, bool duplicate, const Answer& answer);
  void run(std::uint64_t seq, const protocol::p32::Selection& selection);
  void add_part(std::uint64_t seq, protocol::p32::ReportBody body,
                const std::vector<std::string>& meters, bool last);
  void save(std::uint64_t seq);
  static bool from_meter(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody stored(const protocol::p32::Selection& selection);
  protocol::p32::ReportBody completed(const protocol::p32::Selection& selection,
                                      protocol::p32::ReportBody body);

  Core& core_;
  Poller& poller_;
  Surveyor& surveyor_;
  Reporter& reporter_;
  OrderBook& orders_;
  std::map<std::uint64_t, Pending> pending_;  // by seq of the message
  std::uint64_t queries_ = 0;
};

}  // namespace dcu::app

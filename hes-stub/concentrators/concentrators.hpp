// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "hes-stub/concentrators/client.hpp"
#include "hes-stub/concentrators/concentrator_road.hpp"
#include "hes-stub/concentrators/inbox.hpp"
#include "hes-stub/concentrators/mailbox.hpp"
#include "hes-stub/concentrators/row_requests.hpp"
#include "hes-stub/concentrators/server.hpp"

namespace hes {

// The head-end's end of P3.2Ex (docs/p32ex.md): serves the connections of concentrators and dials
// those that can be dialled, takes their reports over once each (Inbox), keeps their orders
// (ConcentratorRoad) and requests (RowRequests) until they are done (Mailbox).
class Concentrators final : private Mailbox::Events {
 public:
  Concentrators(Context& context, const Types& types, Committer& committer);

  // Once: what the store still has to hand over. Returns the highest number of its orders.
  OrderId start();
  OrderRoad& road() { return road_; }
  bool owns(ConnectionId connection) const;
  // `peer`: the name that the connection's certificate proves; empty: it proves none.
  void on_open(ConnectionId connection, std::string_view peer);
  void on_data(ConnectionId connection, protocol::Bytes octets);
  void on_closed(ConnectionId connection);
  void on_deadline(const Deadline& deadline);
  void committed() { server_.committed(); }

  std::size_t open_items(ConcentratorIndex concentrator) const {
    return mailbox_.items(concentrator).size();
  }

 private:
  void on_waiting(ConcentratorIndex to) override { client_.wake(to); }

  Mailbox mailbox_;
  RowRequests requests_;
  ConcentratorRoad road_;
  Inbox inbox_;
  ConcentratorServer server_;
  ConcentratorClient client_;
};

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/concentrators/inbox.hpp"
#include "hes-stub/concentrators/mailbox.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace hes {

p32::HttpLimits http_limits(const EngineConfig& config);

// Our HTTP server for concentrators: one message comes in, one answer goes out, in the same order.
// A report is acknowledged when the store has committed it.
class ConcentratorServer {
 public:
  ConcentratorServer(Context& context, Mailbox& mailbox, Inbox& inbox);

  bool owns(ConnectionId connection) const { return connections_.count(connection) != 0; }
  // `peer`: the name that the connection's certificate proves; empty: it proves none.
  void on_open(ConnectionId connection, std::string_view peer);
  void on_data(ConnectionId connection, protocol::Bytes octets);
  void on_closed(ConnectionId connection);
  void on_silence_deadline(ConnectionId connection);
  void committed();  // what the answers were waiting for is in the file

 private:
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
  struct Connection {
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
  using Connections = std::map<ConnectionId, Connection>;

  void serve(ConnectionId id, Connection& connection, const p32::HttpRequest& request);
  std::optional<Answer> refuse(Connection& connection, const p32::Message& message);
  Answer message_answer(Connection& connection, const p32::HttpRequest& request,
                        std::uint32_t octets);
  Answer image_part(const Connection& connection, const p32::HttpRequest& request);
  Answer answer_to(ConcentratorIndex from, p32::Message message, std::uint32_t octets);
  Answer on_hello(ConcentratorIndex from, const p32::Message& message);
  Answer on_poll(ConcentratorIndex from, const p32::Message& message);
  Answer error(ConcentratorIndex to, std::string_view re, p32::Failure failure, const char* text);
  void flush(ConnectionId id, Connection& connection);
  void forget(Connections::iterator connection, std::string_view reason);

  Context& context_;
  ConcentratorCounters& counters_;
  Mailbox& mailbox_;
  Inbox& inbox_;
  Connections connections_;
  std::vector<ConnectionId> waiting_;  // connections with answers that wait for a commit
};

}  // namespace hes

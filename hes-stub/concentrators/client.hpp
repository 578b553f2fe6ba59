// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/concentrators/inbox.hpp"
#include "hes-stub/concentrators/mailbox.hpp"
#include "protocol/hosted/p32/http.hpp"

namespace hes {

// Our HTTP client for Ethernet concentrators: each is dialled when something waits for it.
class ConcentratorClient {
 public:
  ConcentratorClient(Context& context, Mailbox& mailbox, Inbox& inbox);
  void start();  // dials for what the store still has to hand over

  // Something may wait. Dialling itself is left to a deadline: never from within another's call.
  void wake(ConcentratorIndex to);
  bool owns(ConnectionId connection) const { return dialled_.count(connection) != 0; }
  // `peer`: the name that the connection's certificate proves; empty: it proves none.
  void on_open(ConnectionId connection, std::string_view peer);
  void on_data(ConnectionId connection, protocol::Bytes octets);
  void on_closed(ConnectionId connection);
  void on_deadline(const Deadline& deadline);

 private:
  // What we have open towards one concentrator.
  struct Line {
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
  void dial(ConcentratorIndex to);
  void waited(ConcentratorIndex to);
  void post(ConcentratorIndex to, const std::string& xml);
  void post_next(ConcentratorIndex to);
  void on_response(ConcentratorIndex to, const p32::HttpResponse& response);
  bool take(ConcentratorIndex to, const p32::HttpResponse& response, const p32::Message& message);
  void failed(ConcentratorIndex to, std::string_view reason);
  void hang_up(ConcentratorIndex to, std::string_view reason);
  void await(ConcentratorIndex to, std::int64_t seconds);

  Context& context_;
  ConcentratorCounters& counters_;
  Mailbox& mailbox_;
  Inbox& inbox_;
  std::vector<Line> lines_;  // of each concentrator
  std::map<ConnectionId, ConcentratorIndex> dialled_;
};

}  // namespace hes

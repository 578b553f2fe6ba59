// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/concentrators.hpp"

#include "protocol/assert.hpp"

namespace hes {

Concentrators::Concentrators(Context& context, const Types& types, Committer& committer)
    : mailbox_(context, committer, *this),
      requests_(context, mailbox_),
      road_(context, mailbox_, requests_),
      inbox_(context, types, mailbox_, requests_, road_),
      server_(context, mailbox_, inbox_),
      client_(context, mailbox_, inbox_) {}

OrderId Concentrators::start() {
  requests_.start();
  mailbox_.start();
  const OrderId highest = road_.start();
  client_.start();
  return highest;
}

bool Concentrators::owns(ConnectionId connection) const {
  return server_.owns(connection) || client_.owns(connection);
}

void Concentrators::on_open(ConnectionId connection, std::string_view peer) {
  if (client_.owns(connection)) return client_.on_open(connection, peer);
  server_.on_open(connection, peer);
}

void Concentrators::on_data(ConnectionId connection, protocol::Bytes octets) {
  if (client_.owns(connection)) return client_.on_data(connection, octets);
  server_.on_data(connection, octets);
}

void Concentrators::on_closed(ConnectionId connection) {
  if (client_.owns(connection)) return client_.on_closed(connection);
  server_.on_closed(connection);
}

void Concentrators::on_deadline(const Deadline& deadline) {
  using Kind = Deadline::Kind;
  if (deadline.kind == Kind::p32_commit) return mailbox_.on_commit_deadline();
  if (deadline.kind == Kind::p32_check) return requests_.on_check_deadline(deadline);
  if (deadline.kind == Kind::p32_silence) return server_.on_silence_deadline(deadline.index);
  PROTOCOL_ASSERT(deadline.kind == Kind::p32_dial || deadline.kind == Kind::p32_client);
  client_.on_deadline(deadline);
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "hes-stub/meters/frame_assembler.hpp"
#include "protocol/dlms/types.hpp"

namespace hes {

// What comes of the modules' connections.
class WireEvents {
 public:
  virtual void on_bound(MeterIndex meter) = 0;    // it can be reached now
  virtual void on_unbound(MeterIndex meter) = 0;  // no more
  // An answer for one of our clients; `octets` with the wrapper's header. False: nobody waits.
  virtual bool on_apdu(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu,
                       std::uint32_t octets) = 0;
  // Ciphered data-notification; kNoMeter: before an announcement.
  virtual void on_push(MeterIndex caller, protocol::Bytes apdu) = 0;

 protected:
  ~WireEvents() = default;
};

// The modules' connections: framing, announcements, heartbeats, and which meter is at the end of
// which. A connection begins with an announcement, which binds it to a meter; a newer connection
// of the same meter replaces the older.
class Wire {
 public:
  Wire(Context& context, WireEvents& events);

  void on_open(ConnectionId id);
  // False: none of ours.
  bool on_data(ConnectionId id, protocol::Bytes octets);
  bool on_closed(ConnectionId id);
  void supervise(ConnectionId id);  // the deadline came
  std::size_t size() const { return connections_.size(); }

  bool reaches(MeterIndex meter) const { return of_meter_[meter] != kNoConnection; }
  void send(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu);

 private:
  struct Connection {
    ConnectionId id = kNoConnection;
    MeterIndex meter = kNoMeter;
    bool dead = false;  // dropped while its octets are still being looked at
    UtcNs opened = 0;
    UtcNs last_heard = 0;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    FrameAssembler assembler;
  };
  void on_message(Connection& connection, const protocol::wrapper::Message& message);
  void on_notification(Connection& connection, protocol::Bytes apdu);
  void bind(Connection& connection, MeterIndex meter);
  void unbind(Connection& connection);
  void drop(Connection& connection, std::string_view reason);  // closes and forgets
  void leave(Connection& connection, std::string_view reason);

  Context& context_;
  WireEvents& events_;
  std::map<ConnectionId, Connection> connections_;
  std::vector<ConnectionId> of_meter_;
  std::vector<std::uint8_t> out_;  // the message in hand, with its wrapper header
};

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace hes {

// Cuts a connection's octets into wrapper messages. Unlike protocol::wrapper::Deframer it holds no
// buffer of its own while messages come whole, as they nearly always do: with a hundred thousand
// connections that is the difference.
class FrameAssembler {
 public:
  // Calls handler(message) -> bool for each whole message; false stops. The message lies in `chunk`
  // or in here, valid during the call. Returns false when framing is lost: nothing that follows
  // can be trusted.
  template <typename Handler>
  bool feed(protocol::Bytes chunk, std::size_t max_apdu_octets, Handler&& handler);

 private:
  enum class Look : unsigned char { more, whole, lost };
  // Octets of the message at the front in `size`; with Look::more, as far as is known.
  static Look look(protocol::Bytes octets, std::size_t max_apdu_octets, std::size_t& size) {
    using protocol::wrapper::kHeaderOctets;
    constexpr std::uint8_t kVersion[2] = {0, protocol::wrapper::kVersion};
    const std::size_t n = std::min<std::size_t>(octets.size(), 2);
    if (!std::equal(kVersion, kVersion + n, octets.begin())) return Look::lost;
    size = kHeaderOctets;
    if (octets.size() < kHeaderOctets) return Look::more;
    const auto header = protocol::wrapper::decode_header(octets);
    if (!header || header->length > max_apdu_octets) return Look::lost;
    size = kHeaderOctets + header->length;
    return octets.size() < size ? Look::more : Look::whole;
  }

  std::vector<std::uint8_t> partial_;
};

template <typename Handler>
bool FrameAssembler::feed(protocol::Bytes chunk, std::size_t max_apdu_octets, Handler&& handler) {
  const auto handle = [&handler](protocol::Bytes octets) {
    const auto message = protocol::wrapper::decode(octets);
    return handler(*message);
  };
  while (!chunk.empty()) {
    std::size_t size = 0;
    if (partial_.empty()) {
      switch (look(chunk, max_apdu_octets, size)) {
        case Look::lost:
          return false;
        case Look::more:
          partial_.assign(chunk.begin(), chunk.end());
          return true;
        case Look::whole:
          break;
      }
      const protocol::Bytes octets = chunk.first(size);
      chunk = chunk.subspan(size);
      if (!handle(octets)) return true;
      continue;
    }
    // Complete the header first, then the body.
    if (look(partial_, max_apdu_octets, size) == Look::lost) return false;
    const std::size_t n = std::min(size - partial_.size(), chunk.size());
    partial_.insert(partial_.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(n));
    chunk = chunk.subspan(n);
    const Look seen = look(partial_, max_apdu_octets, size);
    if (seen == Look::lost) return false;
    if (seen == Look::more) continue;
    std::vector<std::uint8_t> whole;
    whole.swap(partial_);
    if (!handle(whole)) return true;
  }
  return true;
}

// What comes of the modules' connections.
class WireEvents {
 public:
  virtual void on_bound(MeterIndex meter) = 0;    // it can be reached now
  virtual void on_unbound(MeterIndex meter) = 0;  // no more
  // An answer for one of our clients; `octets` with the wrapper's header. False: nobody waits.
  virtual bool on_apdu(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu,
                       std::uint32_t octets) = 0;
  // Whether a ciphered APDU to another client than the push client is a data-notification
  // nevertheless.
  virtual bool is_push(MeterIndex caller, protocol::Bytes apdu) = 0;
  // Ciphered data-notification; kNoMeter: before an announcement. False: not authentic, or not new.
  virtual bool on_push(MeterIndex caller, protocol::Bytes apdu) = 0;
  // A connection announced a meter that another one has; what it says; it is gone or settled.
  virtual void on_claim(MeterIndex meter, ConnectionId connection) = 0;
  virtual bool on_claim_apdu(ConnectionId connection, protocol::dlms::Sap client,
                             protocol::Bytes apdu, std::uint32_t octets) = 0;
  // The client that still waits for an answer there; 0: none.
  virtual protocol::dlms::Sap on_claim_ended(ConnectionId connection) = 0;

 protected:
  ~WireEvents() = default;
};

// The modules' connections: framing, announcements, heartbeats, and which meter is at the end of
// which. A connection begins with an announcement, which binds it to a meter. Of a meter that
// another connection has it is a claim: a newer connection replaces the older when the meter has
// proved to be at its end, by an association or by a push.
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
  void send(MeterIndex meter, protocol::dlms::Sap client, protocol::Bytes apdu) {
    send_on(of_meter_[meter], client, apdu);
  }
  void send_on(ConnectionId id, protocol::dlms::Sap client, protocol::Bytes apdu);
  // What came of a claim: it has the meter now, or is closed.
  void take_over(ConnectionId id);
  void refuse_claim(ConnectionId id);

 private:
  struct Connection {
    ConnectionId id = kNoConnection;
    MeterIndex meter = kNoMeter;
    MeterIndex claims = kNoMeter;  // not proved yet
    bool dead = false;             // dropped while its octets are still being looked at
    UtcNs opened = 0;
    UtcNs last_heard = 0;
    // Of a claim that a push settled: its question is on the way, and the answer is nobody's.
    protocol::dlms::Sap owed_to = 0;
    UtcNs owed_until = 0;
    std::uint64_t octets_up = 0;
    std::uint64_t octets_down = 0;
    FrameAssembler assembler;
  };
  void on_message(Connection& connection, const protocol::wrapper::Message& message);
  void on_notification(Connection& connection, protocol::Bytes apdu);
  void on_push(Connection& connection, protocol::Bytes apdu);
  void announced(Connection& connection, MeterIndex meter);
  void bind(Connection& connection, MeterIndex meter);
  void unbind(Connection& connection);
  protocol::dlms::Sap end_claim(Connection& connection);
  void drop(Connection& connection, std::string_view reason);  // closes and forgets
  void leave(Connection& connection, std::string_view reason);

  Context& context_;
  WireEvents& events_;
  std::map<ConnectionId, Connection> connections_;
  std::vector<ConnectionId> of_meter_;
  ConnectionId fed_ = kNoConnection;  // whose octets are being looked at
  std::vector<std::uint8_t> out_;     // the message in hand, with its wrapper header
};

}  // namespace hes

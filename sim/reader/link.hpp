// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/socket.hpp"
#include "protocol/bytes.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/hdlc/frame.hpp"

namespace sim::reader {

// The other end is not there or says nothing in time.
struct Silence : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// It went away.
struct Closed : Silence {
  using Silence::Silence;
};
// The meter or the link said no.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A connection's octets, cut anywhere.
class OctetStream {
 public:
  virtual ~OctetStream() = default;
  virtual void write(protocol::Bytes octets) = 0;
  // Whatever arrives within the time; empty when nothing did. Throws Closed.
  virtual std::vector<std::uint8_t> receive(std::int64_t timeout_ms) = 0;
  virtual void reconnect() = 0;
};
std::unique_ptr<OctetStream> make_tcp_stream(const net::Endpoint& to);

// Carries APDUs between a client address and the meter, over either of the two TCP profiles.
class ApduLink {
 public:
  virtual ~ApduLink() = default;
  // Opens the link of a client address; any link opened before is closed.
  virtual void open(protocol::dlms::Sap client) = 0;
  // Sends one APDU; what comes back is waited for so long, all in all.
  virtual void send(protocol::Bytes apdu, std::int64_t timeout_ms) = 0;
  // The next APDU for us. Throws Silence when none comes in time.
  virtual std::vector<std::uint8_t> receive() = 0;
  // With a word where there is one to say, and without waiting for long.
  virtual void close() = 0;
  // Nobody knows what the other end holds of the link: the next open() begins with a connection.
  virtual void abandon() = 0;
};

std::unique_ptr<ApduLink> make_wrapper_link(OctetStream& stream, protocol::dlms::Sap server);
std::unique_ptr<ApduLink> make_hdlc_link(OctetStream& stream, const protocol::hdlc::Address& server,
                                         std::int64_t timeout_ms);

}  // namespace sim::reader

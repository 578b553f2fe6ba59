// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"
#include "protocol/dlms/types.hpp"

namespace sim::cli {

// A blocking TCP connection for the command line's own use.
class TcpSocket {
 public:
  // Throws std::runtime_error with host, port and the system's reason.
  TcpSocket(const std::string& host, std::uint16_t port);
  ~TcpSocket();
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  void send(protocol::Bytes octets);
  // Whatever arrives within the time; empty when nothing did. Throws when the peer closed.
  std::vector<std::uint8_t> receive(std::int64_t timeout_ms);

 private:
  int descriptor_ = -1;
};

// Carries APDUs between a client address and the meter, over either of the two TCP profiles.
class ApduLink {
 public:
  virtual ~ApduLink() = default;
  // Opens the link of a client address; any link opened before is closed.
  virtual void open(protocol::dlms::Sap client) = 0;
  // One APDU there, one back. Throws std::runtime_error when none comes in time.
  virtual std::vector<std::uint8_t> exchange(protocol::Bytes apdu) = 0;
  virtual void close() = 0;
};

std::unique_ptr<ApduLink> make_wrapper_link(TcpSocket& socket, protocol::dlms::Sap server,
                                            std::int64_t timeout_ms);
std::unique_ptr<ApduLink> make_hdlc_link(TcpSocket& socket, protocol::dlms::Sap server,
                                         std::int64_t timeout_ms);

}  // namespace sim::cli

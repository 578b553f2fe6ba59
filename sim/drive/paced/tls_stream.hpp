// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace sim::run {

// A certificate chain, its private key and the authority whose certificates the other end must
// have; PEM files. TLS 1.2 or 1.3. Throws std::runtime_error naming the file.
class TlsIdentity {
 public:
  TlsIdentity(const std::string& certificate, const std::string& key, const std::string& authority);

 private:
  friend class TlsStream;
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// One TLS connection without a socket: octets of the wire go in and come out beside octets of the
// application. Both ends show certificates.
class TlsStream {
 public:
  TlsStream(const TlsIdentity& identity, bool client);

  // From the wire; what it brought to the application is appended to `plain`. False: refused or
  // broken, nothing more will come.
  bool receive(protocol::Bytes wire, std::vector<std::uint8_t>& plain);
  // From the application; kept until the handshake is over.
  bool send(protocol::Bytes plain);
  // What has to go to the wire now.
  std::vector<std::uint8_t> take_wire();

 private:
  struct Free {
    void operator()(ssl_st* connection) const;
  };
  bool step();

  std::unique_ptr<ssl_st, Free> connection_;
  std::vector<std::uint8_t> early_;
};

}  // namespace sim::run

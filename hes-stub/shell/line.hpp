// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace hes {

// One connection's socket, plain or inside TLS: reads as octets come, writes one piece after the
// other. Handlers may outlive the owner's interest, so they hold the line.
class Line {
 public:
  using Code = boost::system::error_code;
  using Handler = std::function<void(const Code& code, std::size_t octets)>;
  static constexpr std::size_t kReadOctets = 8192;

  virtual ~Line() = default;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  // Before anything else; `octets` means nothing. The other end must prove who it is, if it can.
  virtual void handshake(bool server, Handler done) = 0;
  virtual void read(Handler done) = 0;   // into `in`
  virtual void write(Handler done) = 0;  // all of `writing`
  // The common name that the other end's certificate proved; empty: none.
  virtual std::string peer() const = 0;

  std::array<std::uint8_t, kReadOctets> in;
  std::vector<std::uint8_t> writing;
  std::vector<std::uint8_t> waiting;
};

std::shared_ptr<Line> plain_line(boost::asio::ip::tcp::socket&& socket);
std::shared_ptr<Line> tls_line(boost::asio::ip::tcp::socket&& socket,
                               boost::asio::ssl::context& context);

}  // namespace hes

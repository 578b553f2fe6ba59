// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"

namespace hes {

// "127.0.0.1:4059". False when it is none; the name is not resolved here.
bool parse_endpoint(std::string_view text, std::string& host, std::uint16_t& port);

// A blocking TCP socket; both ends of lockstep mode use it, where waiting is the point. All
// failures throw std::runtime_error.
class TcpSocket {
 public:
  TcpSocket() = default;
  explicit TcpSocket(int handle) : handle_(handle) {}
  TcpSocket(TcpSocket&& other) noexcept : handle_(other.handle_) { other.handle_ = -1; }
  TcpSocket& operator=(TcpSocket&& other) noexcept;
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;
  ~TcpSocket() { close(); }

  static TcpSocket connect(const std::string& host, std::uint16_t port);
  void write(protocol::Bytes octets);
  void read(protocol::MutableBytes octets);         // exactly as many
  bool read_or_end(protocol::MutableBytes octets);  // false: closed before the first
  std::uint16_t local_port() const;
  std::uint16_t remote_port() const;
  bool is_open() const { return handle_ >= 0; }
  int handle() const { return handle_; }
  void close();

 private:
  int handle_ = -1;
};

class TcpListener {
 public:
  TcpListener(const std::string& host, std::uint16_t port);  // port 0: any
  TcpSocket accept();
  std::uint16_t port() const { return socket_.local_port(); }

 private:
  TcpSocket socket_;
};

// One message of the control channel: type and body in `message`. False: the other end is gone.
bool read_control(TcpSocket& socket, std::vector<std::uint8_t>& message);

}  // namespace hes

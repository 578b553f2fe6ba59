// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "sim/cli/apdu_link.hpp"

namespace sim::cli {

TcpSocket::TcpSocket(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string service = std::to_string(port);
  const int status = getaddrinfo(host.c_str(), service.c_str(), &hints, &found);
  if (status != 0) {
    throw std::runtime_error(fmt::format("{}:{}: {}", host, port, gai_strerror(status)));
  }
  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    descriptor_ = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (descriptor_ < 0) continue;
    if (connect(descriptor_, address->ai_addr, address->ai_addrlen) == 0) break;
    error = errno;
    ::close(descriptor_);
    descriptor_ = -1;
  }
  freeaddrinfo(found);
  if (descriptor_ < 0) {
    throw std::runtime_error(fmt::format("{}:{}: {}", host, port, std::strerror(error)));
  }
}

TcpSocket::~TcpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void TcpSocket::send(protocol::Bytes octets) {
  while (!octets.empty()) {
    const ssize_t n = ::send(descriptor_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw std::runtime_error(fmt::format("connection lost: {}", std::strerror(errno)));
    octets = octets.subspan(static_cast<std::size_t>(n));
  }
}

std::vector<std::uint8_t> TcpSocket::receive(std::int64_t timeout_ms) {
  pollfd wait{descriptor_, POLLIN, 0};
  const int ready = poll(&wait, 1, static_cast<int>(timeout_ms < 0 ? 0 : timeout_ms));
  if (ready <= 0) return {};
  std::vector<std::uint8_t> octets(4096);
  const ssize_t n = recv(descriptor_, octets.data(), octets.size(), 0);
  if (n == 0) throw std::runtime_error("the other end closed the connection");
  if (n < 0) throw std::runtime_error(fmt::format("connection lost: {}", std::strerror(errno)));
  octets.resize(static_cast<std::size_t>(n));
  return octets;
}

}  // namespace sim::cli

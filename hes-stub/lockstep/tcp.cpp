// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/lockstep/tcp.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "hes-stub/lockstep/lockstep_message.hpp"

namespace hes {
namespace {

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error(doing + ": " + std::strerror(errno));
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses resolve(const std::string& host, std::uint16_t port, bool passive) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  if (passive) hints.ai_flags = AI_PASSIVE;
  addrinfo* list = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0) throw std::runtime_error(host + ": " + gai_strerror(code));
  return Addresses(list);
}

void answer_at_once(int handle) {  // each message is waited for
  const int on = 1;
  setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

bool parse_endpoint(std::string_view text, std::string& host, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  host = std::string(text.substr(0, colon));
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + colon + 1, end, port);
  return error == std::errc{} && at == end && colon + 1 < text.size();
}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  if (this != &other) {
    close();
    handle_ = other.handle_;
    other.handle_ = -1;
  }
  return *this;
}

void TcpSocket::close() {
  if (handle_ >= 0) ::close(handle_);
  handle_ = -1;
}

TcpSocket TcpSocket::connect(const std::string& host, std::uint16_t port) {
  const Addresses addresses = resolve(host, port, false);
  TcpSocket socket(::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) fail("socket");
  if (::connect(socket.handle_, addresses->ai_addr, addresses->ai_addrlen) != 0) {
    fail("connect to " + host + ":" + std::to_string(port));
  }
  answer_at_once(socket.handle_);
  return socket;
}

void TcpSocket::write(protocol::Bytes octets) {
  while (!octets.empty()) {
    const ssize_t n = ::send(handle_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write");
    octets = octets.subspan(static_cast<std::size_t>(n));
  }
}

bool TcpSocket::read_or_end(protocol::MutableBytes octets) {
  const std::size_t wanted = octets.size();
  while (!octets.empty()) {
    const ssize_t n = ::recv(handle_, octets.data(), octets.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("read");
    if (n == 0 && octets.size() == wanted) return false;
    if (n == 0) throw std::runtime_error("connection ended inside a message");
    octets = octets.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

void TcpSocket::read(protocol::MutableBytes octets) {
  if (!read_or_end(octets)) throw std::runtime_error("connection ended");
}

std::uint16_t TcpSocket::local_port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(handle_, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return port_of(address);
}
std::uint16_t TcpSocket::remote_port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getpeername(handle_, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getpeername");
  return port_of(address);
}

TcpListener::TcpListener(const std::string& host, std::uint16_t port) {
  const Addresses addresses = resolve(host, port, true);
  socket_ = TcpSocket(::socket(addresses->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket_.is_open()) fail("socket");
  const int on = 1;
  setsockopt(socket_.handle(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket_.handle(), addresses->ai_addr, addresses->ai_addrlen) != 0 ||
      ::listen(socket_.handle(), SOMAXCONN) != 0) {
    fail("listen on " + host + ":" + std::to_string(port));
  }
}

TcpSocket TcpListener::accept() {
  for (;;) {
    const int handle = ::accept4(socket_.handle(), nullptr, nullptr, SOCK_CLOEXEC);
    if (handle < 0 && errno == EINTR) continue;
    if (handle < 0) fail("accept");
    answer_at_once(handle);
    return TcpSocket(handle);
  }
}

bool read_control(TcpSocket& socket, std::vector<std::uint8_t>& message) {
  std::uint8_t length_octets[4];
  if (!socket.read_or_end(length_octets)) return false;
  const std::uint32_t length = protocol::Reader(length_octets).u32();
  if (length == 0 || length > kMaxControlOctets) {
    throw std::runtime_error("control channel: a message of " + std::to_string(length) + " octets");
  }
  message.resize(length);
  socket.read(message);
  return true;
}

}  // namespace hes

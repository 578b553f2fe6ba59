// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/paced/socket_hub.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sim::run {
namespace {

// A peer that does not read loses its connection before it eats the machine.
constexpr std::size_t kMaxUnsentOctets = 1u << 20;

void make_nonblocking(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

[[noreturn]] void fail(const std::string& host, std::uint16_t port, const char* reason) {
  throw std::runtime_error(fmt::format("{}:{}: {}", host, port, reason));
}

addrinfo* resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (status != 0) fail(host, port, gai_strerror(status));
  return found;
}

}  // namespace

SocketHub::~SocketHub() {
  for (const Listener& listener : listeners_) ::close(listener.descriptor);
  for (const auto& [handle, connection] : connections_) ::close(connection.descriptor);
}

void SocketHub::listen(const std::string& host, std::uint16_t port, std::uint32_t tag) {
  addrinfo* found = resolve(host, port);
  const int descriptor = socket(found->ai_family, SOCK_STREAM, 0);
  const int on = 1;
  if (descriptor >= 0) setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = descriptor >= 0 && bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 &&
                     ::listen(descriptor, SOMAXCONN) == 0;
  const int error = errno;
  freeaddrinfo(found);
  if (!bound) {
    if (descriptor >= 0) ::close(descriptor);
    fail(host, port, std::strerror(error));
  }
  make_nonblocking(descriptor);
  listeners_.push_back({descriptor, tag});
}

SocketHub::Handle SocketHub::dial(const std::string& host, std::uint16_t port) {
  addrinfo* found = resolve(host, port);
  const int descriptor = socket(found->ai_family, SOCK_STREAM, 0);
  if (descriptor >= 0) {
    make_nonblocking(descriptor);
    // A refusal shows with the first poll, as everything else does.
    static_cast<void>(connect(descriptor, found->ai_addr, found->ai_addrlen));
  }
  const int error = errno;
  freeaddrinfo(found);
  if (descriptor < 0) fail(host, port, std::strerror(error));
  const Handle handle = next_++;
  connections_[handle] = {descriptor, 0, {}};
  return handle;
}

void SocketHub::send(Handle handle, protocol::Bytes octets) {
  const auto found = connections_.find(handle);
  if (found == connections_.end()) return;
  auto& unsent = found->second.unsent;
  unsent.insert(unsent.end(), octets.begin(), octets.end());
  flush(handle);
}

void SocketHub::flush(Handle handle) {
  Connection& connection = connections_.at(handle);
  while (!connection.unsent.empty()) {
    const ssize_t n = ::send(connection.descriptor, connection.unsent.data(),
                             connection.unsent.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    connection.unsent.erase(connection.unsent.begin(), connection.unsent.begin() + n);
  }
  if (connection.unsent.size() > kMaxUnsentOctets) {
    // The next poll sees the hang-up and reports it.
    shutdown(connection.descriptor, SHUT_RDWR);
  }
}

void SocketHub::close(Handle handle) {
  const auto found = connections_.find(handle);
  if (found == connections_.end()) return;
  ::close(found->second.descriptor);
  connections_.erase(found);
}

void SocketHub::accept_from(const Listener& listener) {
  for (;;) {
    const int descriptor = accept(listener.descriptor, nullptr, nullptr);
    if (descriptor < 0) return;
    make_nonblocking(descriptor);
    const Handle handle = next_++;
    connections_[handle] = {descriptor, listener.tag, {}};
    events_.on_accepted(handle, listener.tag);
  }
}

void SocketHub::receive_from(Handle handle) {
  std::array<std::uint8_t, 4096> octets;
  const auto found = connections_.find(handle);
  if (found == connections_.end()) return;  // closed by an event before
  const ssize_t n = recv(found->second.descriptor, octets.data(), octets.size(), 0);
  if (n > 0) {
    events_.on_received(handle, {octets.data(), static_cast<std::size_t>(n)});
  } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
    ::close(found->second.descriptor);
    connections_.erase(found);
    events_.on_hung_up(handle);
  }
}

void SocketHub::poll(int timeout_ms) {
  std::vector<pollfd> waits;
  for (const Listener& listener : listeners_) waits.push_back({listener.descriptor, POLLIN, 0});
  std::vector<Handle> handles;
  for (const auto& [handle, connection] : connections_) {
    const int writing = connection.unsent.empty() ? 0 : POLLOUT;
    waits.push_back({connection.descriptor, static_cast<short>(POLLIN | writing), 0});
    handles.push_back(handle);
  }
  if (::poll(waits.data(), waits.size(), timeout_ms) <= 0) return;
  const std::size_t n_listeners = listeners_.size();
  for (std::size_t i = 0; i < handles.size(); ++i) {
    const short what = waits[n_listeners + i].revents;
    if ((what & POLLOUT) != 0 && connections_.count(handles[i]) != 0) flush(handles[i]);
    if ((what & (POLLIN | POLLHUP | POLLERR)) != 0) receive_from(handles[i]);
  }
  for (std::size_t i = 0; i < n_listeners; ++i) {
    if ((waits[i].revents & POLLIN) != 0) accept_from(listeners_[i]);
  }
}

bool parse_host_port(const std::string& text, HostPort& out) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  out.host = text.substr(0, colon);
  if (out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
  }
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos) {
    return false;
  }
  const long number = std::stol(port);
  if (number < 1 || number > 65'535) return false;
  out.port = static_cast<std::uint16_t>(number);
  return true;
}

}  // namespace sim::run

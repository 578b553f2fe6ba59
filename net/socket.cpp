// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/socket.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <poll.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <iterator>
#include <stdexcept>

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

void check(const Code& code, const std::string& what) {
  if (code) throw std::runtime_error(what + ": " + code.message());
}

// Nothing ever runs in it: blocking sockets need it only to be made.
asio::io_context& nowhere() {
  static asio::io_context context;
  return context;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  Endpoint endpoint{std::string(host), 0};
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, endpoint.port);
  if (host.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.host.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

struct Socket::State {
  tcp::socket socket{nowhere()};
  void answer_at_once() {  // each message is waited for
    Code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
  }
};

Socket::Socket() = default;
Socket::~Socket() = default;
Socket::Socket(Socket&& other) noexcept = default;
Socket& Socket::operator=(Socket&& other) noexcept = default;

Socket Socket::connect(const Endpoint& to) {
  Socket result;
  result.state_ = std::make_unique<State>();
  Code code;
  tcp::resolver resolver(nowhere());
  const auto found = resolver.resolve(to.host, std::to_string(to.port), code);
  check(code, to_string(to));
  asio::connect(result.state_->socket, found, code);
  check(code, to_string(to));
  result.state_->answer_at_once();
  return result;
}

void Socket::write(protocol::Bytes octets) {
  Code code;
  asio::write(state_->socket, asio::buffer(octets.data(), octets.size()), code);
  check(code, "write");
}

bool Socket::read_or_end(protocol::MutableBytes octets) {
  const std::size_t wanted = octets.size();
  while (!octets.empty()) {
    Code code;
    const std::size_t n =
        state_->socket.read_some(asio::buffer(octets.data(), octets.size()), code);
    if (code == asio::error::interrupted) continue;
    if (code == asio::error::eof && octets.size() == wanted) return false;
    if (code == asio::error::eof) throw std::runtime_error("connection ended inside a message");
    check(code, "read");
    octets = octets.subspan(n);
  }
  return true;
}

void Socket::read(protocol::MutableBytes octets) {
  if (!read_or_end(octets)) throw std::runtime_error("connection ended");
}

std::vector<std::uint8_t> Socket::receive(std::int64_t timeout_ms) {
  constexpr std::int64_t kLongest = 1 << 30;
  pollfd wait{state_->socket.native_handle(), POLLIN, 0};
  const auto limit_ms = static_cast<int>(std::clamp<std::int64_t>(timeout_ms, 0, kLongest));
  if (::poll(&wait, 1, limit_ms) <= 0) return {};
  std::vector<std::uint8_t> octets(4096);
  Code code;
  octets.resize(state_->socket.read_some(asio::buffer(octets), code));
  if (code == asio::error::eof) throw std::runtime_error("the other end closed the connection");
  check(code, "connection lost");
  return octets;
}

std::uint16_t Socket::local_port() const { return state_->socket.local_endpoint().port(); }
std::uint16_t Socket::remote_port() const { return state_->socket.remote_endpoint().port(); }

struct Listener::State {
  tcp::acceptor acceptor{nowhere()};
};

Listener::Listener(const Endpoint& at) : state_(std::make_unique<State>()) {
  Code code;
  tcp::resolver resolver(nowhere());
  const auto found =
      resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, code);
  check(code, to_string(at));
  try {
    state_->acceptor = tcp::acceptor(nowhere(), *found.begin());  // reuses the address
  } catch (const boost::system::system_error& error) {
    check(error.code(), to_string(at));
  }
}
Listener::~Listener() = default;

Socket Listener::accept() {
  Socket result;
  result.state_ = std::make_unique<Socket::State>();
  Code code;
  do {
    state_->acceptor.accept(result.state_->socket, code);
  } while (code == asio::error::interrupted);
  check(code, "accept");
  result.state_->answer_at_once();
  return result;
}

Socket Listener::accept_unless(const Socket& other) {
  pollfd wait[] = {{state_->acceptor.native_handle(), POLLIN, 0},
                   {other.state_->socket.native_handle(), POLLIN, 0}};
  while (::poll(wait, std::size(wait), -1) < 0 && errno == EINTR) {
  }
  if (wait[0].revents == 0) throw std::runtime_error("accept: nobody connected");
  return accept();
}

std::uint16_t Listener::port() const { return state_->acceptor.local_endpoint().port(); }

}  // namespace net

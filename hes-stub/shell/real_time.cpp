// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/shell/real_time.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>

#include "protocol/crypto_openssl/engine.hpp"

namespace hes {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

// What a module may leave unread before its connection is given up.
constexpr std::size_t kMaxUnsentOctets = 1 << 20;
constexpr std::size_t kReadOctets = 2048;

// One connection's socket: reads as octets come, writes one piece after the other.
struct Line {
  explicit Line(tcp::socket s) : socket(std::move(s)) {}
  tcp::socket socket;
  std::array<std::uint8_t, kReadOctets> in;
  std::vector<std::uint8_t> writing;
  std::vector<std::uint8_t> waiting;
};

class RealTime final : StreamPort, ClockPort, TimerPort, RandomPort {
 public:
  RealTime(const RealTimeOptions& options, const EngineConfig& config, const Inventory& inventory,
           const std::vector<TypeTemplate>& types, Store& store, LogPort& log, Observer& observer)
      : acceptor_(context_),
        timer_(context_),
        signals_(context_, SIGINT, SIGTERM),
        system_random_(protocol::crypto::system_random()),
        crypto_(system_random_),
        engine_(config, inventory, types, Ports{*this, *this, *this, *this, log, crypto_}, store,
                observer) {
    tcp::resolver resolver(context_);
    const auto found = resolver.resolve(options.host, std::to_string(options.port));
    const tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
  }

  void run(const RealTimeOptions& options) {
    engine_.start();
    for (const Order& order : options.orders) engine_.submit(order);
    accept();
    signals_.async_wait([this](const Code& code, int) {
      if (!code) stop();
    });
    const std::uint16_t port = acceptor_.local_endpoint().port();
    if (options.listening) {
      options.listening(port);
    } else {
      std::printf("listening on %s:%u\n", options.host.c_str(), static_cast<unsigned>(port));
      std::fflush(stdout);
    }
    context_.run();
    engine_.commit();
  }
  const EngineCounters& counters() const { return engine_.counters(); }

 private:
  using LinePtr = std::shared_ptr<Line>;

  void accept() {
    acceptor_.async_accept([this](const Code& code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (!code) {
        Code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const ConnectionId id = ++last_id_;
        const LinePtr line = lines_[id] = std::make_shared<Line>(std::move(socket));
        engine_.on_open(id);
        read(id, line);
      }
      accept();
    });
  }

  void read(ConnectionId id, const LinePtr& line) {
    line->socket.async_read_some(asio::buffer(line->in),
                                 [this, id, line](const Code& code, std::size_t n) {
                                   if (lines_.count(id) == 0) return;
                                   if (code) return gone(id);
                                   engine_.on_data(id, protocol::Bytes(line->in).first(n));
                                   if (lines_.count(id) != 0) read(id, line);
                                 });
  }

  void write(ConnectionId id, const LinePtr& line) {
    line->writing.swap(line->waiting);
    line->waiting.clear();
    asio::async_write(line->socket, asio::buffer(line->writing),
                      [this, id, line](const Code& code, std::size_t) {
                        line->writing.clear();
                        if (lines_.count(id) == 0) return;
                        if (code) return gone(id);
                        if (!line->waiting.empty()) write(id, line);
                      });
  }

  void gone(ConnectionId id) {
    forget(id);
    engine_.on_closed(id);
  }
  void forget(ConnectionId id) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    Code ignored;
    found->second->socket.close(ignored);
    lines_.erase(found);
  }

  void stop() {
    acceptor_.close();
    timer_.cancel();
    while (!lines_.empty()) gone(lines_.begin()->first);
    context_.stop();
  }

  // The engine's ports.
  void send(ConnectionId id, protocol::Bytes octets) override {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    const LinePtr line = found->second;
    line->waiting.insert(line->waiting.end(), octets.begin(), octets.end());
    if (line->waiting.size() > kMaxUnsentOctets) {
      Code ignored;
      line->socket.shutdown(tcp::socket::shutdown_both, ignored);  // its read fails: gone()
    } else if (line->writing.empty()) {
      write(id, line);
    }
  }
  void close(ConnectionId id) override { forget(id); }
  UtcNs now() const override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    // A clock that is set back must not take the engine back in time.
    latest_ = std::max<UtcNs>(latest_,
                              std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
    return latest_;
  }
  void arm(UtcNs at) override {
    if (at == kNever) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(at))));
    timer_.async_wait([this](const Code& code) {
      if (!code) engine_.on_timer();
    });
  }
  void fill(protocol::MutableBytes out) override { system_random_(out); }

  asio::io_context context_{1};
  tcp::acceptor acceptor_;
  asio::system_timer timer_;
  asio::signal_set signals_;
  protocol::crypto::OpensslEngine::Random system_random_;
  protocol::crypto::OpensslEngine crypto_;
  mutable UtcNs latest_ = 0;
  std::map<ConnectionId, LinePtr> lines_;
  ConnectionId last_id_ = 0;
  Engine engine_;
};

}  // namespace

EngineCounters run_in_real_time(const RealTimeOptions& options, const EngineConfig& config,
                                const Inventory& inventory, const std::vector<TypeTemplate>& types,
                                Store& store, LogPort& log, Observer& observer) {
  RealTime shell(options, config, inventory, types, store, log, observer);
  shell.run(options);
  return shell.counters();
}

}  // namespace hes

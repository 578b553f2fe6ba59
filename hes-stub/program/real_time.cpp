// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/real_time.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>

#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace hes {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

// What the other end may leave unread before its connection is given up.
constexpr std::size_t kMaxUnsentOctets = 8 << 20;
// For the handshake, and for the last answer on the way to somebody who does not read.
constexpr std::chrono::seconds kPatience{20};

// One connection's socket, plain or inside TLS: reads as octets come, writes one piece after the
// other. Handlers may outlive the owner's interest, so they hold the line.
class Line {
 public:
  using Handler = std::function<void(const Code& code, std::size_t octets)>;
  static constexpr std::size_t kReadOctets = 2048;

  virtual ~Line() = default;
  virtual tcp::socket& socket() = 0;
  // Before anything else; `octets` means nothing. The other end must prove who it is, if it can.
  virtual void handshake(bool server, Handler done) = 0;
  virtual void read(Handler done) = 0;   // into `in`
  virtual void write(Handler done) = 0;  // all of `writing`
  // The common name that the other end's certificate proved; empty: none.
  virtual std::string peer() = 0;

  std::array<std::uint8_t, kReadOctets> in;
  std::vector<std::uint8_t> writing;
  std::vector<std::uint8_t> waiting;
};

class PlainLine final : public Line {
 public:
  explicit PlainLine(tcp::socket&& socket) : socket_(std::move(socket)) {}
  tcp::socket& socket() override { return socket_; }
  void handshake(bool, Handler done) override {
    asio::post(socket_.get_executor(), [done = std::move(done)] { done(Code(), 0); });
  }
  void read(Handler done) override { socket_.async_read_some(asio::buffer(in), std::move(done)); }
  void write(Handler done) override {
    asio::async_write(socket_, asio::buffer(writing), std::move(done));
  }
  std::string peer() override { return {}; }

 private:
  tcp::socket socket_;
};

class TlsLine final : public Line {
 public:
  TlsLine(tcp::socket&& socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}
  tcp::socket& socket() override { return stream_.next_layer(); }
  void handshake(bool server, Handler done) override {
    const auto side = server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(side, [done = std::move(done)](const Code& code) { done(code, 0); });
  }
  void read(Handler done) override { stream_.async_read_some(asio::buffer(in), std::move(done)); }
  void write(Handler done) override {
    asio::async_write(stream_, asio::buffer(writing), std::move(done));
  }
  std::string peer() override {
    struct Free {
      void operator()(X509* certificate) const { X509_free(certificate); }
    };
    const std::unique_ptr<X509, Free> certificate(
        SSL_get_peer_certificate(stream_.native_handle()));
    if (!certificate) return {};
    char name[128];
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()),
                                               NID_commonName, name, sizeof name);
    return size > 0 ? std::string(name, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

std::unique_ptr<asio::ssl::context> context_of(const TlsFiles& files) {
  if (!files.any()) return nullptr;
  std::vector<std::string> faults;
  auto context = tls_context(files, faults);
  if (!context) throw std::runtime_error(faults.front());
  return context;
}

class RealTime final : StreamPort, ClockPort, TimerPort, RandomPort {
 public:
  RealTime(const RealTimeOptions& options, const EngineConfig& config, const Inventory& inventory,
           const std::vector<TypeTemplate>& types, Store& store, LogPort& log, Observer& observer)
      : tls_(context_of(options.tls)),
        acceptor_(context_),
        p32_acceptor_(context_),
        timer_(context_),
        signals_(context_, SIGINT, SIGTERM),
        system_random_(protocol::crypto::system_random()),
        crypto_(system_random_),
        engine_(config, inventory, types, Ports{*this, *this, *this, *this, log, crypto_}, store,
                observer) {
    listen(acceptor_, options.host, options.port);
    if (!inventory.concentrators().empty()) listen(p32_acceptor_, options.host, options.p32_port);
  }

  void run(const RealTimeOptions& options) {
    engine_.start();
    for (const Order& order : options.orders) engine_.submit(order);
    accept(acceptor_, Door::wrapper);
    if (p32_acceptor_.is_open()) accept(p32_acceptor_, Door::p32);
    signals_.async_wait([this](const Code& code, int) {
      if (!code) stop();
    });
    const std::uint16_t port = acceptor_.local_endpoint().port();
    const std::uint16_t p32_port =
        p32_acceptor_.is_open() ? p32_acceptor_.local_endpoint().port() : std::uint16_t{0};
    if (options.listening) {
      options.listening(port, p32_port);
    } else {
      std::printf("listening on %s:%u\n", options.host.c_str(), static_cast<unsigned>(port));
      if (p32_port != 0) {
        std::printf("P3.2Ex on %s:%u, %s\n", options.host.c_str(), static_cast<unsigned>(p32_port),
                    tls_ ? "mutual TLS" : "plain");
      }
      std::fflush(stdout);
    }
    context_.run();
    engine_.commit();
  }
  const EngineCounters& counters() const { return engine_.counters(); }

 private:
  using LinePtr = std::shared_ptr<Line>;

  void listen(tcp::acceptor& acceptor, const std::string& host, std::uint16_t port) {
    tcp::resolver resolver(context_);
    const auto found = resolver.resolve(host, std::to_string(port));
    const tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
  }

  LinePtr line_of(tcp::socket&& socket, Door door) {
    if (door == Door::p32 && tls_) return std::make_shared<TlsLine>(std::move(socket), *tls_);
    return std::make_shared<PlainLine>(std::move(socket));
  }

  void accept(tcp::acceptor& acceptor, Door door) {
    acceptor.async_accept([this, &acceptor, door](const Code& code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (!code) {
        const ConnectionId id = ++last_id_;
        const LinePtr line = line_of(std::move(socket), door);
        lines_[id] = line;
        if (door == Door::p32) {
          greet(id, line, true);
        } else {
          opened(id, line, door);
        }
      }
      accept(acceptor, door);
    });
  }

  // The engine hears of a connection only when the other end has proved who it is.
  void greet(ConnectionId id, const LinePtr& line, bool server) {
    const auto limit = std::make_shared<asio::steady_timer>(context_, kPatience);
    limit->async_wait([line](const Code& code) {
      Code ignored;
      if (!code) line->socket().close(ignored);
    });
    line->handshake(server, [this, id, line, limit, server](const Code& code, std::size_t) {
      limit->cancel();
      if (lines_.count(id) == 0) return;
      if (!code) return opened(id, line, Door::p32);
      forget(id);
      if (!server) engine_.on_closed(id);
    });
  }

  void opened(ConnectionId id, const LinePtr& line, Door door) {
    Code ignored;
    line->socket().set_option(tcp::no_delay(true), ignored);
    engine_.on_open(id, door, line->peer());
    if (lines_.count(id) != 0) read(id, line);
  }

  void read(ConnectionId id, const LinePtr& line) {
    line->read([this, id, line](const Code& code, std::size_t n) {
      if (lines_.count(id) == 0) return;
      if (code) return gone(id);
      engine_.on_data(id, protocol::Bytes(line->in).first(n));
      if (lines_.count(id) != 0) read(id, line);
    });
  }

  void write(ConnectionId id, const LinePtr& line) {
    line->writing.swap(line->waiting);
    line->waiting.clear();
    line->write([this, id, line](const Code& code, std::size_t) {
      line->writing.clear();
      const bool known = lines_.count(id) != 0;
      if (known && code) return gone(id);
      if (!code && !line->waiting.empty()) return write(id, line);
      Code ignored;
      if (!known) line->socket().close(ignored);  // closed behind its last answer
    });
  }

  void gone(ConnectionId id) {
    forget(id);
    engine_.on_closed(id);
  }
  // What is still being written goes out first: the last answer tells why.
  void forget(ConnectionId id) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    const LinePtr line = found->second;
    lines_.erase(found);
    Code ignored;
    if (line->writing.empty()) {
      line->socket().close(ignored);
      return;
    }
    const auto limit = std::make_shared<asio::steady_timer>(context_, kPatience);
    limit->async_wait([line, limit](const Code&) {
      Code closing;
      line->socket().close(closing);
    });
  }

  void stop() {
    acceptor_.close();
    p32_acceptor_.close();
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
      line->socket().shutdown(tcp::socket::shutdown_both, ignored);  // its read fails: gone()
    } else if (line->writing.empty()) {
      write(id, line);
    }
  }
  void close(ConnectionId id) override { forget(id); }
  ConnectionId connect(std::string_view address, std::uint16_t port) override {
    const ConnectionId id = ++last_id_;
    tcp::socket socket(context_);
    const LinePtr line = line_of(std::move(socket), Door::p32);
    lines_[id] = line;
    const auto resolver = std::make_shared<tcp::resolver>(context_);
    const auto failed = [this, id](const Code& code) {
      if (lines_.count(id) == 0) return true;
      if (code) gone(id);
      return static_cast<bool>(code);
    };
    resolver->async_resolve(
        std::string(address), std::to_string(port),
        [this, id, line, resolver, failed](const Code& code,
                                           const tcp::resolver::results_type& to) {
          if (failed(code)) return;
          asio::async_connect(line->socket(), to,
                              [this, id, line, failed](const Code& error, const tcp::endpoint&) {
                                if (!failed(error)) greet(id, line, false);
                              });
        });
    return id;
  }
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
  std::unique_ptr<asio::ssl::context> tls_;
  tcp::acceptor acceptor_;
  tcp::acceptor p32_acceptor_;
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

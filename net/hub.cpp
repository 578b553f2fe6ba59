// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/hub.hpp"

#include <utility>  // Boost 1.74's Asio uses std::exchange without it

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/system_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "os/program.hpp"

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

// What the other end may leave unread before its connection is given up.
constexpr std::size_t kMaxUnsentOctets = 8 << 20;
// Strangers of a door; who comes then takes the place of the oldest: holding on fills no door, but
// so many calls within one handshake do.
constexpr std::size_t kMaxStrangers = 64;
// For the handshake, and for the last answer on the way to somebody who does not read.
constexpr std::chrono::seconds kPatience{20};
// Events of one poll(): somebody who never stops sending must not stop the rest.
constexpr int kMaxEventsPerPoll = 4096;

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
  virtual bool secured() const = 0;
  // Nothing more is said.
  void end() {
    Code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() {
    Code ignored;
    socket().close(ignored);
  }

  std::array<std::uint8_t, kReadOctets> in;
  std::vector<std::uint8_t> writing;
  std::vector<std::uint8_t> waiting;
  bool connected = false;
  bool reading = false;
  bool paused = false;
};
using LinePtr = std::shared_ptr<Line>;

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
  bool secured() const override { return false; }

 private:
  tcp::socket socket_;
};

class TlsLine final : public Line {
 public:
  TlsLine(tcp::socket&& socket, TlsContext context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}
  tcp::socket& socket() override { return stream_.next_layer(); }
  void handshake(bool server, Handler done) override {
    const auto side = server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    stream_.async_handshake(side, [done = std::move(done)](const Code& code) { done(code, 0); });
  }
  void read(Handler done) override { stream_.async_read_some(asio::buffer(in), std::move(done)); }
  void write(Handler done) override {
    asio::async_write(stream_, asio::buffer(writing), std::move(done));
  }
  bool secured() const override { return true; }
  std::string peer() override {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        SSL_get_peer_certificate(stream_.native_handle()), &X509_free);
    if (!certificate) return {};
    char name[128];
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()),
                                               NID_commonName, name, sizeof name);
    return size > 0 ? std::string(name, static_cast<std::size_t>(size)) : std::string();
  }

 private:
  TlsContext context_;
  asio::ssl::stream<tcp::socket> stream_;
};

// It went away before it was let in (accept(2) lists these); whatever else fails fails again.
bool is_of_the_caller(const Code& code) {
  for (const int gone : {ECONNABORTED, EINTR, EAGAIN, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN,
                         ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM}) {
    if (code == Code(gone, boost::system::system_category())) return true;
  }
  return false;
}

LinePtr make_line(tcp::socket&& socket, TlsContext tls) {
  if (tls) return std::make_shared<TlsLine>(std::move(socket), std::move(tls));
  return std::make_shared<PlainLine>(std::move(socket));
}

class AsioHub final : public Hub {
 public:
  explicit AsioHub(Events& events) : events_(events) {}

  std::uint16_t listen(const Endpoint& at, std::uint32_t tag, TlsContext tls) override;
  Handle dial(const Endpoint& to, std::uint32_t tag, TlsContext tls) override;
  void send(Handle id, protocol::Bytes octets) override;
  void close(Handle id) override;
  void pause(Handle id, bool on) override;
  void wake_at(std::int64_t utc_ns) override;
  void run() override;
  void poll(int timeout_ms) override;

 private:
  struct Door {
    tcp::acceptor acceptor;
    std::uint32_t tag;
    TlsContext tls;
    std::list<LinePtr> strangers;  // that have not proved yet who they are, the oldest first
  };

  void accept(Door& door);
  void accept_later(Door& door);
  void tell_exhausted(const Code& code);
  void greet(Handle id, const LinePtr& line, std::uint32_t tag, Door* door);
  void read(Handle id, const LinePtr& line);
  void write(Handle id, const LinePtr& line);
  void drain(const LinePtr& line);
  void gone(Handle id);
  void stop();
  bool known(Handle id) const { return lines_.count(id) != 0; }

  Events& events_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::system_timer timer_{context_};
  std::list<Door> doors_;
  std::map<Handle, LinePtr> lines_;
  Handle last_ = 0;
  bool told_exhausted_ = false;
};

std::uint16_t AsioHub::listen(const Endpoint& at, std::uint32_t tag, TlsContext tls) {
  try {
    tcp::resolver resolver(context_);
    const auto found = resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive);
    doors_.push_back({tcp::acceptor(context_, *found.begin()), tag, std::move(tls), {}});
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(to_string(at) + ": " + error.code().message());
  }
  accept(doors_.back());
  return doors_.back().acceptor.local_endpoint().port();
}

void AsioHub::accept(Door& door) {
  door.acceptor.async_accept([this, &door](const Code& code, tcp::socket socket) {
    if (code == asio::error::operation_aborted) return;
    if (code && is_of_the_caller(code)) return accept(door);
    if (code) {
      tell_exhausted(code);
      return accept_later(door);
    }
    if (door.strangers.size() == kMaxStrangers) {
      door.strangers.front()->close();  // its handshake fails
      door.strangers.pop_front();
    }
    const Handle id = ++last_;
    const LinePtr line = lines_[id] = make_line(std::move(socket), door.tls);
    door.strangers.push_back(line);
    greet(id, line, door.tag, &door);
    accept(door);
  });
}

void AsioHub::tell_exhausted(const Code& code) {
  if (std::exchange(told_exhausted_, true)) return;
  std::string sentence = code.message() + ": further callers wait";
  if (code == asio::error::no_descriptors) {
    sentence = "no descriptor is left of " + std::to_string(os::descriptors().limit) +
               ": further callers wait until others leave; allowed: a higher limit (ulimit -n)";
  }
  events_.on_exhausted(sentence);
}

// The knocking goes on: without a pause this would be all we do.
void AsioHub::accept_later(Door& door) {
  const auto pause = std::make_shared<asio::steady_timer>(context_, std::chrono::milliseconds(100));
  pause->async_wait([this, &door, pause](const Code& code) {
    if (!code && door.acceptor.is_open()) accept(door);
  });
}

Hub::Handle AsioHub::dial(const Endpoint& to, std::uint32_t tag, TlsContext tls) {
  const Handle id = ++last_;
  const LinePtr line = lines_[id] = make_line(tcp::socket(context_), std::move(tls));
  const auto resolver = std::make_shared<tcp::resolver>(context_);
  const auto goes_on = [this, id](const Code& code) {
    if (known(id) && code) gone(id);
    return !code && known(id);
  };
  resolver->async_resolve(to.host, std::to_string(to.port),
                          [=, this](const Code& failed, const tcp::resolver::results_type& found) {
                            static_cast<void>(resolver);  // lives until now
                            if (!goes_on(failed)) return;
                            asio::async_connect(line->socket(), found,
                                                [=, this](const Code& code, const tcp::endpoint&) {
                                                  if (goes_on(code)) greet(id, line, tag, nullptr);
                                                });
                          });
  return id;
}

// Whoever listens to us hears of a connection only when the other end has proved who it is.
void AsioHub::greet(Handle id, const LinePtr& line, std::uint32_t tag, Door* door) {
  Code ignored;
  line->socket().set_option(tcp::no_delay(true), ignored);
  const auto limit = std::make_shared<asio::steady_timer>(context_, kPatience);
  limit->async_wait([line](const Code& code) {
    if (!code) line->close();
  });
  line->handshake(door != nullptr, [=, this](const Code& code, std::size_t) {
    limit->cancel();
    if (door != nullptr) door->strangers.remove(line);
    if (!known(id)) return;
    // A certificate without a name proves that somebody is somebody.
    if (code || (line->secured() && line->peer().empty())) {
      close(id);
      if (door == nullptr) events_.on_hung_up(id);
      return;
    }
    line->connected = true;
    events_.on_connected(id, tag, line->peer());
    if (!known(id)) return;
    if (!line->waiting.empty() && line->writing.empty()) write(id, line);
    read(id, line);
  });
}

void AsioHub::read(Handle id, const LinePtr& line) {
  if (line->reading || line->paused) return;
  line->reading = true;
  line->read([this, id, line](const Code& code, std::size_t n) {
    line->reading = false;
    if (code) return known(id) ? gone(id) : line->close();
    if (known(id)) events_.on_received(id, protocol::Bytes(line->in).first(n));
    known(id) ? read(id, line) : drain(line);
  });
}

void AsioHub::pause(Handle id, bool on) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  const LinePtr line = found->second;
  line->paused = on;
  if (!on && line->connected) read(id, line);
}

// Ours no more: until the other end closes, too.
void AsioHub::drain(const LinePtr& line) {
  if (line->reading) return;
  line->reading = true;
  line->read([this, line](const Code& code, std::size_t) {
    line->reading = false;
    code ? line->close() : drain(line);
  });
}

void AsioHub::write(Handle id, const LinePtr& line) {
  line->writing.swap(line->waiting);
  line->waiting.clear();
  line->write([this, id, line](const Code& code, std::size_t) {
    line->writing.clear();
    if (known(id) && code) return gone(id);
    if (!code && !line->waiting.empty()) return write(id, line);
    if (!known(id)) {  // closed behind its last answer
      line->end();
      drain(line);
    }
  });
}

void AsioHub::gone(Handle id) {
  close(id);
  events_.on_hung_up(id);
}

void AsioHub::close(Handle id) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  const LinePtr line = found->second;
  lines_.erase(found);
  if (!line->connected) return line->close();
  if (line->writing.empty()) {
    line->end();
    drain(line);
  }
  const auto limit = std::make_shared<asio::steady_timer>(context_, kPatience);
  limit->async_wait([line, limit](const Code&) { line->close(); });
}

void AsioHub::send(Handle id, protocol::Bytes octets) {
  const auto found = lines_.find(id);
  if (found == lines_.end()) return;
  const LinePtr line = found->second;
  line->waiting.insert(line->waiting.end(), octets.begin(), octets.end());
  if (line->waiting.size() > kMaxUnsentOctets) {
    Code ignored;
    line->socket().shutdown(tcp::socket::shutdown_both, ignored);  // its read fails: gone()
  } else if (line->connected && line->writing.empty() && !line->waiting.empty()) {
    write(id, line);
  }
}

void AsioHub::wake_at(std::int64_t utc_ns) {
  if (utc_ns == INT64_MAX) {
    timer_.cancel();
    return;
  }
  using Clock = std::chrono::system_clock;
  timer_.expires_at(Clock::time_point(
      std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(utc_ns))));
  timer_.async_wait([this](const Code& code) {
    if (!code) events_.on_time();
  });
}

void AsioHub::run() {
  const os::KeptSignals before;
  asio::signal_set signals(context_);
  for (const int each : before.heard()) signals.add(each);
  signals.async_wait([this](const Code& code, int) {
    if (!code) stop();
  });
  context_.run();
  const os::HeldSignals held;  // until they mean again what they did: Asio leaves them fatal
  signals.clear();
  before.restore();
}

void AsioHub::stop() {
  for (Door& door : doors_) door.acceptor.close();
  timer_.cancel();
  while (!lines_.empty()) gone(lines_.begin()->first);
  context_.stop();
}

void AsioHub::poll(int timeout_ms) {
  context_.restart();
  if (context_.run_one_for(std::chrono::milliseconds(timeout_ms)) == 0) return;
  for (int i = 0; i < kMaxEventsPerPoll && context_.poll_one() != 0; ++i) {
  }
}

}  // namespace

std::unique_ptr<Hub> Hub::make(Events& events) { return std::make_unique<AsioHub>(events); }

}  // namespace net

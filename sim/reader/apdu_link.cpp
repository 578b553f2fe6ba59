// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "protocol/hdlc/primary.hpp"
#include "protocol/hdlc/scanner.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "sim/reader/link.hpp"

namespace sim::reader {
namespace {

using protocol::Bytes;
using protocol::hdlc::LinkFailure;

constexpr std::int64_t kUsPerMs = 1000;
constexpr std::size_t kLongestApduOctets = 65'536;
// A meter that hears DISC answers at once; one that does not closes by itself later.
constexpr std::int64_t kCloseMs = 1000;

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
// Never more than a second at once: a signal may wake it earlier.
std::int64_t wait_ms(std::int64_t until_us) {
  return std::clamp<std::int64_t>((until_us - now_us()) / kUsPerMs + 1, 0, 1000);
}

class TcpStream final : public OctetStream {
 public:
  explicit TcpStream(const net::Endpoint& to) : to_(to) { reconnect(); }

  void write(Bytes octets) override {
    guarded([&] { socket_.write(octets); });
  }
  std::vector<std::uint8_t> receive(std::int64_t timeout_ms) override {
    std::vector<std::uint8_t> octets;
    guarded([&] { octets = socket_.receive(timeout_ms); });
    return octets;
  }
  void reconnect() override {
    socket_ = net::Socket();
    guarded([&] { socket_ = net::Socket::connect(to_); });
  }

 private:
  template <typename Call>
  static void guarded(Call call) {
    try {
      call();
    } catch (const std::runtime_error& error) {
      throw Closed(error.what());
    }
  }
  net::Endpoint to_;
  net::Socket socket_;
};

// DLMS/COSEM wrapper over TCP, IEC 62056-47: client and server addresses in every message.
class WrapperLink final : public ApduLink {
 public:
  WrapperLink(OctetStream& stream, protocol::dlms::Sap server) : stream_(stream), server_(server) {}

  void open(protocol::dlms::Sap client) override {
    client_ = client;
    if (!abandoned_) return;
    abandoned_ = false;
    deframer_.reset();
    rest_.clear();
    stream_.reconnect();
  }
  void close() override {}
  void abandon() override { abandoned_ = true; }

  void send(Bytes apdu, std::int64_t timeout_ms) override {
    std::vector<std::uint8_t> frame(protocol::wrapper::kHeaderOctets + apdu.size());
    protocol::Writer out(frame);
    if (!protocol::wrapper::encode({client_, server_, apdu}, out)) {
      throw Refused("request too long for the wrapper");
    }
    give_up_us_ = now_us() + timeout_ms * kUsPerMs;
    stream_.write(out.written());
  }

  // Messages for other clients on the same connection (pushes, heartbeats) and messages without an
  // APDU are passed over.
  std::vector<std::uint8_t> receive() override {
    for (;;) {
      protocol::wrapper::Message message;
      while (deframer_.next(message)) {
        const bool ours = message.source == server_ && message.destination == client_;
        if (ours && !message.apdu.empty()) return {message.apdu.begin(), message.apdu.end()};
      }
      if (deframer_.broken()) {
        throw Refused("what answers on this port speaks no DLMS wrapper; --hdlc?");
      }
      if (now_us() >= give_up_us_) throw Silence("no answer in time");
      if (rest_.empty()) rest_ = stream_.receive(wait_ms(give_up_us_));
      rest_.erase(rest_.begin(),
                  rest_.begin() + static_cast<std::ptrdiff_t>(deframer_.take(rest_)));
    }
  }

 private:
  OctetStream& stream_;
  protocol::dlms::Sap server_;
  protocol::dlms::Sap client_ = protocol::dlms::kPublicClient;
  bool abandoned_ = false;
  std::int64_t give_up_us_ = 0;
  std::array<std::uint8_t, kLongestApduOctets + protocol::wrapper::kHeaderOctets> buffer_{};
  protocol::wrapper::Deframer deframer_{buffer_};
  std::vector<std::uint8_t> rest_;
};

// HDLC over TCP: the octets of the optical port or RS-485 as they are, but cut anywhere.
class HdlcLink final : public ApduLink, private protocol::hdlc::PrimaryOwner {
 public:
  HdlcLink(OctetStream& stream, const protocol::hdlc::Address& server, std::int64_t timeout_ms)
      : stream_(stream), timeout_ms_(timeout_ms) {
    config_.server = server;
    config_.response_timeout_us = std::max<std::int64_t>(timeout_ms * kUsPerMs / config_.tries, 1);
    config_.answer_timeout_us = timeout_ms * kUsPerMs;
  }

  void open(protocol::dlms::Sap client) override {
    if (abandoned_) {
      abandoned_ = false;
      primary_.reset();
      stream_.reconnect();
    }
    if (primary_) close();
    config_.client = {client, 0, 1};
    protocol::hdlc::PrimaryOwner& owner = *this;
    primary_.emplace(config_, protocol::MutableBytes(send_buffer_),
                     protocol::MutableBytes(receive_buffer_), owner);
    begin(timeout_ms_);
    primary_->open(now_us());
    if (!wait()) throw Silence("HDLC: the meter does not answer");
  }

  void send(Bytes apdu, std::int64_t timeout_ms) override {
    begin(timeout_ms);
    asked_ = true;
    if (!primary_->is_open()) throw Silence("HDLC: the link is closed");
    if (!primary_->send(now_us(), apdu)) throw Refused("request too long for the link");
    raise();
  }
  // After the first one more is asked for: the meter may have put a notification in front.
  std::vector<std::uint8_t> receive() override {
    for (;;) {
      if (!asked_) {
        if (now_us() >= give_up_us_) throw Silence("no answer in time");
        done_ = false;
        answer_.clear();
        primary_->poll(now_us());
      }
      asked_ = false;
      if (!wait()) throw Silence("no answer in time");
      if (!answer_.empty()) return std::exchange(answer_, {});
      if (now_us() < give_up_us_) pause();
    }
  }
  void close() override {
    if (!primary_ || !primary_->is_open()) return primary_.reset();
    if (!primary_->idle()) primary_->reset();
    begin(kCloseMs);
    primary_->close(now_us());
    try {
      wait();
    } catch (const std::runtime_error&) {  // closed is closed
    }
    primary_.reset();
  }
  void abandon() override { abandoned_ = true; }

 private:
  void begin(std::int64_t timeout_ms) {
    done_ = false;
    failure_ = nullptr;
    asked_ = false;
    answer_.clear();
    give_up_us_ = now_us() + timeout_ms * kUsPerMs;
  }
  // False: not done in time.
  bool wait() {
    while (!done_ && !failure_) {
      const std::int64_t now = now_us();
      if (now >= give_up_us_) return false;
      const std::int64_t until = std::min(primary_->deadline_us(), give_up_us_);
      const auto octets = stream_.receive(wait_ms(until));
      for (Bytes rest = octets; !rest.empty();) {
        rest = rest.subspan(splitter_.take(rest));
        while (const auto frame = splitter_.next()) primary_->on_frame(now_us(), *frame);
      }
      if (done_ || failure_ || now_us() < primary_->deadline_us()) continue;
      if (octets.empty()) splitter_.on_silence();
      primary_->on_time(now_us());
    }
    raise();
    return true;
  }
  // Between two polls. What comes unasked meanwhile belongs to no poll.
  void pause() {
    const std::int64_t until = std::min(now_us() + config_.repoll_us, give_up_us_);
    while (now_us() < until) stream_.receive(wait_ms(until));
  }

  // The engine above these is compiled without exceptions: none may pass through it. They are kept,
  // and thrown where it has returned.
  void keep(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
  }
  void raise() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }
  void send_frame(Bytes frame) override {
    try {
      stream_.write(frame);
    } catch (...) {
      keep(std::current_exception());
    }
  }
  void on_opened() override { done_ = true; }
  void on_apdu(Bytes apdu) override {
    answer_.assign(apdu.begin(), apdu.end());
    done_ = true;
  }
  void on_nothing() override { done_ = true; }
  void on_closed() override { done_ = true; }
  void on_failed(LinkFailure why) override { keep(failure_of(why)); }
  static std::exception_ptr failure_of(LinkFailure why) {
    const auto silence = [](const char* text) { return std::make_exception_ptr(Silence(text)); };
    const auto refused = [](const char* text) { return std::make_exception_ptr(Refused(text)); };
    switch (why) {
      case LinkFailure::timeout:
        return silence("HDLC: the meter does not answer");
      case LinkFailure::refused:
        return refused("HDLC: the meter refused the link (DM): --client, --server, --physical?");
      case LinkFailure::rejected:
        return refused("HDLC: the meter rejected a frame (FRMR)");
      case LinkFailure::no_answer:
        return silence("HDLC: the meter is ready but sends no answer");
      case LinkFailure::too_long:
        break;
    }
    return refused("HDLC: the answer is longer than 65536 octets, or has no end");
  }

  OctetStream& stream_;
  std::int64_t timeout_ms_;
  protocol::hdlc::PrimaryConfig config_;
  std::array<std::uint8_t, 4096> send_buffer_{};
  std::array<std::uint8_t, kLongestApduOctets> receive_buffer_{};
  std::array<std::uint8_t, 2 * protocol::hdlc::kMaxFrameOctets> frame_buffer_{};
  protocol::hdlc::Splitter splitter_{frame_buffer_};
  std::optional<protocol::hdlc::Primary> primary_;
  std::vector<std::uint8_t> answer_;
  std::int64_t give_up_us_ = 0;
  bool asked_ = false;  // the request is out and its answer not read
  bool done_ = false;
  std::exception_ptr failure_;  // of what began last
  bool abandoned_ = false;
};

}  // namespace

std::unique_ptr<OctetStream> make_tcp_stream(const net::Endpoint& to) {
  return std::make_unique<TcpStream>(to);
}

std::unique_ptr<ApduLink> make_wrapper_link(OctetStream& stream, protocol::dlms::Sap server) {
  return std::make_unique<WrapperLink>(stream, server);
}

std::unique_ptr<ApduLink> make_hdlc_link(OctetStream& stream, const protocol::hdlc::Address& server,
                                         std::int64_t timeout_ms) {
  return std::make_unique<HdlcLink>(stream, server, timeout_ms);
}

}  // namespace sim::reader

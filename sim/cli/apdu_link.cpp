// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>

#include "protocol/hdlc/primary.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace sim::cli {
namespace {

using protocol::Bytes;
using protocol::hdlc::LinkFailure;

// DLMS/COSEM wrapper over TCP, IEC 62056-47: client and server addresses in every message.
class WrapperLink final : public ApduLink {
 public:
  WrapperLink(net::Socket& socket, protocol::dlms::Sap server, std::int64_t timeout_ms)
      : socket_(socket), server_(server), timeout_ms_(timeout_ms) {}

  void open(protocol::dlms::Sap client) override { client_ = client; }
  void close() override {}

  std::vector<std::uint8_t> exchange(Bytes apdu) override {
    std::vector<std::uint8_t> frame(protocol::wrapper::kHeaderOctets + apdu.size());
    protocol::Writer out(frame);
    if (!protocol::wrapper::encode({client_, server_, apdu}, out)) {
      throw std::runtime_error("request too long for the wrapper");
    }
    socket_.write(out.written());
    return receive();
  }

 private:
  // Messages for other clients on the same connection (pushes, heartbeats) are passed over.
  std::vector<std::uint8_t> receive() {
    using Clock = std::chrono::steady_clock;
    const auto give_up = Clock::now() + std::chrono::milliseconds(timeout_ms_);
    for (;;) {
      protocol::wrapper::Message message;
      while (deframer_.next(message)) {
        if (message.source == server_ && message.destination == client_) {
          return {message.apdu.begin(), message.apdu.end()};
        }
      }
      if (deframer_.broken()) throw std::runtime_error("not a DLMS wrapper on this port");
      if (rest_.empty()) {
        const auto left = give_up - Clock::now();
        rest_ =
            socket_.receive(std::chrono::duration_cast<std::chrono::milliseconds>(left).count());
        if (rest_.empty()) throw std::runtime_error("no answer in time");
      }
      rest_.erase(rest_.begin(),
                  rest_.begin() + static_cast<std::ptrdiff_t>(deframer_.take(rest_)));
    }
  }

  net::Socket& socket_;
  protocol::dlms::Sap server_;
  protocol::dlms::Sap client_ = protocol::dlms::kPublicClient;
  std::int64_t timeout_ms_;
  std::array<std::uint8_t, 65'536 + protocol::wrapper::kHeaderOctets> buffer_{};
  protocol::wrapper::Deframer deframer_{buffer_};
  std::vector<std::uint8_t> rest_;
};

const char* failure_text(LinkFailure why) {
  switch (why) {
    case LinkFailure::timeout:
      return "the meter does not answer";
    case LinkFailure::refused:
      return "the meter refused the link (DM)";
    case LinkFailure::rejected:
      return "the meter rejected a frame (FRMR)";
    case LinkFailure::no_answer:
      return "the meter is ready but sends no answer";
    case LinkFailure::too_long:
      return "the answer is longer than the buffer";
  }
  return "link failure";
}

// HDLC over TCP: the octets of the optical port or RS-485 as they are.
class HdlcLink final : public ApduLink, private protocol::hdlc::PrimaryOwner {
 public:
  HdlcLink(net::Socket& socket, protocol::dlms::Sap server, std::int64_t timeout_ms)
      : socket_(socket), server_(server), timeout_ms_(timeout_ms) {}

  void open(protocol::dlms::Sap client) override {
    if (primary_) close();
    protocol::hdlc::PrimaryConfig config;
    config.client = {client, 0, 1};
    config.server = {server_, 0, 1};
    config.response_timeout_us = timeout_ms_ * 1000;
    protocol::hdlc::PrimaryOwner& owner = *this;
    primary_.emplace(config, protocol::MutableBytes(send_buffer_),
                     protocol::MutableBytes(receive_buffer_), owner);
    begin();
    primary_->open(now_us());
    wait();
  }
  std::vector<std::uint8_t> exchange(Bytes apdu) override {
    begin();
    if (!primary_->send(now_us(), apdu)) throw std::runtime_error("request too long for the link");
    wait();
    return answer_;
  }
  void close() override {
    if (!primary_ || !primary_->is_open()) return;
    begin();
    primary_->close(now_us());
    wait();
  }

 private:
  void begin() {
    done_ = false;
    answer_.clear();
  }
  void wait() {
    while (!done_) {
      const std::int64_t left_us = primary_->deadline_us() - now_us();
      const auto octets = socket_.receive(std::clamp<std::int64_t>(left_us / 1000 + 1, 0, 60'000));
      if (octets.empty()) {
        primary_->on_time(now_us());
      } else {
        primary_->on_bytes(now_us(), octets);
      }
    }
  }
  static std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  void send_frame(Bytes frame) override { socket_.write(frame); }
  void on_opened() override { done_ = true; }
  void on_apdu(Bytes apdu) override {
    answer_.assign(apdu.begin(), apdu.end());
    done_ = true;
  }
  void on_nothing() override { done_ = true; }
  void on_closed() override { done_ = true; }
  void on_failed(LinkFailure why) override {
    throw std::runtime_error(fmt::format("HDLC: {}", failure_text(why)));
  }

  net::Socket& socket_;
  protocol::dlms::Sap server_;
  std::int64_t timeout_ms_;
  std::array<std::uint8_t, 4096> send_buffer_{};
  std::array<std::uint8_t, 4096> receive_buffer_{};
  std::optional<protocol::hdlc::Primary> primary_;
  std::vector<std::uint8_t> answer_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<ApduLink> make_wrapper_link(net::Socket& socket, protocol::dlms::Sap server,
                                            std::int64_t timeout_ms) {
  return std::make_unique<WrapperLink>(socket, server, timeout_ms);
}

std::unique_ptr<ApduLink> make_hdlc_link(net::Socket& socket, protocol::dlms::Sap server,
                                         std::int64_t timeout_ms) {
  return std::make_unique<HdlcLink>(socket, server, timeout_ms);
}

}  // namespace sim::cli

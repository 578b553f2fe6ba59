// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <stdexcept>

#include "protocol/wrapper/wrapper.hpp"
#include "sim/cli/apdu_link.hpp"

namespace sim::cli {
namespace {

using protocol::Bytes;

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

}  // namespace

std::unique_ptr<ApduLink> make_wrapper_link(net::Socket& socket, protocol::dlms::Sap server,
                                            std::int64_t timeout_ms) {
  return std::make_unique<WrapperLink>(socket, server, timeout_ms);
}

}  // namespace sim::cli

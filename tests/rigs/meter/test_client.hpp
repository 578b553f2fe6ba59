// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "protocol/dlms/client.hpp"
#include "protocol/hdlc/primary.hpp"
#include "tests/rigs/meter/fake_platform.hpp"

namespace rigs {

// The client of an association, whatever carries its APDUs. Each call runs to its end.
class DlmsClient {
 public:
  explicit DlmsClient(const protocol::dlms::ClientConfig& config);
  virtual ~DlmsClient() = default;

  bool associate();  // AARQ, and the passes after it
  bool release() { return transact(session_.release()).kind == Kind::released; }
  // The A-XDR value, or nothing with the reason in `refusal`.
  std::optional<std::vector<std::uint8_t>> get(const protocol::cosem::Attribute& attribute,
                                               const protocol::cosem::Selection& selection = {});
  bool set(const protocol::cosem::Attribute& attribute, protocol::Bytes value);
  bool action(const protocol::cosem::Method& method, protocol::Bytes parameter);
  // One APDU as it is; the answer as it is.
  virtual std::vector<std::uint8_t> exchange(protocol::Bytes apdu) = 0;

  using Kind = protocol::dlms::ClientEvent::Kind;
  Kind last = Kind::nothing;
  protocol::cosem::AccessResult refusal = protocol::cosem::AccessResult::success;
  std::uint32_t counter() const { return session_.invocation_counter(); }

 protected:
  void reset() { session_.reset(); }

 private:
  protocol::dlms::ClientEvent transact(const protocol::Result<protocol::Bytes>& request);

  std::vector<std::uint8_t> work_ = std::vector<std::uint8_t>(500'000);
  protocol::crypto::OpensslEngine crypto_;
  protocol::dlms::ClientSession session_;
};

// A head-end with a wire to one meter: HDLC below the association; no time passes but what lost
// frames cost. Frames to the meter can be damaged or dropped on the way.
class TestClient : public DlmsClient, protocol::hdlc::PrimaryOwner {
 public:
  TestClient(FakePlatform& meter, const protocol::dlms::ClientConfig& config,
             meter_uart port = METER_UART_RS485);

  bool connect();  // SNRM
  void disconnect();
  std::vector<std::uint8_t> poll();  // RR (SNRM before it if need be); the APDU, or nothing
  bool is_open() const { return primary_.is_open(); }
  std::vector<std::uint8_t> exchange(protocol::Bytes apdu) override;

  std::uint32_t frames_in() const { return primary_.counters().frames_in; }
  std::function<void(std::vector<std::uint8_t>&)> on_wire;  // sees each frame to the meter

 private:
  void send_frame(protocol::Bytes frame) override;
  void on_opened() override { opened_ = true; }
  void on_apdu(protocol::Bytes apdu) override { apdu_.assign(apdu.begin(), apdu.end()); }
  void on_nothing() override {}
  void on_closed() override {}
  void on_failed(protocol::hdlc::LinkFailure) override { failed_ = true; }

  void run();  // until the line is silent

  FakePlatform& meter_;
  meter_uart port_;
  bool opened_ = false;
  bool failed_ = false;
  std::deque<std::vector<std::uint8_t>> to_meter_;
  std::vector<std::uint8_t> apdu_;
  std::vector<std::uint8_t> send_buffer_ = std::vector<std::uint8_t>(2048);
  std::vector<std::uint8_t> receive_buffer_ = std::vector<std::uint8_t>(2048);
  protocol::hdlc::Primary primary_;
};

protocol::dlms::ClientConfig public_client();
protocol::dlms::ClientConfig reading_client(const meter_provision& provision);
protocol::dlms::ClientConfig management_client(const meter_provision& provision,
                                               std::uint32_t counter = 1);
protocol::dlms::ClientConfig push_client();
// Client 3: only a concentrator has its keys.
protocol::dlms::ClientConfig concentrator_client(const meter_provision& provision,
                                                 std::uint32_t counter = 1);

}  // namespace rigs

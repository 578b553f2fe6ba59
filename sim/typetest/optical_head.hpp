// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/core/meter/meter_node.hpp"
#include "protocol/crypto/engine.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/hdlc/primary.hpp"

namespace sim::typetest {

// The bench's head on a meter's optical port: reads registers as the reading client (2) does. Time
// passes only in `pass`, which lets the meter and the source go on for a while.
class OpticalHead final : private models::SerialLineEnd, private protocol::hdlc::PrimaryOwner {
 public:
  using Pass = std::function<void()>;

  OpticalHead(kernel::Agenda& agenda, models::MeterNode& meter, protocol::crypto::Engine& crypto,
              const std::string& password, Pass pass);

  // A number as the meter shows it, scaler applied; nothing when it does not answer, or says no.
  std::optional<double> read(const protocol::cosem::Obis& object);

 private:
  bool transmit(kernel::TimeNs ready_ns, std::span<const std::uint8_t> frame) override;
  void silence() override {}
  void send_frame(protocol::Bytes frame) override;
  void on_opened() override { done_ = true; }
  void on_apdu(protocol::Bytes apdu) override;
  void on_nothing() override { done_ = failed_ = true; }
  void on_closed() override { done_ = true; }
  void on_failed(protocol::hdlc::LinkFailure) override { done_ = failed_ = true; }

  std::int64_t now_us() const { return agenda_.now() / kernel::kNsPerUs; }
  bool wait();
  bool associate();
  protocol::dlms::ClientEvent transact(const protocol::Result<protocol::Bytes>& request);
  std::optional<std::vector<std::uint8_t>> get(const protocol::cosem::Attribute& attribute);

  static constexpr std::size_t kOctets = 4096;
  kernel::Agenda& agenda_;
  models::MeterNode& meter_;
  Pass pass_;
  std::array<std::uint8_t, kOctets> work_{};
  std::array<std::uint8_t, kOctets> send_buffer_{};
  std::array<std::uint8_t, kOctets> receive_buffer_{};
  protocol::dlms::ClientSession session_;
  protocol::hdlc::Primary primary_;
  std::vector<std::uint8_t> outgoing_;
  std::vector<std::uint8_t> incoming_;
  std::vector<std::uint8_t> apdu_;
  bool done_ = false;
  bool failed_ = false;
};

}  // namespace sim::typetest

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "cm1/fw/meter_line.hpp"
#include "protocol/dlms/client.hpp"

namespace cm1::fw {

// The public client has no security, so there is nothing to seal.
class NoCrypto final : public protocol::crypto::Engine {
 public:
  bool gcm_seal(const protocol::crypto::Key128&, Bytes, Bytes, Bytes, MutableBytes,
                MutableBytes) override {
    return false;
  }
  bool gcm_open(const protocol::crypto::Key128&, Bytes, Bytes, Bytes, Bytes,
                MutableBytes) override {
    return false;
  }
  bool wrap(const protocol::crypto::Key128&, Bytes, MutableBytes) override { return false; }
  bool unwrap(const protocol::crypto::Key128&, Bytes, MutableBytes) override { return false; }
  void random(MutableBytes) override {}
};

// Reads from the meter, as public client, what the module must know before it dials: the system
// title it announces, and the clock that its polls are in phase with. It drives the line while it
// is busy().
class IdentityReader {
 public:
  explicit IdentityReader(MeterLine& line);

  void start();
  bool busy() const { return step_ != Step::idle; }

  // The line's outcomes while busy().
  void on_answer(Bytes apdu, std::int64_t now_us);
  void on_silent() { step_ = Step::idle; }
  void on_closed() { step_ = Step::idle; }

  bool known() const { return known_; }
  const protocol::dlms::SystemTitle& system_title() const { return system_title_; }
  // UTC of uptime 0 by the meter's clock, if it could be read.
  std::optional<std::int64_t> utc_at_boot_us() const { return utc_at_boot_us_; }

 private:
  enum class Step : std::uint8_t { idle, associating, title, clock, releasing, closing };

  void request(const protocol::Result<Bytes>& apdu, Step step);
  void go_on(const protocol::dlms::ClientEvent& event, std::int64_t now_us);
  void finish();
  void take_title(Bytes value);
  void take_clock(Bytes value, std::int64_t now_us);

  MeterLine& line_;
  NoCrypto no_crypto_;
  std::array<std::uint8_t, 768> work_;
  protocol::dlms::ClientSession session_;
  std::array<std::uint8_t, 256> apdu_;  // the request under way, for the line to repeat
  Step step_ = Step::idle;
  bool known_ = false;
  std::uint8_t unsolicited_ = 0;  // in front of this answer
  protocol::dlms::SystemTitle system_title_{};
  std::optional<std::int64_t> utc_at_boot_us_;
};

}  // namespace cm1::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/hdlc/secondary.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "sim/reader/link.hpp"
#include "tests/unit/protocol/dlms/rig.hpp"

namespace reader_test {

using protocol_test::Octets;
namespace dlms = protocol::dlms;
namespace cosem = protocol::cosem;

// What is behind a port: real server sessions (public, reading with password 12345678, management
// with example_keys()) over a table of values, and a hand that may answer in their place.
class ScriptedMeter {
 public:
  ScriptedMeter();
  // Answers to one request; nothing: what the sessions say. An empty APDU is sent as one.
  using Answers = std::vector<Octets>;
  std::function<std::optional<Answers>(dlms::Sap client, const Octets& request)> script;
  Answers answer(dlms::Sap client, const Octets& request);
  Answers served(dlms::Sap client, const Octets& request);  // by the sessions
  void put(std::uint16_t class_id, const cosem::Obis& obis, int attribute, const Octets& value);
  void reset();

  protocol_test::FakeApplication application;
  dlms::ServerIdentity identity = protocol_test::example_identity(1024);
  std::vector<std::pair<dlms::Sap, Octets>> requests;

 private:
  protocol::crypto::OpensslEngine engine_{protocol_test::drawn_random(11)};
  std::map<dlms::Sap, std::unique_ptr<dlms::ServerSession>> sessions_;
};

// A connection to it. Octets arrive in pieces of `piece` octets, or all that is there at once.
class ScriptedStream : public sim::reader::OctetStream {
 public:
  std::vector<std::uint8_t> receive(std::int64_t timeout_ms) override;
  void reconnect() override;

  ScriptedMeter meter;
  std::size_t piece = 0;  // 0: everything at once
  bool closes = false;    // the meter closes once it has said what it had to say
  int connections = 1;
  int receives = 0;

 protected:
  virtual void on_reconnect() {}
  Octets outbox_;
};

class WrapperStream final : public ScriptedStream {
 public:
  void write(protocol::Bytes octets) override;
  std::uint16_t server = 1;
};

class HdlcStream final : public ScriptedStream, private protocol::hdlc::SecondaryOwner {
 public:
  explicit HdlcStream(const protocol::hdlc::SecondaryConfig& config = {});
  void write(protocol::Bytes octets) override;
  bool deaf = false;  // sends nothing
  std::vector<Octets> heard;

 private:
  void on_reconnect() override { secondary_.reset(); }
  void send_frame(protocol::Bytes frame) override;
  void on_request(std::uint16_t client, protocol::Bytes apdu, protocol::Writer& reply) override;
  void on_poll(std::uint16_t client, protocol::Writer& push) override;
  void on_delivered(std::uint16_t client) override;
  void on_opened(std::uint16_t) override {}
  void on_closed(std::uint16_t, protocol::hdlc::LinkEnd) override { meter.reset(); }
  protocol::MutableBytes take_buffer() override;
  void give_buffer(protocol::MutableBytes buffer) override { free_.push_back(buffer); }

  std::array<protocol::hdlc::SecondaryLink, 4> links_{};
  std::array<Octets, 4> buffers_;
  std::vector<protocol::MutableBytes> free_;
  std::deque<Octets> waiting_;  // APDUs behind the first answer
  protocol::hdlc::Secondary secondary_;
  std::int64_t now_us_ = 0;
};

}  // namespace reader_test

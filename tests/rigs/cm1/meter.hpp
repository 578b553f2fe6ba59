// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "cm1/fw/identity_reader.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/hdlc/secondary.hpp"

namespace cm1::fw::test {

using Octets = std::vector<std::uint8_t>;
inline Octets copy(Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }

inline constexpr protocol::dlms::SystemTitle kTitle{'A', 'M', 'I', 0, 0, 0, 0, 7};

// A meter on the line: a real HDLC secondary. The public client meets a real DLMS server that
// knows its system title and its clock; other clients' requests are answered by `answer`.
class Meter final : public protocol::hdlc::SecondaryOwner, public protocol::dlms::Application {
 public:
  Meter() : secondary(config(), links, *this), session_(std::make_unique<Session>(public_role())) {
    for (Octets& buffer : buffers_) free_.push_back(buffer);
  }

  void receive(std::int64_t now_us, Bytes frame) {
    now_us_ = now_us;
    secondary.on_time(now_us);
    if (alive) secondary.on_bytes(now_us, frame);
  }
  // A power cut: links are gone, what was not handed over is still there.
  void restart() { secondary.reset(); }

  void send_frame(Bytes frame) override { sent.push_back(copy(frame)); }
  void on_request(std::uint16_t client, Bytes apdu, protocol::Writer& reply) override {
    requests.emplace_back(client, copy(apdu));
    if (in_front.empty()) return reply_to(client, apdu, reply);
    Octets last(1024);
    protocol::Writer out(last);
    reply_to(client, apdu, out);
    std::deque<Octets>& later = later_[client];
    later.assign(in_front.begin(), in_front.end());
    later.push_back(copy(out.written()));
    reply.bytes(later.front());
    later.pop_front();
  }
  void reply_to(std::uint16_t client, Bytes apdu, protocol::Writer& reply) {
    if (client == protocol::dlms::kPublicClient && !answer_public) {
      Octets scratch(1024);
      protocol::dlms::ServerIdentity identity;
      identity.system_title = kTitle;
      return session_->on_apdu(apdu, identity, *this, no_crypto_, scratch, reply);
    }
    if (apdu[0] == protocol::dlms::tag::kAarq && accepts) {
      return protocol::dlms::encode(protocol::dlms::Aare{}, reply);
    }
    reply.bytes(answer(copy(apdu)));
  }
  void on_poll(std::uint16_t client, protocol::Writer& push) override {
    polls.emplace_back(now_us_, client);
    std::deque<Octets>& later = later_[client];
    if (!later.empty()) {
      push.bytes(later.front());
      return later.pop_front();
    }
    if (!pushes.empty()) push.bytes(pushes.front());
  }
  void on_delivered(std::uint16_t client) override {
    if (client == protocol::dlms::kPushClient && !pushes.empty()) {
      handed_over.push_back(pushes.front());
      pushes.pop_front();
    }
  }
  void on_opened(std::uint16_t client) override {
    opened.push_back(client);
    if (client == protocol::dlms::kPublicClient) session_->reset();
  }
  void on_closed(std::uint16_t client, protocol::hdlc::LinkEnd why) override {
    closed.emplace_back(client, why);
  }
  MutableBytes take_buffer() override {
    if (free_.empty()) return {};
    const MutableBytes buffer = free_.back();
    free_.pop_back();
    return buffer;
  }
  void give_buffer(MutableBytes buffer) override { free_.push_back(buffer); }

  protocol::cosem::AccessResult get(protocol::dlms::Sap,
                                    const protocol::cosem::Attribute& attribute,
                                    const protocol::cosem::Selection&, std::size_t,
                                    protocol::Writer& out, bool& more) override {
    more = false;
    if (attribute.class_id == protocol::cosem::classes::SecuritySetup::kId) {
      protocol::axdr::put_octet_string(kTitle, out);
      return protocol::cosem::AccessResult::success;
    }
    if (attribute.class_id == protocol::cosem::classes::Clock::kId && clock_known) {
      protocol::cosem::DateTime time;
      time.utc_s = utc_at_boot_s + now_us_ / kUsPerSecond;
      protocol::cosem::put_date_time(time, out);
      return protocol::cosem::AccessResult::success;
    }
    return protocol::cosem::AccessResult::object_undefined;
  }
  protocol::cosem::AccessResult set(protocol::dlms::Sap, const protocol::cosem::Attribute&,
                                    Bytes) override {
    return protocol::cosem::AccessResult::read_write_denied;
  }
  protocol::cosem::AccessResult action(protocol::dlms::Sap, const protocol::cosem::Method&, Bytes,
                                       protocol::Writer&) override {
    return protocol::cosem::AccessResult::read_write_denied;
  }
  void served(protocol::dlms::Sap, Service, std::size_t) override {}
  std::uint32_t next_invocation_counter() override { return 1; }
  bool accept_invocation_counter(protocol::dlms::Sap, std::uint32_t) override { return true; }

  std::array<protocol::hdlc::SecondaryLink, 4> links;
  protocol::hdlc::Secondary secondary;
  bool alive = true;
  bool answer_public = false;  // `answer` speaks for the public client as well
  bool accepts = true;         // associations of clients that `answer` speaks for
  bool clock_known = true;
  std::int64_t utc_at_boot_s = 1'767'225'600;  // 2026-01-01T00:00:00Z
  std::function<Octets(Octets)> answer = [](Octets apdu) { return apdu; };
  std::vector<Octets> in_front;  // notifications that come in front of each answer
  std::deque<Octets> pushes;
  std::deque<Octets> sent;
  std::vector<Octets> handed_over;
  std::vector<std::pair<std::uint16_t, Octets>> requests;
  std::vector<std::pair<std::int64_t, std::uint16_t>> polls;
  std::vector<std::uint16_t> opened;
  std::vector<std::pair<std::uint16_t, protocol::hdlc::LinkEnd>> closed;

 private:
  using Session = protocol::dlms::ServerSession;
  static protocol::hdlc::SecondaryConfig config() {
    protocol::hdlc::SecondaryConfig config;
    config.patient_client_sap = protocol::dlms::kPushClient;
    config.patient_inactivity_us = 900 * kUsPerSecond;
    return config;
  }
  static const protocol::dlms::ClientRole& public_role() {
    static constexpr protocol::dlms::ClientRole kRole{
        protocol::dlms::kPublicClient, protocol::dlms::Authentication::none, false, false};
    return kRole;
  }

  std::array<Octets, 6> buffers_ = [] {
    std::array<Octets, 6> buffers;
    buffers.fill(Octets(2048));
    return buffers;
  }();
  std::vector<MutableBytes> free_;
  std::map<std::uint16_t, std::deque<Octets>> later_;
  std::unique_ptr<Session> session_;
  NoCrypto no_crypto_;
  std::int64_t now_us_ = 0;
};

}  // namespace cm1::fw::test

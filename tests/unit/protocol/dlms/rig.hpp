// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "hex.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace protocol_test {

namespace dlms = protocol::dlms;
namespace cosem = protocol::cosem;

// Objects as a table of encoded values.
class FakeApplication final : public dlms::Application {
 public:
  using Key = std::tuple<cosem::ClassId, cosem::Obis, int>;
  static Key key(const cosem::Attribute& a) { return {a.class_id, a.instance, a.index}; }

  cosem::AccessResult get(dlms::Sap, const cosem::Attribute& attribute,
                          const cosem::Selection& selection, std::size_t offset,
                          protocol::Writer& out, bool& more) override {
    last_selection = selection;
    const auto found = values.find(key(attribute));
    if (found == values.end()) return cosem::AccessResult::object_undefined;
    const protocol::Bytes left = protocol::Bytes(found->second).subspan(offset);
    const std::size_t n = std::min(left.size(), out.space());
    out.bytes(left.first(n));
    more = n < left.size();
    ++gets;
    return fail_get_at == gets ? cosem::AccessResult::hardware_fault : cosem::AccessResult::success;
  }
  cosem::AccessResult set(dlms::Sap, const cosem::Attribute& attribute,
                          protocol::Bytes value) override {
    if (!protocol::axdr::is_one_value(value)) return cosem::AccessResult::type_unmatched;
    ++sets;
    if (!values.contains(key(attribute))) return cosem::AccessResult::read_write_denied;
    values[key(attribute)] = copy(value);
    return cosem::AccessResult::success;
  }
  cosem::AccessResult action(dlms::Sap, const cosem::Method& method, protocol::Bytes parameter,
                             protocol::Writer& out) override {
    ++actions;
    last_method = method;
    last_parameter = copy(parameter);
    out.bytes(return_value);
    return action_result;
  }
  void served(dlms::Sap, Service service, std::size_t octets) override {
    ++served_count[service];
    last_reply_octets = octets;
  }
  std::uint32_t next_invocation_counter() override { return own_counter++; }
  bool accept_invocation_counter(dlms::Sap client, std::uint32_t counter) override {
    if (counter <= accepted[client]) return false;
    accepted[client] = counter;
    return true;
  }

  std::map<Key, Octets> values;
  std::map<Service, int> served_count;
  std::map<dlms::Sap, std::uint32_t> accepted;
  cosem::Selection last_selection;
  cosem::Method last_method;
  cosem::AccessResult action_result = cosem::AccessResult::success;
  Octets last_parameter, return_value;
  std::uint32_t own_counter = 1;
  std::size_t last_reply_octets = 0;
  int gets = 0, sets = 0, actions = 0, fail_get_at = -1;
};

inline protocol::crypto::OpensslEngine::Random drawn_random(std::uint64_t seed) {
  return [draws = Draws(seed)](protocol::MutableBytes out) mutable {
    for (std::uint8_t& octet : out) octet = draws.octet();
  };
}

inline constexpr cosem::Attribute kClockTime{cosem::classes::Clock::kId, cosem::obis(0, 0, 1, 0, 0),
                                             2};
inline constexpr cosem::Attribute kProfile{cosem::classes::ProfileGeneric::kId,
                                           cosem::obis(1, 0, 99, 1, 0), 2};
inline constexpr cosem::Method kReconnect{cosem::classes::DisconnectControl::kId,
                                          cosem::obis(0, 0, 96, 3, 10), 2};

inline constexpr dlms::ClientRole kPublicRole{dlms::kPublicClient, dlms::Authentication::none,
                                              false, false};
inline constexpr dlms::ClientRole kReadingRole{dlms::kReadingClient, dlms::Authentication::lls,
                                               false, false};
inline constexpr dlms::ClientRole kManagementRole{dlms::kManagementClient,
                                                  dlms::Authentication::hls5_gmac, true, false};
inline constexpr dlms::ClientRole kPushRole{dlms::kPushClient, dlms::Authentication::none, true,
                                            true};

inline dlms::Keys example_keys() {
  dlms::Keys keys;
  for (std::size_t i = 0; i < 16; ++i) {
    keys.unicast[i] = static_cast<std::uint8_t>(i);
    keys.authentication[i] = static_cast<std::uint8_t>(0xD0 + i);
  }
  return keys;
}
inline constexpr dlms::SystemTitle kMeterTitle{0x4D, 0x4D, 0x4D, 0, 0, 0xBC, 0x61, 0x4E};
inline constexpr dlms::SystemTitle kClientTitle{0x4D, 0x4D, 0x4D, 0, 0, 0, 0, 1};

inline dlms::ServerIdentity example_identity(std::uint16_t max_pdu_octets) {
  dlms::ServerIdentity identity;
  identity.system_title = kMeterTitle;
  identity.keys = example_keys();
  identity.password = {'1', '2', '3', '4', '5', '6', '7', '8'};
  identity.password_octets = 8;
  identity.max_pdu_octets = max_pdu_octets;
  return identity;
}

inline dlms::ClientConfig example_client(const dlms::ClientRole& role,
                                         std::uint16_t max_pdu_octets) {
  dlms::ClientConfig config;
  config.client_sap = role.sap;
  config.authentication = role.authentication;
  config.ciphered = role.ciphered;
  config.system_title = kClientTitle;
  config.keys = example_keys();
  config.password = {'1', '2', '3', '4', '5', '6', '7', '8'};
  config.password_octets = 8;
  config.max_pdu_octets = max_pdu_octets;
  return config;
}

// A client and a server back to back, with a hand on the wire in between.
class Rig {
 public:
  explicit Rig(const dlms::ClientRole& role, std::uint16_t server_pdu = 1024,
               std::uint16_t client_pdu = 1024, std::optional<dlms::ClientConfig> config = {})
      : identity(example_identity(server_pdu)),
        work(std::size_t{2} * client_pdu + 100'000),
        server(role, &join),
        client(config ? *config : example_client(role, client_pdu), engine, work) {}

  Octets serve(protocol::Bytes apdu) {
    Octets buffer(4096), scratch(4096);
    protocol::Writer reply(buffer);
    server.on_apdu(apdu, identity, application, engine, scratch, reply);
    EXPECT_TRUE(reply.ok());
    largest_reply = std::max(largest_reply, reply.size());
    return copy(reply.written());
  }

  dlms::ClientEvent run(protocol::Result<protocol::Bytes> request) {
    EXPECT_TRUE(request.ok()) << protocol::error_name(request.ok() ? protocol::Error::refused
                                                                   : request.error());
    if (!request.ok()) return {};
    Octets apdu = copy(*request);
    for (round_trips = 1; round_trips < 5000; ++round_trips) {
      largest_request = std::max(largest_request, apdu.size());
      if (on_request) on_request(apdu);
      Octets reply = serve(apdu);
      if (on_reply) on_reply(reply);
      if (reply.empty()) return {};
      const dlms::ClientEvent event = client.on_apdu(reply);
      if (event.kind != dlms::ClientEvent::Kind::send) return event;
      apdu = copy(event.send);
    }
    ADD_FAILURE() << "no end of the transfer";
    return {};
  }

  bool associate() {
    return run(client.associate()).kind == dlms::ClientEvent::Kind::associated &&
           client.associated() && server.associated();
  }

  dlms::ServerIdentity identity;
  FakeApplication application;
  protocol::crypto::OpensslEngine engine{drawn_random(7)};
  Octets work;
  Octets join_memory = Octets(20'000);
  dlms::JoinBuffer join{join_memory};
  dlms::ServerSession server;
  dlms::ClientSession client;
  std::function<void(Octets&)> on_request, on_reply;
  std::size_t largest_reply = 0, largest_request = 0;
  int round_trips = 0;
};

// An octet-string value of n octets, tag and length included.
inline Octets long_value(std::size_t n) {
  Octets value{9, 0x82, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  for (std::size_t i = 0; i < n; ++i) value.push_back(static_cast<std::uint8_t>(i * 7 + i / 256));
  return value;
}

}  // namespace protocol_test

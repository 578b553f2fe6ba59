// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {

// The COSEM objects behind every association on every port.
class CosemServer final : public protocol::dlms::Application {
 public:
  explicit CosemServer(const Parts& parts) : context_{parts} {}

  // The power line, where it is fitted; outlives the server.
  void use(const prime::ServiceNode& node) { context_.node = &node; }
  // Title, password and the keys that this client shares with us.
  protocol::dlms::ServerIdentity identity_for(ClientIndex client) const;
  // At boot: the counters accepted from clients are what they were, whatever the battery did.
  void open_counters();

  // Around each ServerSession::on_apdu: who asks, and what may only happen when the answer is
  // built. A key that came in this APDU seals the next answer, not this one.
  protocol::dlms::ServerIdentity enter(const Visit& visit);
  void leave();

  AccessResult get(protocol::dlms::Sap client, const protocol::cosem::Attribute& attribute,
                   const protocol::cosem::Selection& selection, std::size_t offset, Writer& out,
                   bool& more) override;
  AccessResult set(protocol::dlms::Sap client, const protocol::cosem::Attribute& attribute,
                   Bytes value) override;
  void announce(protocol::dlms::Sap client, const protocol::cosem::Method& method,
                Bytes parameter) override;
  AccessResult action(protocol::dlms::Sap client, const protocol::cosem::Method& method,
                      Bytes parameter, Writer& out) override;
  void served(protocol::dlms::Sap client, Service service, std::size_t reply_octets) override;
  std::uint32_t next_invocation_counter() override {
    return take_counter(key_set_of(context_.visit.client));
  }
  // For what the meter seals unasked. 0: nothing may be sealed.
  std::uint32_t take_counter(KeySet keys);
  bool accept_invocation_counter(protocol::dlms::Sap client, std::uint32_t counter) override;

  // The capture period was set: the profile began anew, and so must whoever reads along.
  bool take_profile_reset() { return std::exchange(context_.profile_reset, false); }

 private:
  static constexpr std::size_t kSeldomEvents = 4;

  AccessResult set_attribute(const Object& object, std::int8_t index, Bytes value);
  AccessResult noted(AccessResult result);
  void note_seldom(EventCode code, std::size_t kind);

  Bytes unicast_key(KeySet keys) const;

  Context context_;
  AcceptedCounters accepted_;
  // One entry a kind and minute: an attacker must not wash the log away.
  std::array<std::uint32_t, kSeldomEvents> quiet_until_s_{};
};

}  // namespace meter::fw

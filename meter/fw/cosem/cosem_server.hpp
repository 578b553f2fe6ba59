// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/association.hpp"
#include "meter/fw/profiles/profile.hpp"
#include "meter/fw/relay/relay.hpp"
#include "meter/fw/security/crypto.hpp"
#include "meter/fw/time/schedule.hpp"

namespace meter::fw::prime {
class ServiceNode;
}

namespace meter::fw {

inline constexpr std::uint16_t kMaxPdu_octets = 1024;  // that we receive
inline constexpr std::uint16_t kMaxAnswer_octets = 1020;

// The parts of the firmware that clients reach through objects.
struct Parts {
  Core& core;
  Schedule& schedule;
  Relay& relay;
  Deadlines& deadlines;
  HalCrypto& crypto;
  std::array<InvocationCounter, kKeySets>& counters;
};

// Whose APDU is being served, on which terms.
struct Visit {
  ClientIndex client = kNoClient;
  bool associated = false;
  std::uint16_t max_pdu_octets = kMaxPdu_octets;  // that the port can receive
  Transfer* transfer = nullptr;                   // the client's block transfer
};

// The concentrator's set comes at the strongest policy and stays there.
inline constexpr std::uint8_t kStrongestPolicy = 3;  // all messages authenticated and encrypted
inline std::uint8_t policy_of(const Core& core, KeySet keys) {
  return keys == kConcentratorKeys ? kStrongestPolicy : core.settings.security_policy;
}

// The COSEM objects behind every association on every port.
class CosemServer final : public protocol::dlms::Application {
 public:
  explicit CosemServer(const Parts& parts) : parts_(parts) {}

  // The power line, where it is fitted; outlives the server.
  void use(const prime::ServiceNode& node) { node_ = &node; }
  // Title, password and the keys that this client shares with us.
  protocol::dlms::ServerIdentity identity_for(ClientIndex client) const;

  // Around each ServerSession::on_apdu: who asks, and what may only happen when the answer is
  // built. A key that came in this APDU seals the next answer, not this one.
  protocol::dlms::ServerIdentity enter(const Visit& visit);
  void leave();

  protocol::cosem::AccessResult get(protocol::dlms::Sap client,
                                    const protocol::cosem::Attribute& attribute,
                                    const protocol::cosem::Selection& selection, std::size_t offset,
                                    protocol::Writer& out, bool& more) override;
  protocol::cosem::AccessResult set(protocol::dlms::Sap client,
                                    const protocol::cosem::Attribute& attribute,
                                    Bytes value) override;
  protocol::cosem::AccessResult action(protocol::dlms::Sap client,
                                       const protocol::cosem::Method& method, Bytes parameter,
                                       protocol::Writer& out) override;
  void served(protocol::dlms::Sap client, Service service, std::size_t reply_octets) override;
  std::uint32_t next_invocation_counter() override {
    return take_counter(key_set_of(visit_.client));
  }
  // For what the meter seals unasked. 0: nothing may be sealed.
  std::uint32_t take_counter(KeySet keys);
  bool accept_invocation_counter(protocol::dlms::Sap client, std::uint32_t counter) override;

  // The capture period was set: the profile began anew, and so must whoever reads along.
  bool take_profile_reset() {
    const bool reset = profile_reset_;
    profile_reset_ = false;
    return reset;
  }

 private:
  using AccessResult = protocol::cosem::AccessResult;
  static constexpr std::size_t kSecurityEvents = 3;

  // values.cpp
  void put_value(const Object& object, std::int8_t attribute, protocol::Writer& out) const;
  void put_data(const Object& object, protocol::Writer& out) const;
  void put_register(const Object& object, protocol::Writer& out) const;
  void put_clock(std::int8_t attribute, protocol::Writer& out) const;
  void put_security(const Object& object, std::int8_t attribute, protocol::Writer& out) const;
  void put_disconnect(std::int8_t attribute, protocol::Writer& out) const;
  void put_power_line(const Object& object, std::int8_t attribute, protocol::Writer& out) const;
  AssociationView view_of(const Object& object) const;
  Fitting fitting() const { return {parts_.core.n_elements, parts_.core.power_line}; }

  // orders.cpp
  AccessResult set_clock(std::int8_t attribute, Bytes value);
  AccessResult set_error_register(Bytes value);
  AccessResult set_capture_period(Bytes value);
  AccessResult set_control_mode(Bytes value);
  AccessResult act_on_clock(std::int8_t method, Bytes parameter);
  AccessResult act_on_security(KeySet keys, std::int8_t method, Bytes parameter);
  AccessResult transfer_keys(KeySet keys, Bytes parameter);
  AccessResult act_on_disconnect(std::int8_t method);
  void store_identity();

  void note_security(EventCode code, std::size_t kind);

  Parts parts_;
  Visit visit_;
  const prime::ServiceNode* node_ = nullptr;
  meter_provision next_identity_{};  // keys waiting for leave()
  bool keys_changed_ = false;
  bool profile_reset_ = false;
  // One entry a kind and minute: an attacker must not wash the log away.
  std::array<std::uint32_t, kSecurityEvents> quiet_until_s_{};
};

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/cosem_server.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::Method;
using protocol::cosem::Selection;
using protocol::dlms::Sap;

constexpr std::size_t kMaxValueOctets = 192;
static_assert(kMaxValueOctets >= kMaxProfileAttributeOctets &&
              kMaxValueOctets >= kMaxAssociationAttributeOctets);
constexpr std::uint32_t kSecurityNote_s = 60;
constexpr std::int8_t kBuffer = 2;
constexpr std::int8_t kObjectList = 2;

AccessResult why_missing(const Obis& name, const Fitting& fitting) {
  return name_exists(name, fitting) ? AccessResult::object_class_inconsistent
                                    : AccessResult::object_undefined;
}

}  // namespace

protocol::dlms::ServerIdentity CosemServer::identity_for(ClientIndex client) const {
  const meter_provision& provision = parts_.core.identity;
  const bool concentrator = key_set_of(client) == kConcentratorKeys;
  protocol::dlms::ServerIdentity identity;
  std::copy_n(provision.system_title, identity.system_title.size(), identity.system_title.begin());
  std::copy_n(concentrator ? provision.concentrator_unicast_key : provision.unicast_key,
              identity.keys.unicast.size(), identity.keys.unicast.begin());
  std::copy_n(
      concentrator ? provision.concentrator_authentication_key : provision.authentication_key,
      identity.keys.authentication.size(), identity.keys.authentication.begin());
  for (const char c : provision.low_level_password) {
    if (c == 0) break;
    identity.password[identity.password_octets++] = static_cast<std::uint8_t>(c);
  }
  identity.max_pdu_octets = visit_.max_pdu_octets;
  return identity;
}

protocol::dlms::ServerIdentity CosemServer::enter(const Visit& visit) {
  visit_ = visit;
  return identity_for(visit.client);
}

void CosemServer::leave() {
  visit_ = {};
  if (!keys_changed_) return;
  keys_changed_ = false;
  Core& core = parts_.core;
  // A client's counters begin anew with a new key: what the old one sealed opens no more.
  const auto changed = [](const std::uint8_t(&now)[16], const std::uint8_t(&next)[16]) {
    return !std::equal(std::begin(now), std::end(now), next);
  };
  DurableState& state = core.durable.state;
  const bool head_end = changed(core.identity.unicast_key, next_identity_.unicast_key);
  const bool concentrator =
      changed(core.identity.concentrator_unicast_key, next_identity_.concentrator_unicast_key);
  for (std::uint8_t k = 0; k < kClients; ++k) {
    const KeySet keys = key_set_of(static_cast<ClientIndex>(k));
    if (keys == kConcentratorKeys ? concentrator : head_end) state.accepted_counter[k] = 0;
  }
  if (head_end || concentrator) core.durable.save(core.hal);
  core.identity = next_identity_;
}

AccessResult CosemServer::get(Sap sap, const Attribute& attribute, const Selection& selection,
                              std::size_t offset, protocol::Writer& out, bool& more) {
  more = false;
  const Core& core = parts_.core;
  const ClientIndex client = client_of(sap);
  const Object* const object = find_object(attribute.class_id, attribute.instance, fitting());
  if (object == nullptr) return why_missing(attribute.instance, fitting());
  if (attribute_access(*object, client, attribute.index) == kNoAccess) {
    return AccessResult::read_write_denied;
  }
  const bool is_buffer = object->item == Item::profile && attribute.index == kBuffer;
  if (is_buffer) {
    PROTOCOL_ASSERT(visit_.transfer != nullptr);
    return put_buffer(core, static_cast<LogId>(object->which), selection, *visit_.transfer, offset,
                      out, more);
  }
  if (selection.kind != Selection::Kind::all) return AccessResult::type_unmatched;
  Slice slice(offset, out);
  if (object->item == Item::association && attribute.index == kObjectList) {
    put_object_list(view_of(*object), slice);
  } else if (object->item == Item::association && attribute.index > kObjectList) {
    std::array<std::uint8_t, kMaxAssociationAttributeOctets> octets;
    protocol::Writer value{octets};
    put_association_attribute(view_of(*object), attribute.index, value);
    slice.put(value.written());
  } else {
    std::array<std::uint8_t, kMaxValueOctets> octets;
    protocol::Writer value{octets};
    put_value(*object, attribute.index, value);
    PROTOCOL_ASSERT(value.ok());
    slice.put(value.written());
  }
  more = slice.full();
  return AccessResult::success;
}

AccessResult CosemServer::set(Sap sap, const Attribute& attribute, Bytes value) {
  const Object* const object = find_object(attribute.class_id, attribute.instance, fitting());
  if (object == nullptr) return why_missing(attribute.instance, fitting());
  const Access access = attribute_access(*object, client_of(sap), attribute.index);
  if (access != kReadAndWrite && access != kWriteOnly) return AccessResult::read_write_denied;
  switch (object->item) {
    case Item::clock:
      return set_clock(attribute.index, value);
    case Item::error_register:
      return set_error_register(value);
    case Item::profile:
      return set_capture_period(value);
    case Item::disconnect:
      return set_control_mode(value);
    default:
      return AccessResult::read_write_denied;
  }
}

AccessResult CosemServer::action(Sap sap, const Method& method, Bytes parameter,
                                 protocol::Writer&) {
  const Object* const object = find_object(method.class_id, method.instance, fitting());
  if (object == nullptr) return why_missing(method.instance, fitting());
  if (!method_access(*object, client_of(sap), method.index)) {
    return AccessResult::read_write_denied;
  }
  switch (object->item) {
    case Item::clock:
      return act_on_clock(method.index, parameter);
    case Item::security:
      return act_on_security(static_cast<KeySet>(object->which), method.index, parameter);
    case Item::disconnect:
      return act_on_disconnect(method.index);
    default:  // reply_to_HLS_authentication is the session's, here it comes out of place
      return AccessResult::read_write_denied;
  }
}

void CosemServer::served(Sap, Service service, std::size_t reply_octets) {
  const Hal& hal = parts_.core.hal;
  switch (service) {
    case Service::associate:
    case Service::release:
      return hal.work(METER_WORK_ASSOCIATE, reply_octets);
    case Service::get:
      return hal.work(METER_WORK_GET, reply_octets);
    case Service::set:
      return hal.work(METER_WORK_SET, reply_octets);
    case Service::action:
      return hal.work(METER_WORK_ACTION, reply_octets);
    case Service::authentication_failed:
      return note_security(EventCode::authentication_failed, 0);
    case Service::decryption_failed:
      return note_security(EventCode::decryption_failed, 1);
    case Service::replay_refused:
      return note_security(EventCode::replay_attack, 2);
  }
}

void CosemServer::note_security(EventCode code, std::size_t kind) {
  const auto now_s = static_cast<std::uint32_t>(parts_.core.hal.uptime_us() / 1'000'000);
  if (now_s < quiet_until_s_[kind]) return;
  quiet_until_s_[kind] = now_s + kSecurityNote_s;
  parts_.core.note(code);
}

std::uint32_t CosemServer::take_counter(KeySet keys) {
  const std::uint32_t counter = parts_.counters[keys].take(parts_.core);
  if (counter == 0) parts_.crypto.block_sealing();
  return counter;
}

bool CosemServer::accept_invocation_counter(Sap sap, std::uint32_t counter) {
  const ClientIndex client = client_of(sap);
  if (client == kNoClient) return false;
  DurableState& state = parts_.core.durable.state;
  if (counter <= state.accepted_counter[client]) return false;
  state.accepted_counter[client] = counter;
  parts_.core.durable.save(parts_.core.hal);
  return true;
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/server.hpp"

#include <algorithm>

#include "meter/fw/cosem/object_rows.hpp"

namespace meter::fw {
namespace {

using protocol::cosem::Attribute;
using protocol::cosem::Method;
using protocol::cosem::Selection;
using protocol::dlms::Sap;

constexpr std::uint32_t kSecurityNote_s = 60;

// An object and what the client may do with it, or why there is none.
struct Target {
  const Object* object = nullptr;
  Rights rights{};
  AccessResult why = AccessResult::success;
};
Target target_of(ClassId class_id, const Obis& name, Sap client, const Fitting& fitting) {
  const Object* const object = find_object(class_id, name, fitting);
  if (object != nullptr) return {object, rights_of(*object, client_of(client))};
  const bool exists = name_exists(name, fitting);
  return {nullptr,
          {},
          exists ? AccessResult::object_class_inconsistent : AccessResult::object_undefined};
}

}  // namespace

protocol::dlms::ServerIdentity CosemServer::identity_for(ClientIndex client) const {
  const meter_provision& provision = context_.parts.core.identity;
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
  identity.max_pdu_octets = context_.visit.max_pdu_octets;
  return identity;
}

protocol::dlms::ServerIdentity CosemServer::enter(const Visit& visit) {
  context_.visit = visit;
  return identity_for(visit.client);
}

Bytes CosemServer::unicast_key(KeySet keys) const {
  const meter_provision& identity = context_.parts.core.identity;
  return keys == kConcentratorKeys ? identity.concentrator_unicast_key : identity.unicast_key;
}

void CosemServer::open_counters() {
  static_assert(AcceptedCounters::kKeySets == kKeySets);
  static_assert(kFirstReserved == protocol::dlms::kFirstReservedCounter);
  Core& core = context_.parts.core;
  auto& accepted = core.durable.state.accepted_counter;
  accepted_.open(core, kHeadEndKeys, unicast_key(kHeadEndKeys), accepted[kManagement]);
  accepted_.open(core, kConcentratorKeys, unicast_key(kConcentratorKeys), accepted[kConcentrator]);
}

void CosemServer::leave() {
  context_.visit = {};
  if (!context_.keys.staged) return;
  const KeyChange change = std::exchange(context_.keys, {});
  if (!change.stored) return;
  Core& core = context_.parts.core;
  // A client's counters begin anew with a new key: what the old one sealed opens no more.
  const auto changed = [](const std::uint8_t(&now)[16], const std::uint8_t(&next)[16]) {
    return !std::equal(std::begin(now), std::end(now), next);
  };
  DurableState& state = core.durable.state;
  const bool head_end = changed(core.identity.unicast_key, change.next.unicast_key);
  const bool concentrator =
      changed(core.identity.concentrator_unicast_key, change.next.concentrator_unicast_key);
  for (std::uint8_t k = 0; k < kClients; ++k) {
    const KeySet keys = key_set_of(static_cast<ClientIndex>(k));
    if (keys == kConcentratorKeys ? concentrator : head_end) state.accepted_counter[k] = 0;
  }
  if (head_end || concentrator) core.durable.save(core.hal);
  core.identity = change.next;
  seal_constants(core);
}

AccessResult CosemServer::get(Sap sap, const Attribute& attribute, const Selection& selection,
                              std::size_t offset, Writer& out, bool& more) {
  more = false;
  const auto [object, rights, why] =
      target_of(attribute.class_id, attribute.instance, sap, context_.fitting());
  if (object == nullptr) return why;
  if (!includes(rights.readable, attribute.index)) return AccessResult::read_write_denied;
  if (selection.kind != Selection::Kind::all &&
      !includes(object->served().selective, attribute.index)) {
    return AccessResult::type_unmatched;
  }
  std::array<std::uint8_t, kMaxValueOctets> octets;
  Answer answer{selection, offset, Slice(offset, out), Writer{octets}};
  if (attribute.index == kLogicalName) {
    axdr::put_octet_string(object->obis.octets, answer.value);
  } else {
    with_class(Classes{}, object->place, [&, object = object]<typename Class>() {
      Behaviour<Class>::get(context_, *object, attribute.index, answer);
      return AccessResult::success;
    });
  }
  PROTOCOL_ASSERT(answer.value.ok());
  if (answer.value.size() > 0) answer.slice.put(answer.value.written());
  more = answer.slice.full();
  return answer.result;
}

AccessResult CosemServer::set(Sap sap, const Attribute& attribute, Bytes value) {
  const auto [object, rights, why] =
      target_of(attribute.class_id, attribute.instance, sap, context_.fitting());
  if (object == nullptr) return why;
  if (!includes(rights.writable, attribute.index)) return AccessResult::read_write_denied;
  AccessResult result = AccessResult::type_unmatched;  // cut off, or with something behind it
  if (axdr::is_one_value(value)) result = set_attribute(*object, attribute.index, value);
  return noted(result);
}

AccessResult CosemServer::set_attribute(const Object& object, std::int8_t index, Bytes value) {
  return with_class(Classes{}, object.place, [&]<typename Class>() {
    if constexpr (kIsWritten<Class>) {
      if (!protocol::cosem::is_of_type(type_of<Class>(index), value)) {
        return AccessResult::type_unmatched;
      }
      return Behaviour<Class>::set(context_, object, index, value);
    }
    return AccessResult::read_write_denied;
  });
}

void CosemServer::announce(Sap sap, const Method& method, Bytes parameter) {
  using classes::SecuritySetup;
  if (method.class_id != SecuritySetup::kId || method.index != SecuritySetup::kGlobalKeyTransfer) {
    return;
  }
  const auto [object, rights, why] =
      target_of(method.class_id, method.instance, sap, context_.fitting());
  if (object != nullptr && includes(rights.callable, method.index)) {
    return stage_keys(context_, static_cast<KeySet>(object->which), parameter);
  }
  // One that will be refused takes the others with it.
  context_.keys.staged = true;
  context_.keys.verdict = object == nullptr ? why : AccessResult::read_write_denied;
}

AccessResult CosemServer::action(Sap sap, const Method& method, Bytes parameter, Writer&) {
  const auto [object, rights, why] =
      target_of(method.class_id, method.instance, sap, context_.fitting());
  if (object == nullptr) return why;
  if (!includes(rights.callable, method.index)) return AccessResult::read_write_denied;
  return with_class(Classes{}, object->place, [&, object = object]<typename Class>() {
    if constexpr (kIsCalled<Class>) {
      if (!protocol::cosem::is_of_type(parameter_of<Class>(method.index), parameter)) {
        return AccessResult::type_unmatched;
      }
      return Behaviour<Class>::act(context_, *object, method.index, parameter);
    }
    return AccessResult::read_write_denied;
  });
}

void CosemServer::served(Sap, Service service, std::size_t reply_octets) {
  const Hal& hal = context_.parts.core.hal;
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
      return note_seldom(EventCode::authentication_failed, 0);
    case Service::decryption_failed:
      return note_seldom(EventCode::decryption_failed, 1);
    case Service::replay_refused:
      return note_seldom(EventCode::replay_attack, 2);
  }
}

// What somebody with the right to set it set in vain.
AccessResult CosemServer::noted(AccessResult result) {
  if (result != AccessResult::success) note_seldom(EventCode::parameter_refused, 3);
  return result;
}

void CosemServer::note_seldom(EventCode code, std::size_t kind) {
  const auto now_s = static_cast<std::uint32_t>(context_.parts.core.hal.uptime_us() / 1'000'000);
  if (now_s < quiet_until_s_[kind]) return;
  quiet_until_s_[kind] = now_s + kSecurityNote_s;
  context_.parts.core.note(code);
}

std::uint32_t CosemServer::take_counter(KeySet keys) {
  const std::uint32_t counter = context_.parts.counters[keys].take(context_.parts.core);
  if (counter == 0) context_.parts.crypto.block_sealing();
  return counter;
}

bool CosemServer::accept_invocation_counter(Sap sap, std::uint32_t counter) {
  const ClientIndex client = client_of(sap);
  if (client == kNoClient) return false;
  Core& core = context_.parts.core;
  const KeySet keys = key_set_of(client);
  return accepted_.accept(core, keys, unicast_key(keys),
                          core.durable.state.accepted_counter[client], counter);
}

}  // namespace meter::fw

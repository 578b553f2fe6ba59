// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Who may do what: the access rights behind get, set, action and the object lists.
#include "meter/fw/cosem/objects.hpp"
#include "protocol/cosem/classes/association_ln.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"

namespace meter::fw {
namespace {

constexpr std::int8_t kLogicalName = 1;
// Attributes with rules of their own.
constexpr std::int8_t kClockTime = 2;
constexpr std::int8_t kClockZone = 3;
constexpr std::int8_t kClockDaylightSaving = 8;
constexpr std::int8_t kProfilePeriod = 4;
constexpr std::int8_t kAssociationSecret = 7;
constexpr std::int8_t kSecurityServerTitle = 5;
constexpr std::int8_t kDisconnectMode = 4;
constexpr std::int8_t kValue = 2;

bool reads(const Object& object, ClientIndex client) {
  return client != kNoClient && (object.readers >> client & 1u) != 0;
}

// The concentrator stands in for the management client on the spot, with keys of its own; what is
// the head-end's alone it does not even see.
bool manages(ClientIndex client) { return client == kManagement || client == kConcentrator; }

// A set is changed by who uses it, or one side could lock the other out.
bool owns_keys(const Object& object, ClientIndex client) {
  return manages(client) && object.which == key_set_of(client);
}

bool is_writable(const Object& object, std::int8_t attribute) {
  switch (object.item) {
    case Item::clock:
      return attribute == kClockTime || attribute == kClockZone ||
             attribute == kClockDaylightSaving;
    case Item::error_register:
      return attribute == kValue;
    case Item::profile:
      return attribute == kProfilePeriod && object.which == static_cast<std::uint8_t>(LogId::load);
    case Item::disconnect:
      return attribute == kDisconnectMode;
    default:
      return false;
  }
}

}  // namespace

ClassFacts facts_of(ClassId class_id) {
  if (class_id == kMacAddressClass) return {0, 2, 0};
  if (class_id >= kPrimeLlcClass && class_id <= kPrimeApplicationClass) {
    constexpr std::array<std::uint8_t, 7> kAttributes{3, 5, 8, 14, 7, 6, 4};
    constexpr auto kFirst = static_cast<std::uint16_t>(kPrimeLlcClass);
    return {0, kAttributes[static_cast<std::uint16_t>(class_id) - kFirst], 0};
  }
  switch (class_id) {
    case classes::Data::kId:
      return {0, 2, 0};
    case classes::Register::kId:
      return {0, 3, 1};
    case classes::ProfileGeneric::kId:
      return {1, 8, 2};
    case classes::Clock::kId:
      return {0, 9, 6};
    case classes::AssociationLn::kId:
      return {1, 9, 4};
    case classes::SecuritySetup::kId:
      return {0, 5, 2};
    case classes::DisconnectControl::kId:
      return {0, 4, 2};
  }
  return {0, 0, 0};
}

Access attribute_access(const Object& object, ClientIndex client, std::int8_t attribute) {
  if (!reads(object, client)) return kNoAccess;
  if (attribute < kLogicalName || attribute > facts_of(object.class_id).attributes) {
    return kNoAccess;
  }
  if (object.item == Item::association && attribute == kAssociationSecret) return kNoAccess;
  // Whoever has no association with us yet needs our title to make one, and nothing more.
  if (object.item == Item::security && !manages(client) && attribute != kLogicalName &&
      attribute != kSecurityServerTitle) {
    return kNoAccess;
  }
  const bool writes = manages(client) && is_writable(object, attribute);
  return writes ? kReadAndWrite : kReadOnly;
}

bool method_access(const Object& object, ClientIndex client, std::int8_t method) {
  if (!manages(client)) return false;
  switch (object.item) {
    case Item::clock:  // adjust_to_quarter, _measuring_period, _minute, shift_time
      return method == 1 || method == 2 || method == 3 || method == 6;
    case Item::association:  // reply_to_HLS_authentication
      return method == 1 && (object.which == kNoClient || object.which == client);
    case Item::security:  // security_activate, global_key_transfer
      return owns_keys(object, client) && (method == 1 || method == 2);
    case Item::disconnect:  // remote_disconnect, remote_reconnect
      return method == 1 || method == 2;
    default:
      return false;
  }
}

bool visible(const Object& object, ClientIndex client) { return reads(object, client); }

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {
namespace {

constexpr std::size_t kWrappedKeyOctets = 24;
constexpr std::size_t kKeyOctets = 16;
// key_id of global_key_transfer, Blue Book class 64.
constexpr std::uint8_t kUnicastKey = 0;
constexpr std::uint8_t kAuthenticationKey = 2;
constexpr std::uint8_t kMasterKey = 3;
constexpr std::uint32_t kMaxKeys = 3;
// The concentrator's set comes at the strongest policy and stays there.
constexpr std::uint8_t kStrongestPolicy = 3;  // all messages authenticated and encrypted
constexpr std::uint8_t kSuite0 = 0;

std::uint8_t policy_of(const Core& core, KeySet keys) {
  return keys == kConcentratorKeys ? kStrongestPolicy : core.settings.security_policy;
}

// The master key wraps both sets and is the head-end's.
std::uint8_t* key_place(meter_provision& identity, KeySet keys, std::uint8_t key_id) {
  const bool concentrator = keys == kConcentratorKeys;
  if (key_id == kUnicastKey) {
    return concentrator ? identity.concentrator_unicast_key : identity.unicast_key;
  }
  if (key_id == kAuthenticationKey) {
    return concentrator ? identity.concentrator_authentication_key : identity.authentication_key;
  }
  return key_id == kMasterKey && !concentrator ? identity.master_key : nullptr;
}

// Can be strengthened only.
AccessResult activate(Core& core, KeySet keys, std::uint8_t policy) {
  if (policy < policy_of(core, keys) || policy > kStrongestPolicy) {
    return AccessResult::other_reason;
  }
  if (keys == kConcentratorKeys) return AccessResult::success;
  Settings next = core.settings;
  next.security_policy = policy;
  return core.store_settings(next) ? AccessResult::success : AccessResult::hardware_fault;
}

bool is(const std::uint8_t (&key)[kKeyOctets], Bytes other) {
  return std::equal(std::begin(key), std::end(key), other.begin(), other.end());
}

// A key that was used before, by whomever, would open what was recorded under it, as a client's
// counters begin anew; that of the other set would seal two sequences of ours with the same
// counters. The one that is in use may come again: its order was repeated.
bool may_become_unicast(const Core& core, const meter_provision& next, KeySet keys, Bytes key) {
  const bool concentrator = keys == kConcentratorKeys;
  const meter_provision& now = core.identity;
  if (is(concentrator ? now.unicast_key : now.concentrator_unicast_key, key)) return false;
  if (is(concentrator ? next.unicast_key : next.concentrator_unicast_key, key)) return false;
  if (is(concentrator ? now.concentrator_unicast_key : now.unicast_key, key)) return true;
  return !UsedKeys(core).contains(key);
}

AccessResult take_keys(Context& context, KeySet keys, Bytes parameter) {
  const Core& core = context.parts.core;
  protocol::crypto::Key128 master;
  std::memcpy(master.data(), core.identity.master_key, master.size());
  meter_provision& next = context.keys.next;
  axdr::Cursor in(parameter);
  const std::uint32_t count = in.array();
  if (!in.ok() || count == 0 || count > kMaxKeys) return AccessResult::type_unmatched;
  for (std::uint32_t k = 0; k < count; ++k) {
    in.structure(2);
    const std::uint8_t key_id = in.enumeration();
    std::uint8_t* const place = key_place(next, keys, key_id);
    const Bytes wrapped = in.octet_string();
    if (!in.ok() || wrapped.size() != kWrappedKeyOctets) return AccessResult::type_unmatched;
    if (place == nullptr) return AccessResult::other_reason;
    std::array<std::uint8_t, kKeyOctets> key;
    if (!context.parts.crypto.unwrap(master, wrapped, key)) return AccessResult::other_reason;
    if (key_id == kUnicastKey && !may_become_unicast(core, next, keys, key)) {
      return AccessResult::other_reason;
    }
    std::memcpy(place, key.data(), key.size());
  }
  return in.at_end() ? AccessResult::success : AccessResult::type_unmatched;
}

// The old keys are known as used before the new ones count.
AccessResult store_keys(Core& core, KeyChange& change) {
  const meter_provision& now = core.identity;
  UsedKeys used(core);
  const bool head_end = !is(now.unicast_key, change.next.unicast_key);
  const bool concentrator = !is(now.concentrator_unicast_key, change.next.concentrator_unicast_key);
  if (head_end) used.add(now.unicast_key);
  if (concentrator) used.add(now.concentrator_unicast_key);
  if ((head_end || concentrator) && !used.store(core)) return AccessResult::hardware_fault;
  if (!core.parameters.store(core.hal, BlockKind::identity, change.next)) {
    return AccessResult::hardware_fault;
  }
  change.stored = true;
  core.note(EventCode::global_key_changed);
  return AccessResult::success;
}

// The first of them does it for all that were announced with it.
AccessResult transfer_keys(Context& context, KeySet keys, Bytes parameter) {
  KeyChange& change = context.keys;
  if (!change.staged) stage_keys(context, keys, parameter);
  if (change.verdict == AccessResult::success && !change.stored) {
    change.verdict = store_keys(context.parts.core, change);
  }
  return change.verdict;
}

}  // namespace

void stage_keys(Context& context, KeySet keys, Bytes parameter) {
  KeyChange& change = context.keys;
  if (!change.staged) change.next = context.parts.core.identity;
  change.staged = true;
  if (change.verdict == AccessResult::success) {
    change.verdict = take_keys(context, keys, parameter);
  }
}

using classes::SecuritySetup;

template <>
void Behaviour<SecuritySetup>::get(const Context& context, const Object& object,
                                   std::int8_t attribute, Answer& answer) {
  const Core& core = context.parts.core;
  switch (attribute) {
    case SecuritySetup::kSecurityPolicy:
      return axdr::put_enum(policy_of(core, static_cast<KeySet>(object.which)), answer.value);
    case SecuritySetup::kSecuritySuite:
      return axdr::put_enum(kSuite0, answer.value);
    case SecuritySetup::kClientSystemTitle:  // lives with its association, is nobody else's
      return axdr::put_octet_string({}, answer.value);
    case SecuritySetup::kServerSystemTitle:
      return axdr::put_octet_string(Bytes(core.identity.system_title), answer.value);
  }
}

template <>
AccessResult Behaviour<SecuritySetup>::act(Context& context, const Object& object,
                                           std::int8_t method, Bytes parameter) {
  const auto keys = static_cast<KeySet>(object.which);
  if (method == SecuritySetup::kGlobalKeyTransfer) return transfer_keys(context, keys, parameter);
  return activate(context.parts.core, keys, axdr::Cursor(parameter).enumeration());
}

}  // namespace meter::fw

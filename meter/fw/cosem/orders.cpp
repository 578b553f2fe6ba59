// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What clients may change and order: SET and ACTION behind the access rights.
#include <cstring>

#include "meter/fw/cosem/cosem_server.hpp"
#include "protocol/axdr/cursor.hpp"

namespace meter::fw {
namespace {

using protocol::axdr::Cursor;
using protocol::cosem::AccessResult;

constexpr std::int64_t kMaxShift_s = 900;  // Blue Book, class 8 method 6
constexpr std::int64_t kQuarter_s = 900;
constexpr std::size_t kWrappedKeyOctets = 24;
constexpr std::size_t kKeyOctets = 16;
// key_id of global_key_transfer, Blue Book class 64.
constexpr std::uint8_t kUnicastKey = 0;
constexpr std::uint8_t kAuthenticationKey = 2;
constexpr std::uint8_t kMasterKey = 3;
constexpr std::uint32_t kMaxKeys = 3;

std::int64_t nearest(std::int64_t ticks, std::int64_t period_s) {
  const std::int64_t period = period_s * kTicksPerSecond;
  return floor_to(ticks + period / 2, period);
}

// The master key wraps both sets and is the head-end's.
std::uint8_t* key_place(meter_provision& identity, KeySet keys, std::uint8_t key_id) {
  if (keys == kConcentratorKeys) {
    if (key_id == kUnicastKey) return identity.concentrator_unicast_key;
    return key_id == kAuthenticationKey ? identity.concentrator_authentication_key : nullptr;
  }
  switch (key_id) {
    case kUnicastKey:
      return identity.unicast_key;
    case kAuthenticationKey:
      return identity.authentication_key;
    case kMasterKey:
      return identity.master_key;
    default:
      return nullptr;
  }
}

}  // namespace

void CosemServer::store_identity() {
  Core& core = parts_.core;
  core.parameters.store(core.hal, BlockKind::identity, core.identity);
  core.note(EventCode::parameters_changed);
}

AccessResult CosemServer::set_clock(std::int8_t attribute, Bytes value) {
  Core& core = parts_.core;
  Cursor in(value);
  if (attribute == 2) {
    const Bytes octets = in.date_time();
    if (!in.at_end()) return AccessResult::type_unmatched;
    const protocol::Result<std::int64_t> ticks = ticks_of(octets, core.clock.zone);
    if (!ticks.ok() || *ticks < 0) return AccessResult::other_reason;
    parts_.schedule.set_clock(core, *ticks);
    return AccessResult::success;
  }
  TimeZone zone = core.clock.zone;
  if (attribute == 3) {
    if (in.peek() != protocol::axdr::Tag::long_) return AccessResult::type_unmatched;
    const std::int64_t zone_min = in.number();
    if (!in.at_end()) return AccessResult::type_unmatched;
    if (zone_min < -kMaxZone_min || zone_min > kMaxZone_min) return AccessResult::other_reason;
    zone.set(static_cast<std::int16_t>(zone_min), zone.has_daylight_saving());
  } else {
    const bool daylight_saving = in.boolean();
    if (!in.at_end()) return AccessResult::type_unmatched;
    zone.set(zone.zone_min(), daylight_saving);
  }
  parts_.schedule.run(core);
  core.clock.zone = zone;
  core.identity.time_zone_min = zone.zone_min();
  core.identity.daylight_saving = zone.has_daylight_saving() ? 1 : 0;
  store_identity();
  parts_.schedule.start(core);
  return AccessResult::success;
}

AccessResult CosemServer::set_error_register(Bytes value) {
  Core& core = parts_.core;
  Cursor in(value);
  if (in.peek() != protocol::axdr::Tag::double_long_unsigned) return AccessResult::type_unmatched;
  const std::uint64_t errors = in.unsigned_number();
  if (!in.at_end()) return AccessResult::type_unmatched;
  if (errors != 0) return AccessResult::other_reason;  // can be cleared only
  core.durable.state.error_register = 0;
  core.durable.save(core.hal);
  core.note(EventCode::error_register_cleared);
  return AccessResult::success;
}

// Blue Book 4.3.6: the buffer is cleared, rows of two periods do not mix.
AccessResult CosemServer::set_capture_period(Bytes value) {
  Core& core = parts_.core;
  Cursor in(value);
  if (in.peek() != protocol::axdr::Tag::double_long_unsigned) return AccessResult::type_unmatched;
  const auto period_s = static_cast<std::uint32_t>(in.unsigned_number());
  if (!in.at_end()) return AccessResult::type_unmatched;
  if (period_s == core.identity.capture_period_s) return AccessResult::success;
  meter_provision next = core.identity;
  next.capture_period_s = period_s;
  if (!is_sensible(next)) return AccessResult::other_reason;
  core.journal.log(LogId::load).format(core.hal);
  core.identity = next;
  store_identity();
  core.journal.log(LogId::load).open(core.hal, load_place(period_s), load_rows(period_s));
  core.durable.state.push_cursor = 0;
  core.durable.state.load_status |= kDataNotValid;
  core.durable.save(core.hal);
  profile_reset_ = true;
  parts_.schedule.start(core);
  return AccessResult::success;
}

AccessResult CosemServer::set_control_mode(Bytes value) {
  Cursor in(value);
  const std::uint8_t mode = in.enumeration();
  if (!in.at_end()) return AccessResult::type_unmatched;
  return parts_.relay.set_mode(parts_.core, mode) ? AccessResult::success
                                                  : AccessResult::other_reason;
}

AccessResult CosemServer::act_on_clock(std::int8_t method, Bytes parameter) {
  Core& core = parts_.core;
  std::int64_t ticks = core.hal.rtc_ticks();
  Cursor in(parameter);
  switch (method) {
    case 1:  // adjust_to_quarter
      ticks = nearest(ticks, kQuarter_s);
      break;
    case 2:  // adjust_to_measuring_period
      ticks = nearest(ticks, core.identity.capture_period_s);
      break;
    case 3:  // adjust_to_minute
      ticks = nearest(ticks, 60);
      break;
    default: {  // shift_time
      if (in.peek() != protocol::axdr::Tag::long_) return AccessResult::type_unmatched;
      const std::int64_t shift_s = in.number();
      if (!in.at_end()) return AccessResult::type_unmatched;
      if (shift_s < -kMaxShift_s || shift_s > kMaxShift_s) return AccessResult::other_reason;
      ticks += shift_s * kTicksPerSecond;
    }
  }
  if (ticks < 0) return AccessResult::other_reason;
  parts_.schedule.set_clock(core, ticks);
  return AccessResult::success;
}

AccessResult CosemServer::act_on_security(KeySet keys, std::int8_t method, Bytes parameter) {
  if (method == 2) return transfer_keys(keys, parameter);
  Core& core = parts_.core;
  Cursor in(parameter);
  const std::uint8_t policy = in.enumeration();
  if (!in.at_end()) return AccessResult::type_unmatched;
  // Can be strengthened only.
  if (policy < policy_of(core, keys) || policy > kStrongestPolicy) {
    return AccessResult::other_reason;
  }
  if (keys == kConcentratorKeys) return AccessResult::success;
  core.settings.security_policy = policy;
  core.store_settings();
  return AccessResult::success;
}

// All keys unwrap, or none is taken.
AccessResult CosemServer::transfer_keys(KeySet keys, Bytes parameter) {
  Core& core = parts_.core;
  protocol::crypto::Key128 master;
  std::memcpy(master.data(), core.identity.master_key, master.size());
  next_identity_ = core.identity;
  Cursor in(parameter);
  const std::uint32_t count = in.array();
  if (!in.ok() || count == 0 || count > kMaxKeys) return AccessResult::type_unmatched;
  for (std::uint32_t k = 0; k < count; ++k) {
    in.structure(2);
    std::uint8_t* const place = key_place(next_identity_, keys, in.enumeration());
    const Bytes wrapped = in.octet_string();
    if (!in.ok() || wrapped.size() != kWrappedKeyOctets) return AccessResult::type_unmatched;
    if (place == nullptr) return AccessResult::other_reason;
    std::array<std::uint8_t, kKeyOctets> key;
    if (!parts_.crypto.unwrap(master, wrapped, key)) return AccessResult::other_reason;
    std::memcpy(place, key.data(), key.size());
  }
  if (!in.at_end()) return AccessResult::type_unmatched;
  if (!core.parameters.store(core.hal, BlockKind::identity, next_identity_)) {
    return AccessResult::hardware_fault;
  }
  keys_changed_ = true;
  core.note(EventCode::global_key_changed);
  return AccessResult::success;
}

AccessResult CosemServer::act_on_disconnect(std::int8_t method) {
  const bool done = method == 1 ? parts_.relay.remote_disconnect(parts_.core, parts_.deadlines)
                                : parts_.relay.remote_reconnect(parts_.core, parts_.deadlines);
  return done ? AccessResult::success : AccessResult::other_reason;
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meter/fw/cosem/limit_values.hpp"

namespace meter::fw {
namespace {

using classes::Limiter;

// A time of which nothing is specified: the profile is none.
bool take_emergency(axdr::Cursor& in, const TimeZone& zone, LimiterSettings& limiter) {
  in.structure(3);
  const std::uint32_t id = axdr::take_exactly(axdr::Tag::long_unsigned, in);
  const Bytes time = in.octet_string();
  const std::uint32_t duration_s = axdr::take_exactly(axdr::Tag::double_long_unsigned, in);
  if (!in.at_end() || time.size() != limiter.emergency_time.size()) return false;
  const bool none = std::all_of(time.begin(), time.begin() + 8, [](auto o) { return o == 0xFF; });
  const auto instant = instant_of(time, zone);
  if (!none &&
      (!instant.ok() || instant->utc_s <= 0 || instant->utc_s > std::int64_t{UINT32_MAX})) {
    return false;
  }
  limiter.emergency_id = static_cast<std::uint16_t>(id);
  limiter.emergency_for_s = duration_s;
  limiter.emergency_from_s = none ? 0 : static_cast<std::uint32_t>(instant->utc_s);
  std::copy(time.begin(), time.end(), limiter.emergency_time.begin());
  return true;
}

bool take_groups(axdr::Cursor& in, LimiterSettings& limiter) {
  const std::uint32_t n = in.array();
  if (n > limiter.groups.size()) return false;
  for (std::size_t k = 0; k < n; ++k) {
    limiter.groups[k] =
        static_cast<std::uint16_t>(axdr::take_exactly(axdr::Tag::long_unsigned, in));
  }
  limiter.n_groups = static_cast<std::uint8_t>(n);
  return in.at_end();
}

void put_groups(const LimiterSettings& limiter, Writer& out) {
  axdr::begin_array(limiter.n_groups, out);
  for (std::size_t k = 0; k < limiter.n_groups; ++k) {
    axdr::put_long_unsigned(limiter.groups[k], out);
  }
}

// Of the value that the limiter watches.
AccessResult take_one(const Context& context, std::int8_t attribute, Bytes value,
                      LimiterSettings& limiter) {
  axdr::Cursor in(value);
  const auto result = [&in](bool good) { return good ? AccessResult::success : refusal_of(in); };
  switch (attribute) {
    case Limiter::kMonitoredValue: {
      const ColumnId before = limiter.watched;
      const AccessResult taken = take_watched(context, value, limiter.watched);
      // They were of what was watched before.
      if (limiter.watched != before) limiter.normal = limiter.emergency = kNoThreshold;
      return taken;
    }
    case Limiter::kThresholdNormal:
      return result(take_threshold(limiter.watched, in, limiter.normal));
    case Limiter::kThresholdEmergency:
      return result(take_threshold(limiter.watched, in, limiter.emergency));
    case Limiter::kMinOverThresholdDuration:
      limiter.over_s = static_cast<std::uint32_t>(in.unsigned_number());
      return AccessResult::success;
    case Limiter::kMinUnderThresholdDuration:
      limiter.under_s = static_cast<std::uint32_t>(in.unsigned_number());
      return AccessResult::success;
    case Limiter::kEmergencyProfile:
      return result(take_emergency(in, context.parts.core.clock.zone, limiter));
    case Limiter::kEmergencyProfileGroupIdList:
      return result(take_groups(in, limiter));
    default:  // actions, the last that a client may write
      return result(take_actions(in, limiter.actions));
  }
}

}  // namespace

template <>
void Behaviour<Limiter>::get(const Context& context, const Object&, std::int8_t attribute,
                             Answer& answer) {
  const Core& core = context.parts.core;
  const Limits& limits = context.parts.limits;
  const LimiterSettings& limiter = limits.settings().limiter;
  Writer& out = answer.value;
  switch (attribute) {
    case Limiter::kMonitoredValue:
      return put_watched(limiter.watched, out);
    case Limiter::kThresholdActive:
      return put_threshold(limiter.watched, limits.active_threshold(), out);
    case Limiter::kThresholdNormal:
      return put_threshold(limiter.watched, limiter.normal, out);
    case Limiter::kThresholdEmergency:
      return put_threshold(limiter.watched, limiter.emergency, out);
    case Limiter::kMinOverThresholdDuration:
      return axdr::put_double_long_unsigned(limiter.over_s, out);
    case Limiter::kMinUnderThresholdDuration:
      return axdr::put_double_long_unsigned(limiter.under_s, out);
    case Limiter::kEmergencyProfile: {
      axdr::begin_structure(3, out);
      axdr::put_long_unsigned(limiter.emergency_id, out);
      axdr::put_octet_string(limiter.emergency_time, out);
      return axdr::put_double_long_unsigned(limiter.emergency_for_s, out);
    }
    case Limiter::kEmergencyProfileGroupIdList:
      return put_groups(limiter, out);
    case Limiter::kEmergencyProfileActive:
      return axdr::put_boolean(Limits::emergency(limiter, core.clock.utc_s(core.hal)), out);
    case Limiter::kActions:
      return put_actions(limiter.actions, out);
  }
}

template <>
AccessResult Behaviour<Limiter>::set(Context& context, const Object&, std::int8_t attribute,
                                     Bytes value) {
  LimitSettings next = context.parts.limits.settings();
  const AccessResult result = take_one(context, attribute, value, next.limiter);
  return result == AccessResult::success ? change_limits(context, next) : result;
}

}  // namespace meter::fw

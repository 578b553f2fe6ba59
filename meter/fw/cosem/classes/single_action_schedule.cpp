// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "meter/fw/cosem/behaviour.hpp"
#include "protocol/cosem/classes/script_table.hpp"

// The schedule of an upgrade's activation, the one that a meter has.
namespace meter::fw {
namespace {

using classes::SingleActionSchedule;

// Local time without wildcards; an empty array: never.
bool take_execution(const Core& core, axdr::Cursor in, std::uint32_t& at_s) {
  at_s = 0;
  const std::uint32_t n = in.array();
  if (n == 0) return in.at_end();
  in.structure(2);
  const Bytes time = in.octet_string();
  const Bytes date = in.octet_string();
  if (n != 1 || !in.at_end() || time.size() != classes::kExecutionTimeOctets ||
      date.size() != classes::kExecutionDateOctets) {
    return false;
  }
  std::array<std::uint8_t, protocol::cosem::kDateTimeOctets> octets{};
  std::copy(date.begin(), date.end(), octets.begin());
  std::copy(time.begin(), time.end(), octets.begin() + classes::kExecutionDateOctets);
  octets[9] = protocol::cosem::kDeviationNotSpecified >> 8;
  const auto local = protocol::cosem::decode_date_time(octets);
  if (!local.ok() || !protocol::cosem::weekday_agrees(octets)) return false;
  const std::int64_t utc_s = core.clock.zone.instants_of(local->utc_s).first;
  if (utc_s <= 0 || utc_s > INT64_C(0xFFFFFFFF)) return false;
  at_s = static_cast<std::uint32_t>(utc_s);
  return true;
}

}  // namespace

template <>
void Behaviour<SingleActionSchedule>::get(const Context& context, const Object&,
                                          std::int8_t attribute, Answer& answer) {
  const Core& core = context.parts.core;
  const std::uint32_t at_s = core.settings.activate_at_s;
  switch (attribute) {
    case SingleActionSchedule::kExecutedScript:
      return classes::put_action_item(
          {classes::kImageActivationScripts.octets, classes::kScriptActivatesImage}, answer.value);
    case SingleActionSchedule::kType:
      return axdr::put_enum(classes::kScheduleOnce, answer.value);
    case SingleActionSchedule::kExecutionTime:
      return classes::put_execution_time(at_s, -core.clock.zone.at(at_s).deviation_min,
                                         answer.value);
  }
}

template <>
AccessResult Behaviour<SingleActionSchedule>::set(Context& context, const Object&, std::int8_t,
                                                  Bytes value) {
  Parts& parts = context.parts;
  std::uint32_t at_s = 0;
  if (!take_execution(parts.core, axdr::Cursor(value), at_s)) return AccessResult::other_reason;
  return Upgrade::schedule(parts.core, parts.upgrade, parts.deadlines, at_s)
             ? AccessResult::success
             : AccessResult::hardware_fault;
}

}  // namespace meter::fw

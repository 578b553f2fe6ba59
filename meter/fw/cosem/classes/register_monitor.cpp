// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/limit_values.hpp"

namespace meter::fw {

using classes::RegisterMonitor;

template <>
void Behaviour<RegisterMonitor>::get(const Context& context, const Object& object,
                                     std::int8_t attribute, Answer& answer) {
  const MonitorSettings& monitor = context.parts.limits.settings().monitors[object.which];
  Writer& out = answer.value;
  switch (attribute) {
    case RegisterMonitor::kThresholds:
      axdr::begin_array(monitor.n_thresholds, out);
      for (std::size_t k = 0; k < monitor.n_thresholds; ++k) {
        put_threshold(monitor.watched, monitor.thresholds[k], out);
      }
      return;
    case RegisterMonitor::kMonitoredValue:
      return put_watched(monitor.watched, out);
    case RegisterMonitor::kActions:
      axdr::begin_array(monitor.n_actions, out);
      for (std::size_t k = 0; k < monitor.n_actions; ++k) put_actions(monitor.actions[k], out);
      return;
  }
}

// Thresholds of what was watched before are none of what is watched now.
template <>
AccessResult Behaviour<RegisterMonitor>::set(Context& context, const Object& object,
                                             std::int8_t attribute, Bytes value) {
  LimitSettings next = context.parts.limits.settings();
  MonitorSettings& monitor = next.monitors[object.which];
  axdr::Cursor in(value);
  switch (attribute) {
    case RegisterMonitor::kMonitoredValue: {
      const ColumnId before = monitor.watched;
      const AccessResult result = take_watched(context, value, monitor.watched);
      if (result != AccessResult::success) return result;
      if (monitor.watched != before) monitor.n_thresholds = 0;
      break;
    }
    case RegisterMonitor::kThresholds: {
      const std::uint32_t n = in.array();
      if (n > monitor.thresholds.size()) return AccessResult::other_reason;
      monitor.n_thresholds = static_cast<std::uint8_t>(n);
      for (std::size_t k = 0; k < n; ++k) {
        if (!take_threshold(monitor.watched, in, monitor.thresholds[k])) {
          return AccessResult::type_unmatched;
        }
      }
      break;
    }
    case RegisterMonitor::kActions: {
      const std::uint32_t n = in.array();
      if (n > monitor.actions.size()) return AccessResult::other_reason;
      monitor.n_actions = static_cast<std::uint8_t>(n);
      for (std::size_t k = 0; k < n; ++k) {
        if (!take_actions(in, monitor.actions[k])) return refusal_of(in);
      }
      break;
    }
  }
  return change_limits(context, next);
}

}  // namespace meter::fw

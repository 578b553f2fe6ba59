// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/core/core.hpp"

#include <algorithm>

namespace meter::fw {

std::uint32_t Core::errors() const {
  std::uint32_t errors = durable.state.error_register;
  if (!clock.valid) errors |= kErrorClockInvalid;
  if (parameters.failed() || journal.failed() || calendar.failed()) errors |= kErrorNvMemory;
  return errors;
}

bool Core::store_settings(const Settings& next) {
  if (!parameters.store(hal, BlockKind::settings, next)) return false;
  settings = next;
  return true;
}

bool Core::store_identity(const meter_provision& next) {
  if (!parameters.store(hal, BlockKind::identity, next)) return false;
  identity = next;
  note(EventCode::parameters_changed);
  return true;
}

void Core::clear_errors() {
  durable.state.error_register = 0;
  durable.save(hal);
  note(EventCode::error_register_cleared);
}

bool is_sensible(const meter_provision& identity, std::uint8_t n_elements) {
  const std::uint32_t period_s = identity.capture_period_s;
  if (!is_capture_period(period_s, n_elements)) return false;
  if (identity.push_period_s % period_s != 0) return false;
  return identity.time_zone_min >= -kMaxZone_min && identity.time_zone_min <= kMaxZone_min;
}

}  // namespace meter::fw

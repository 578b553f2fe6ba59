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

bool Core::note_at(EventCode event, std::int64_t utc_s, const Variation& variation) {
  DurableState& state = durable.state;
  const bool kept = journal.note_at(hal, clock.stamp(utc_s), codes(), event, variation, state);
  const std::uint32_t bits = alarm_bits(event);
  if (bits == 0) return kept;
  const std::uint32_t raised = bits & ~state.alarm.raised;
  state.alarm.raised |= bits;
  state.alarm.descriptor |= raised & settings.alarm_filter();
  passing.alarm_flags.waiting |= (bits & settings.alarm_filter()) != 0;
  passing.alarm_flags.switch_off |= (bits & settings.switch_off) != 0;
  return kept;
}

// The checkpoint is of the numbers: they go on whatever happens now.
bool Core::clear_log(LogId id) {
  if (!durable.checkpoint(hal, parameters)) return false;
  const bool cleared = journal.clear(hal, clock.stamp(clock.utc_s(hal)), id, durable.state);
  durable.save(hal);
  return cleared;
}

bool Core::store_settings(const Settings& next) {
  if (!parameters.store(hal, BlockKind::settings, next)) return false;
  settings = next;
  return true;
}

bool Core::change_settings(const Settings& next) {
  if (!store_settings(next)) return false;
  note(EventCode::parameters_changed);
  return true;
}

bool Core::store_identity(const meter_provision& next) {
  if (!parameters.store(hal, BlockKind::identity, next)) return false;
  identity = next;
  seal_constants(*this);
  note(EventCode::parameters_changed);
  return true;
}

void Core::clear_errors() {
  durable.state.error_register = 0;
  durable.save(hal);
  note(EventCode::error_register_cleared);
}

Calibration Core::calibration_now() const {
  if (!calibration.thermal.known() || !hal.has_thermometer()) return calibration;
  const double celsius = hal.centi_celsius() * 0.01;
  const double kelvin = celsius - calibration.thermal.at_c;
  constexpr double kSame_k = 0.01;
  if (kelvin > -kSame_k && kelvin < kSame_k) return calibration;
  return compensated(calibration, celsius);
}

bool Core::can_turn_port() const {
  const meter_pulses& pulses = *hal.table().pulses;
  return pulses.size >= sizeof pulses && pulses.repeat != nullptr;
}

void Core::turn_port() {
  const unsigned wanted = passing.port_output.wanted;
  passing.port_output.repeats = passing.port_output.wanted;
  const meter_hal& table = hal.table();
  table.pulses->repeat(table.context, wanted == 0 ? METER_PULSE_OUTPUTS
                                                  : static_cast<meter_pulse_output>(wanted - 1));
}

void Core::clear_alarms(std::uint32_t left) {
  durable.state.alarm.raised &= left;
  note(EventCode::alarm_register_cleared);
  durable.save(hal);
}

bool is_sensible(const meter_provision& identity, std::uint8_t n_elements) {
  const std::uint32_t period_s = identity.capture_period_s;
  if (!is_capture_period(period_s, n_elements) || identity.event_codes >= kCodeTables) return false;
  if (identity.push_period_s % period_s != 0) return false;
  return identity.time_zone_min >= -kMaxZone_min && identity.time_zone_min <= kMaxZone_min;
}

}  // namespace meter::fw

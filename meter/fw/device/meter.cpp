// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/device/meter.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "meter/dsp/window_sums.hpp"
#include "meter/fw/core/revision.hpp"
#include "meter/fw/fraud/balance.hpp"
#include "meter/fw/measure/registers.hpp"
#include "meter/fw/profiles/profiles.hpp"
#include "meter/fw/supply/battery.hpp"

namespace meter::fw {

Meter::Meter(const meter_hal* hal, std::uint8_t n_elements)
    : core_(hal),
      crypto_(core_.hal),
      server_(Parts{core_, schedule_, relay_, deadlines_, crypto_, counters_, own_.limits,
                    own_.upgrade}),
      rs485_(METER_UART_RS485, core_, server_, crypto_, unasked_.rows, unasked_.alarms,
             long_values_.join),
      optical_(METER_UART_OPTICAL, core_, server_, crypto_, unasked_.rows, unasked_.alarms,
               long_values_.join) {
  core_.n_elements = n_elements;
}

void Meter::open_parameters() {
  if (parameters_open_) return;
  parameters_open_ = true;
  core_.parameters.open(core_.hal);
  // What a firmware of another layout left behind may read as a block, and make no sense.
  core_.provisioned = core_.parameters.load(core_.hal, BlockKind::identity, core_.identity) &&
                      is_sensible(core_.identity, core_.n_elements);
  core_.passing.self_test.calibrated =
      core_.parameters.load(core_.hal, BlockKind::calibration, core_.calibration);
  core_.parameters.load(core_.hal, BlockKind::settings, core_.settings);
  core_.parameters.load(core_.hal, BlockKind::quality, core_.durable.quality);
  core_.calendar.open(core_.hal);
}

bool Meter::provision(const meter_provision& provision) {
  if (!is_sensible(provision, core_.n_elements)) return false;
  open_parameters();
  if (!core_.journal.format(core_.hal) || !core_.calendar.format(core_.hal)) return false;
  core_.identity = provision;
  core_.provisioned = core_.parameters.store(core_.hal, BlockKind::profiles,
                                             default_setups(provision.capture_period_s)) &&
                      core_.parameters.store(core_.hal, BlockKind::identity, provision);
  return core_.provisioned;
}

bool Meter::calibrate(meter_calibration_step step, const meter_sums& sums,
                      const meter_reference& reference) {
  open_parameters();
  const struct Sealed {
    ~Sealed() { seal_constants(core); }
    Core& core;
  } sealed{core_};
  if (step == METER_CALIBRATE_STORE) {
    core_.trim_clock();
    core_.passing.self_test.calibrated =
        core_.parameters.store(core_.hal, BlockKind::calibration, core_.calibration) &&
        (core_.settings.crystal.n_points == 0 || core_.store_settings(core_.settings));
    return core_.passing.self_test.calibrated;
  }
  if (step == METER_CALIBRATE_CLOCK) {
    return core_.hal.has_thermometer() &&
           core_.settings.crystal.add(core_.hal.centi_celsius(), reference.clock_ppb);
  }
  const double celsius = core_.hal.has_thermometer() ? core_.hal.centi_celsius() * 0.01 : 0.0;
  if (step == METER_CALIBRATE_TEMPERATURE) {
    return core_.hal.has_thermometer() &&
           calibrate_drift(sums, reference, celsius, core_.n_elements, core_.calibration);
  }
  if (!fw::calibrate(step, sums, reference, core_.n_elements, core_.calibration)) return false;
  if (step == METER_CALIBRATE_GAIN) {
    core_.calibration.thermal = {.at_c = static_cast<float>(celsius)};
    core_.settings.crystal = {};
  }
  return true;
}

void Meter::boot(meter_boot_reason reason) {
  open_parameters();
  seal_constants(core_);
  const bool known = core_.durable.open(core_.hal, core_.parameters);
  // Else the image before this one comes back.
  if (reason == METER_BOOT_IMAGE && !own_.upgrade.confirm(core_, known)) return;
  core_.clock.valid = !core_.hal.rtc_lost();
  // What is gone together with the clock, the battery has lost.
  if (core_.durable.lost() && core_.clock.valid && (known || reason != METER_BOOT_FIRST)) {
    core_.durable.state.error_register |= kErrorRam;
  }
  core_.trim_clock();
  counters_[kHeadEndKeys].open(core_, BlockKind::counter_reservation);
  counters_[kConcentratorKeys].open(core_, BlockKind::concentrator_reservation);
  if (!core_.provisioned) {  // measures, and waits for the production line
    core_.durable.save(core_.hal);
    return;
  }
  core_.clock.zone.set(core_.identity.time_zone_min, core_.identity.daylight_saving != 0);
  std::uint32_t& capture_counter = core_.durable.state.capture_counter;
  capture_counter = std::max(capture_counter, open_profiles(core_));
  server_.open_counters();
  note_boot(reason);
  note_revision(reason);
  Fraud::boot(core_);
  BatteryWatch::look(core_);
  unasked_.rows.boot(core_);
  core_.durable.save(core_.hal);
  // The log of checkpoints begins now: a dying supply has no time to erase.
  if (reason == METER_BOOT_FIRST) core_.durable.checkpoint(core_.hal, core_.parameters);
  schedule_.start(core_);
  relay_.boot(core_, deadlines_);
  own_.limits.boot(core_, deadlines_);
  own_.upgrade.boot(core_, deadlines_, reason);
  display_.take_setup(core_, deadlines_);
  open_power_line();
  follow_up();
}

// The modem is there and the production line gave it an address.
void Meter::open_power_line() {
  const auto& eui48 = core_.identity.plc_eui48;
  const bool addressed = std::any_of(std::begin(eui48), std::end(eui48), [](auto o) { return o; });
  core_.power_line = addressed && core_.hal.has_plc();
  if (!core_.power_line) return;
  static_assert(alignof(PowerLine) <= alignof(Meter));
  power_line_ =
      new (this + 1) PowerLine(core_, server_, crypto_, unasked_.alarms, long_values_.join);
  server_.use(power_line_->node());
  power_line_->start();
}

void Meter::note_boot(meter_boot_reason reason) {
  DurableState& state = core_.durable.state;
  if (state.power_down_utc_s != 0) {
    if (state.power_down.told == 0) core_.note_at(EventCode::power_down, state.power_down_utc_s);
    Variations::note_outage(core_, state.power_down_utc_s);
    BatteryWatch::count_use(core_);
    state.power_down_utc_s = 0;
    state.power_down.told = 0;
  }
  if (reason == METER_BOOT_WATCHDOG) {
    core_.note(EventCode::watchdog);
    state.error_register |= kErrorWatchdog;
  }
  // A change of firmware is no end of the supply.
  if (reason != METER_BOOT_IMAGE && reason != METER_BOOT_IMAGE_BEFORE) {
    core_.note(EventCode::power_up);
    if (reason != METER_BOOT_FIRST) state.mark_all(kPowerDown);
  }
  if (core_.durable.lost() && (state.error_register & kErrorRam) != 0) {
    core_.note(EventCode::ram_error);
  }
  if (!core_.clock.valid && (state.error_register & kErrorClockInvalid) == 0) {
    core_.note(EventCode::clock_invalid);
    state.error_register |= kErrorClockInvalid;
  }
}

void Meter::note_revision(meter_boot_reason reason) {
  std::array<char, sizeof(Settings::revision)> revision{};
  static_assert(sizeof kRevision == sizeof revision);
  std::copy(std::begin(kRevision), std::end(kRevision), revision.begin());
  const bool same = core_.settings.revision == revision;
  const bool differs = !same && core_.settings.revision[0] != 0;
  if (differs || reason == METER_BOOT_IMAGE) core_.note(EventCode::firmware_activated);
  if (same) return;
  Settings next = core_.settings;
  next.revision = revision;
  static_cast<void>(core_.store_settings(next));  // refused: noted again at the next boot
}

void Meter::on_alarm() {
  const std::int64_t now_us = core_.hal.uptime_us();
  if (deadlines_.take(Deadline::display, now_us)) display_.on_time(core_);
  if (display_.is_asleep()) return deadlines_.rearm(core_.hal);
  if (deadlines_.take(Deadline::relay_check, now_us)) relay_.check(core_);
  if (deadlines_.take(Deadline::limits, now_us)) own_.limits.look(core_, relay_, deadlines_);
  if (deadlines_.take(Deadline::image, now_us)) own_.upgrade.on_time(core_, deadlines_);
  if (deadlines_.take(Deadline::rs485, now_us)) rs485_.on_time();
  if (deadlines_.take(Deadline::optical, now_us)) optical_.on_time();
  if (deadlines_.take(Deadline::power_line, now_us)) power_line_->on_time();
  follow_up();
  deadlines_.rearm(core_.hal);
  if (core_.provisioned) schedule_.watch(core_);
}

void Meter::follow_up() {
  if (display_.is_asleep()) return;
  if (core_.passing.alarm_flags.switch_off) {
    core_.passing.alarm_flags.switch_off = false;
    static_cast<void>(relay_.act(core_, deadlines_,
                                 RelayCause::local_disconnect));  // refused: it stays connected
  }
  const PortOutput port = core_.passing.port_output;
  if (port.wanted != port.repeats && !optical_.is_in_use()) core_.turn_port();
  if (core_.parameters.take_written(BlockKind::display)) display_.take_setup(core_, deadlines_);
  if (server_.take_profile_reset()) unasked_.rows.reset();
  if (schedule_.take_push_due()) unasked_.rows.on_due(core_);  // also when the clock was moved
  deadlines_.set(core_.hal, Deadline::rs485, rs485_.deadline_us());
  deadlines_.set(core_.hal, Deadline::optical, optical_.deadline_us());
  if (power_line_ == nullptr) return;
  power_line_->report_alarms();
  deadlines_.set(core_.hal, Deadline::power_line, power_line_->deadline_us());
}

void Meter::on_rtc() {
  if (!core_.provisioned) return;
  if (display_.is_asleep()) return schedule_.keep_clock(core_);
  schedule_.watch(core_);
  schedule_.run(core_);
  follow_up();
}

void Meter::on_uart(meter_uart uart, Bytes octets) {
  if (!core_.provisioned) return;
  schedule_.watch(core_);
  (uart == METER_UART_OPTICAL ? optical_ : rs485_).on_bytes(octets);
  follow_up();
}

void Meter::on_plc(const meter_plc_frame& frame) {
  if (power_line_ == nullptr) return;
  schedule_.watch(core_);
  power_line_->on_frame(frame);
  follow_up();
}

void Meter::on_plc_beacon(const meter_plc_beacon* beacon) {
  if (power_line_ == nullptr) return;
  power_line_->on_beacon(beacon);
  follow_up();
}

void Meter::on_input(meter_input input, bool level) {
  if (!core_.provisioned) return;
  if (!display_.is_asleep()) schedule_.watch(core_);
  Fraud::on_input(core_, input, level);
  if (input == METER_INPUT_BUTTON) {
    display_.on_button(core_, deadlines_, level);
    if (level && !display_.is_asleep()) relay_.on_button(core_, deadlines_);
  }
  follow_up();
}

void Meter::on_display() {
  if (!core_.provisioned) return;
  Indications at_ports;
  if (!display_.is_asleep()) {  // then no line is there
    const bool registered = power_line_ != nullptr && power_line_->node().connected();
    at_ports = {optical_.is_in_use(), registered || rs485_.is_in_use()};
  }
  display_.show(core_, at_ports);
}

void Meter::on_sums(const meter_sums& sums, std::uint32_t count) {
  if (!read_window(sums, count)) return;
  own_.variations.take_sums(core_, sums, count);
  register_reading(sums, count);
}

void Meter::on_samples(const meter_window& window) {
  const meter_sums sums = dsp::window_sums(window);
  if (!read_window(sums, 1)) return;
  own_.variations.take_samples(core_, window);
  register_reading(sums, 1);
}

bool Meter::read_window(const meter_sums& sums, std::uint32_t count) {
  check_memory(core_);
  WindowReading reading;
  return measure_window(sums, core_.n_elements, core_.calibration_now(), reading) &&
         take_reading(core_, reading, count);
}

void Meter::register_reading(const meter_sums& sums, std::uint32_t count) {
  Variations::add_to_mean(core_, count);
  register_windows(core_.hal, core_.reading, count, core_.durable.state);
  if (sums.neutral.count != 0) watch_currents(core_, sums, count);
  if (core_.n_elements > 1) {
    register_phases(core_.reading, count, core_.durable.phases);
    core_.durable.save_phases(core_.hal);
  }
  core_.durable.save(core_.hal);
}

MutableBytes Meter::checked_memory(std::uint32_t part) {
  const auto octets = [](auto& block) {
    return MutableBytes{reinterpret_cast<std::uint8_t*>(&block), sizeof block};
  };
  if (part == 0) return octets(core_.durable.state.energy);
  if (part == 1) return octets(core_.durable.state.pulse_rest_uj);
  if (part == 2) return octets(core_.durable.state.apparent);
  if (part == 3) return octets(core_.calibration);
  return part == 4 ? octets(core_.identity) : MutableBytes{};
}

// The clock goes on by itself; contacts are noted and the display comes at the button. All else
// waits for the boot.
void Meter::fall_asleep() {
  DurableState& state = core_.durable.state;
  if (core_.provisioned && state.power_down_utc_s != 0) {
    core_.note_at(EventCode::power_down, state.power_down_utc_s);
    state.power_down.told = 1;
  }
  core_.durable.save(core_.hal);
  core_.reading = {};
  core_.passing.port_output = {};
  // What waits for lines, loads or the contact would wake it again and again and never be done.
  deadlines_.keep_only(Deadline::display);
  display_.fall_asleep(core_);
  if (core_.provisioned) schedule_.keep_clock(core_);
}

// Some 20 ms are left: one record to flash. The log entry waits for the next boot, so a sag that
// the supply rides through leaves none.
void Meter::on_power(meter_power_state state) {
  if (state == METER_POWER_BATTERY) return fall_asleep();
  const bool failing = state == METER_POWER_FAILING;
  DurableState& durable = core_.durable.state;
  durable.power_down_utc_s = failing ? core_.clock.stamp(core_.clock.utc_s(core_.hal)).utc_s : 0;
  if (failing) {
    core_.durable.checkpoint(core_.hal, core_.parameters);
  } else {
    core_.durable.save(core_.hal);
  }
}

}  // namespace meter::fw

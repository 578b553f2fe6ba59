// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a meter shows of what it measures, beside the registers of kQuantityTable: a row a family of
// registers. The meter's objects and captured columns and whoever reads and judges them walk it.
#pragma once

#include "protocol/cosem/quantities.hpp"

namespace protocol::cosem {

// DLMS units, Blue Book table of physical units.
inline constexpr std::uint8_t kSecond = 7;
inline constexpr std::uint8_t kDegree = 8;
inline constexpr std::uint8_t kCelsius = 9;
inline constexpr std::uint8_t kWattUnit = 27;
inline constexpr std::uint8_t kVoltAmpere = 28;
inline constexpr std::uint8_t kVarUnit = 29;
inline constexpr std::uint8_t kVoltAmpereHour = 31;
inline constexpr std::uint8_t kAmpere = 33;
inline constexpr std::uint8_t kVolt = 35;
inline constexpr std::uint8_t kHertz = 44;
inline constexpr std::uint8_t kPercent = 56;
inline constexpr std::uint8_t kNoUnit = 255;

enum class Measured : std::uint8_t {
  active_power,    // import, export
  reactive_power,  // +, -
  voltage,         // rms, of L1, L2, L3
  current,
  frequency,
  absolute_energy,        // |+A| + |-A|
  reactive_energy,        // +R, -R
  apparent_energy,        // while active energy is imported, exported
  phase_active_energy,    // +A, -A of L1, then of L2, L3
  phase_reactive_energy,  // +R, -R
  absolute_power,         // |P|
  apparent_power,         // while active power is imported, exported
  phase_active_power,     // as the energies
  phase_reactive_power,
  phase_apparent_power,
  power_factor,  // negative: export
  phase_power_factor,
  voltage_angle,  // by which the voltages of L2, L3 are behind that of L1
  current_angle,  // by which the current of L1, L2, L3 is behind its voltage
  voltage_thd,
  current_thd,
  highest_thd,  // of the phases: current, voltage
  neutral_current,
  difference_current,  // what the phases draw and the neutral does not carry
  mean_voltage,        // rms over the last whole interval of the load profile
  temperature,         // of the board
  battery_voltage,
  battery_use,  // time without mains
};

struct MeasuredFamily {
  Measured kind;
  std::uint8_t n;
  std::uint8_t elements;  // meters with at least so many have it
  std::int8_t scaler;
  std::uint8_t unit;
  // The first member's. `of_phase` of them stand for each phase, one C after the other, and C is 20
  // higher than for the phase before; 0: C stays. E grows by `e_step` with each member.
  Obis first;
  std::uint8_t of_phase;
  std::uint8_t e_step;

  constexpr std::uint8_t phase(unsigned k) const {
    return static_cast<std::uint8_t>(of_phase == 0 ? 0 : k / of_phase);
  }
  constexpr Obis name(unsigned k) const {
    Obis name = first;
    const unsigned along = of_phase == 0 ? 0 : 20 * phase(k) + k % of_phase;
    name.octets[2] = static_cast<std::uint8_t>(name.octets[2] + along);
    name.octets[4] = static_cast<std::uint8_t>(name.octets[4] + e_step * k);
    return name;
  }
  // What a meter needs to have the k-th.
  constexpr std::uint8_t elements_for(unsigned k) const {
    return elements == 1 && phase(k) > 0 ? 3 : elements;
  }
};

// In the order of Measured. Value group C by IEC 62056-6-1: phases 20 apart; angles are 81.7.xy, of
// y behind x: 0 to 2 the voltages, 4 to 6 the currents.
inline constexpr MeasuredFamily kMeasured[] = {
    {Measured::active_power, 2, 1, 0, kWattUnit, obis(1, 0, 1, 7, 0), 2, 0},
    {Measured::reactive_power, 2, 1, 0, kVarUnit, obis(1, 0, 3, 7, 0), 2, 0},
    {Measured::voltage, 3, 1, -1, kVolt, obis(1, 0, 32, 7, 0), 1, 0},
    {Measured::current, 3, 1, -3, kAmpere, obis(1, 0, 31, 7, 0), 1, 0},
    {Measured::frequency, 1, 1, -2, kHertz, obis(1, 0, 14, 7, 0), 1, 0},
    {Measured::absolute_energy, 1, 1, 0, kWattHour, obis(1, 0, 15, 8, 0), 1, 0},
    {Measured::reactive_energy, 2, 1, 0, kVarHour, obis(1, 0, 3, 8, 0), 2, 0},
    {Measured::apparent_energy, 2, 1, 0, kVoltAmpereHour, obis(1, 0, 9, 8, 0), 2, 0},
    {Measured::phase_active_energy, 6, 3, 0, kWattHour, obis(1, 0, 21, 8, 0), 2, 0},
    {Measured::phase_reactive_energy, 6, 3, 0, kVarHour, obis(1, 0, 23, 8, 0), 2, 0},
    {Measured::absolute_power, 1, 1, 0, kWattUnit, obis(1, 0, 15, 7, 0), 1, 0},
    {Measured::apparent_power, 2, 1, 0, kVoltAmpere, obis(1, 0, 9, 7, 0), 2, 0},
    {Measured::phase_active_power, 6, 3, 0, kWattUnit, obis(1, 0, 21, 7, 0), 2, 0},
    {Measured::phase_reactive_power, 6, 3, 0, kVarUnit, obis(1, 0, 23, 7, 0), 2, 0},
    {Measured::phase_apparent_power, 6, 3, 0, kVoltAmpere, obis(1, 0, 29, 7, 0), 2, 0},
    {Measured::power_factor, 1, 1, -3, kNoUnit, obis(1, 0, 13, 7, 0), 1, 0},
    {Measured::phase_power_factor, 3, 3, -3, kNoUnit, obis(1, 0, 33, 7, 0), 1, 0},
    {Measured::voltage_angle, 2, 3, -1, kDegree, obis(1, 0, 81, 7, 1), 0, 1},
    {Measured::current_angle, 3, 3, -1, kDegree, obis(1, 0, 81, 7, 4), 0, 11},
    {Measured::voltage_thd, 3, 1, -2, kPercent, obis(1, 0, 32, 7, 124), 1, 0},
    {Measured::current_thd, 3, 1, -2, kPercent, obis(1, 0, 31, 7, 124), 1, 0},
    {Measured::highest_thd, 2, 1, -2, kPercent, obis(1, 0, 11, 7, 124), 2, 0},
    {Measured::neutral_current, 1, 1, -3, kAmpere, obis(1, 0, 91, 7, 0), 1, 0},
    {Measured::difference_current, 1, 1, -3, kAmpere, obis(1, 0, 91, 7, 128), 1, 0},
    {Measured::mean_voltage, 3, 1, -1, kVolt, obis(1, 0, 32, 24, 0), 1, 0},
    {Measured::temperature, 1, 1, -1, kCelsius, obis(0, 0, 96, 9, 0), 0, 0},
    {Measured::battery_voltage, 1, 1, -2, kVolt, obis(0, 0, 96, 6, 3), 0, 0},
    {Measured::battery_use, 1, 1, 0, kSecond, obis(0, 0, 96, 6, 0), 0, 0},
};

// Orders 1 to 40 of a phase's voltage or current in one piece, hundredths of a percent of the
// fundamental: array of long-unsigned. E 128 is the first that IEC 62056-6-1 leaves to the
// manufacturer; a register of its own for each order would be 240 objects.
inline constexpr unsigned kSpectrumOrders = 40;
constexpr Obis spectrum_name(bool of_current, unsigned phase) {
  return obis(1, 0, (of_current ? 31 : 32) + 20 * phase, 7, 128);
}

}  // namespace protocol::cosem

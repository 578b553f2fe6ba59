// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "meter/fw/store/billing_state.hpp"
#include "meter/fw/store/parameters.hpp"
#include "meter/fw/store/quality_record.hpp"

namespace meter::fw {

inline constexpr std::size_t kTamperContacts = 4;  // order of kContacts in fraud.hpp
inline constexpr std::size_t kClients = 5;         // order of kClientRoles in clients.hpp

enum class BatteryLevel : std::uint8_t { good, low, dead };

// Contacts, battery and alarms, as they were told last.
struct TamperState {
  std::uint8_t inputs = 0;             // a bit an input
  std::uint8_t broken_seals = 0;       // a bit an input, until somebody has seen to it
  std::uint8_t currents_differ = 0;    // of phases and neutral, in the last interval
  std::uint8_t differing_windows = 0;  // in the running one, up to 255
  BatteryLevel battery = BatteryLevel::good;
  std::array<std::uint8_t, 3> reserved{};
  std::uint32_t battery_use_s = 0;                     // time without mains, in all
  std::array<std::uint16_t, kTamperContacts> count{};  // openings of each, fields
};
struct AlarmState {
  // Number of the newest alarm that whoever collects this meter has acknowledged.
  std::uint32_t cursor = 0;
  std::uint32_t raised = 0;      // alarm register
  std::uint32_t descriptor = 0;  // those raised since they were taken from it
};

// Of power_down_utc_s.
struct PowerDown {
  std::uint8_t told = 0;  // asleep, before the supply is back
  std::array<std::uint8_t, 7 - kProfileCount> reserved{};
};

// Everything that outlives the supply but changes too often for flash.
struct DurableState {
  std::uint32_t sequence = 0;
  std::array<EnergyRegister, kQuantities> energy;
  std::array<std::uint32_t, METER_PULSE_OUTPUTS> pulse_rest_uj{};
  std::uint32_t push_cursor = 0;  // ordinal of the first load profile row not handed over yet
  std::array<std::uint32_t, kClients> accepted_counter{};  // against replay
  std::uint32_t push_number = 0;                           // long-invoke-id
  std::uint32_t power_down_utc_s = 0;                      // 0: the supply did not announce its end
  std::uint32_t error_register = 0;
  std::array<std::uint8_t, kProfileCount> profile_status{};  // bits for the next row of each
  PowerDown power_down;
  TamperState tamper;
  AlarmState alarm;
  std::array<std::uint16_t, kEventLogCount> event_count{};  // entries ever made in each log
  // Number of the row captured last, in whatever log. A boot goes on behind the largest in flash,
  // and a client that clears rows makes a checkpoint first: no number comes twice.
  std::uint32_t capture_counter = 0;
  // Apparent energy while active energy is imported and exported.
  std::array<EnergyRegister, 2> apparent{};

  std::uint8_t& status_of(LogId id) { return profile_status[static_cast<std::size_t>(id)]; }
  // For the next row of every profile.
  void mark_all(std::uint8_t bits) {
    for (std::uint8_t& status : profile_status) status |= bits;
  }
};

// Energies of each phase, kept by meters of three elements only; apart from DurableState, so that
// the others' CRC costs nothing more.
struct PhaseState {
  enum : std::uint8_t { kImport, kExport, kReactiveImport, kReactiveExport, kFlows };
  std::uint32_t sequence = 0;
  std::array<std::array<EnergyRegister, kFlows>, 3> energy{};
};

// Battery-backed RAM that the firmware asks for: two copies of each state, each with its CRC.
template <typename State>
inline constexpr std::size_t kCopyOctets = sizeof(State) + 4;
inline constexpr std::size_t kRetainedCopyOctets = kCopyOctets<DurableState>;
constexpr std::uint32_t retained_octets(std::uint32_t n_elements) {
  const std::size_t of_phases = n_elements > 1 ? kCopyOctets<PhaseState> : 0;
  return static_cast<std::uint32_t>(2 *
                                    (kRetainedCopyOctets + kCopyOctets<BillingState> + of_phases));
}
static_assert(retained_octets(3) <= METER_RETAINED_MAX_BYTES);

// Two copies in battery-backed RAM, written in turn, each with sequence and CRC: a cut in the
// middle of a write leaves the state before it. A third copy goes to flash when the supply
// announces its end and once a day, for the meter whose battery is empty.
class Durable {
 public:
  // The newest good copy wins. False: none at all (first boot).
  bool open(const Hal& hal, const Parameters& parameters);
  void save(const Hal& hal);
  // The energies of `state` against those that were saved last: they change with a save, so what
  // differs is a bit that turned, and is taken back. False: one had.
  bool restore_turned(const Hal& hal);
  void save_billing(const Hal& hal);
  void save_phases(const Hal& hal);  // of three elements
  // False: flash refused it.
  bool checkpoint(const Hal& hal, Parameters& parameters);
  // open() found the battery-backed copies damaged and went back to flash or to zero.
  bool lost() const { return lost_; }

  DurableState state;
  BillingState billing;
  PhaseState phases;
  QualityRecord quality;  // in flash alone, with the parameters
  MeanVoltage mean_voltage;

 private:
  void open_billing(const Hal& hal, const Parameters& parameters);

  bool lost_ = false;
  bool billing_changed_ = true;  // since the last checkpoint
};

}  // namespace meter::fw

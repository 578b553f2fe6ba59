// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The objects of the meter: one row an object, with everything that is its own.
#pragma once

#include <algorithm>

#include "meter/fw/core/revision.hpp"
#include "meter/fw/cosem/alarm_rows.hpp"
#include "meter/fw/cosem/billing_rows.hpp"
#include "meter/fw/cosem/display_rows.hpp"
#include "meter/fw/cosem/image_rows.hpp"
#include "meter/fw/cosem/limit_rows.hpp"
#include "meter/fw/cosem/object_row.hpp"
#include "meter/fw/cosem/profile_rows.hpp"
#include "meter/fw/cosem/quality_rows.hpp"
#include "meter/fw/profiles/captured_values.hpp"
#include "meter/fw/profiles/profiles.hpp"
#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/quantities.hpp"

namespace meter::fw {

using protocol::cosem::obis;

// Operating status 0.0.96.5.0: bits of this manufacturer.
inline constexpr std::uint8_t kOperatingLoadConnected = 0x01;
inline constexpr std::uint8_t kOperatingClockValid = 0x02;
inline constexpr std::uint8_t kOperatingDaylightSaving = 0x04;
inline constexpr std::uint8_t kOperatingSealBroken = 0x08;
inline constexpr unsigned kOperatingContacts = 4;  // from here on: contacts that are open, a field

// Names that other parts of the meter speak of.
inline constexpr Obis kClockName = obis(0, 0, 1, 0, 0);
inline constexpr Obis kLoadProfileName = obis(1, 0, 99, 1, 0);
// Status of the running interval of each profile, in the order of kProfiles.
inline constexpr std::array<Obis, kProfileCount> kStatusNames{
    obis(0, 0, 96, 10, 7), obis(0, 0, 96, 10, 9), obis(0, 0, 96, 10, 10), obis(0, 0, 96, 10, 8),
    obis(0, 0, 96, 10, 1)};

inline constexpr auto kIdentityRows = std::to_array<Row>({
    data(obis(0, 0, 42, 0, 0), kAll,
         [](const Core& core, std::uint8_t, Writer& out) {
           put_text(core.identity.logical_device_name, out);
         }),
    data(obis(0, 0, 96, 1, 0), kAll,
         [](const Core& core, std::uint8_t, Writer& out) { put_text(core.identity.serial, out); }),
    data(obis(0, 0, 96, 1, 1), kAll,  // model
         [](const Core& core, std::uint8_t, Writer& out) {
           put_text(core.n_elements == 1 ? "AD11A" : "AD13A", out);
         }),
    data(obis(1, 0, 0, 2, 0), kAll,
         [](const Core&, std::uint8_t, Writer& out) { put_text(kRevision, out); }),
});

inline constexpr Source kProfileStatus = [](const Core& core, std::uint8_t which, Writer& out) {
  const auto id = static_cast<LogId>(which);
  const std::uint8_t mark = columns_changed(core, id) ? classes::kColumnsChanged : 0;
  axdr::put_unsigned(live_status(core, id) | mark, out);
};
inline constexpr Source kAcceptedCounter = [](const Core& core, std::uint8_t which, Writer& out) {
  axdr::put_double_long_unsigned(core.durable.state.accepted_counter[which], out);
};

inline constexpr auto kProfileStatusRows = rows_of(kProfiles, [](const ProfileFacts& facts) {
  return data(kStatusNames[static_cast<std::size_t>(facts.id)], kMetering, kProfileStatus,
              number_of(facts.id));
});

inline constexpr auto kStatusRows = std::to_array<Row>({
    data(obis(0, 0, 43, 1, 0), kAll, kAcceptedCounter, kManagement),
    data(obis(0, 0, 97, 97, 0), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.errors(), out);
         })
        .settable(kManagers, protocol::axdr::Tag::double_long_unsigned,
                  [](Core& core, Bytes value) {
                    if (protocol::axdr::Cursor(value).unsigned_number() != 0) {
                      return AccessResult::other_reason;  // can be cleared only
                    }
                    core.clear_errors();
                    return AccessResult::success;
                  }),
    data(protocol::cosem::kCaptureCounter, kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_double_long_unsigned(core.durable.state.capture_counter, out);
         }),
    data(obis(0, 0, 96, 5, 0), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           std::uint8_t status = core.settings.output_state != 0 ? kOperatingLoadConnected : 0;
           if (core.clock.valid) status |= kOperatingClockValid;
           if (core.clock.zone.at(core.clock.utc_s(core.hal)).daylight_saving) {
             status |= kOperatingDaylightSaving;
           }
           const DurableState& state = core.durable.state;
           if (state.tamper.broken_seals != 0) status |= kOperatingSealBroken;
           status |= static_cast<std::uint8_t>(state.tamper.inputs << kOperatingContacts);
           axdr::put_unsigned(status, out);
         }),
    // The optical port as a test output: 0 no, 1 active, 2 reactive energy.
    data(obis(0, 0, 96, 5, 130), kMetering,
         [](const Core& core, std::uint8_t, Writer& out) {
           axdr::put_unsigned(core.passing.port_output.wanted, out);
         })
        .settable(kManagers, protocol::axdr::Tag::unsigned_,
                  [](Core& core, Bytes value) {
                    const std::uint64_t output = protocol::axdr::Cursor(value).unsigned_number();
                    if (output > METER_PULSE_OUTPUTS) return AccessResult::other_reason;
                    if (!core.can_turn_port()) return AccessResult::hardware_fault;
                    core.passing.port_output.wanted = static_cast<std::uint8_t>(output);
                    return AccessResult::success;
                  }),
});

// One of each for every event log, by the names that it has.
constexpr Obis event_code_name(std::uint8_t e) { return obis(0, 0, 96, 11, e); }
inline constexpr auto kEventCodeRows = rows_of(kLogNames, [](const LogName& log) {
  return only_in(log.tables, data(
                                 event_code_name(log.e), kMetering,
                                 [](const Core& core, std::uint8_t which, Writer& out) {
                                   axdr::put_unsigned(
                                       core.journal.last_code(static_cast<LogId>(which)), out);
                                 },
                                 number_of(log.id)));
});
inline constexpr auto kEventCounterRows = rows_of(kLogNames, [](const LogName& log) {
  return only_in(log.tables, data(
                                 obis(0, 0, 96, 15, log.e), kMetering,
                                 [](const Core& core, std::uint8_t which, Writer& out) {
                                   const auto id = static_cast<LogId>(which);
                                   const auto& counts = core.durable.state.event_count;
                                   axdr::put_long_unsigned(counts[index_of(id)], out);
                                 },
                                 number_of(log.id)));
});
inline constexpr auto kEventLogRows = rows_of(kLogNames, [](const LogName& log) {
  return only_in(log.tables, row<classes::ProfileGeneric>(protocol::cosem::event_log_name(log.e),
                                                          kMetering, number_of(log.id))
                                 .callable(kManagers, {classes::ProfileGeneric::kReset}));
});

// Registers that can be columns of profiles, too: `which` is the column.
inline constexpr Source kCaptured = [](const Core& core, std::uint8_t which, Writer& out) {
  put_captured(which, captured_value(core, which), out);
};
constexpr Row captured_reg(const Obis& name, classes::ScalerUnit quantity, int column,
                           std::uint8_t elements = 1) {
  return reg(name, quantity, kCaptured, static_cast<ColumnId>(column), elements);
}

inline constexpr auto kEnergyRows =
    rows_of(protocol::cosem::kQuantityTable, [](const auto& quantity) {
      const auto place = &quantity - protocol::cosem::kQuantityTable;
      return captured_reg(quantity.obis, {quantity.scaler, quantity.unit},
                          kEnergyColumns + static_cast<int>(place));
    });

// A register a member of each family of kMeasured.
inline constexpr auto kMeasuredRows = [] {
  using protocol::cosem::kMeasured;
  constexpr std::size_t kRegisters = [] {
    std::size_t n = 0;
    for (const auto& family : kMeasured) n += family.n;
    return n;
  }();
  std::array<Row, kRegisters> rows{};
  Row* at = rows.data();
  for (std::size_t f = 0; f < std::size(kMeasured); ++f) {
    const auto& family = kMeasured[f];
    for (unsigned k = 0; k < family.n; ++k) {
      *at++ = captured_reg(family.name(k), {family.scaler, family.unit},
                           static_cast<int>(kFamilyColumns[f] + k), family.elements_for(k));
    }
  }
  return rows;
}();

inline constexpr Source kSpectrum = [](const Core& core, std::uint8_t which, Writer& out) {
  const Spectrum40 spectrum = spectrum_of(core, which / 2, which % 2 != 0);
  axdr::begin_array(spectrum.size(), out);
  for (const std::uint16_t order : spectrum) axdr::put_long_unsigned(order, out);
};
inline constexpr auto kSpectrumRows = [] {
  std::array<Row, 6> rows{};
  for (std::uint8_t k = 0; k < rows.size(); ++k) {
    rows[k] = data(protocol::cosem::spectrum_name(k % 2 != 0, k / 2), kMetering, kSpectrum, k);
    rows[k].elements = k < 2 ? 1 : 3;
  }
  return rows;
}();

// The last sag or swell in any phase, as its entry in the log has it.
inline constexpr auto kVariationColumnRows = std::to_array<Row>({
    captured_reg(obis(1, 0, 12, 34, 0), kTenthsOfVolt, kMagnitudeColumn),
    captured_reg(obis(1, 0, 12, 33, 0), kMilliseconds, kDurationColumn),
});

// Setup and rows of a profile are the managers'.
constexpr Row profile(const Obis& name, LogId id) {
  using classes::ProfileGeneric;
  return row<ProfileGeneric>(name, kMetering, number_of(id))
      .writable(kManagers, {ProfileGeneric::kCaptureObjects, ProfileGeneric::kProfileEntries})
      .callable(kManagers, {ProfileGeneric::kReset, ProfileGeneric::kCapture});
}
constexpr Row interval_profile(const Obis& name, LogId id) {
  using classes::ProfileGeneric;
  return profile(name, id).writable(
      kManagers, {ProfileGeneric::kCaptureObjects, ProfileGeneric::kCapturePeriod,
                  ProfileGeneric::kProfileEntries});
}
inline constexpr auto kProfileRows = std::to_array<Row>({
    interval_profile(kLoadProfileName, LogId::load),
    interval_profile(obis(1, 0, 99, 3, 0), LogId::interval_2),
    interval_profile(obis(1, 0, 99, 4, 0), LogId::interval_3),
    profile(obis(1, 0, 99, 2, 0), LogId::closing),
    profile(obis(0, 0, 98, 1, 0), LogId::billing),
});

// Nobody reads a secret; who calls: reply_to_HLS_authentication.
constexpr Row association(unsigned e, ClientMask readers, ClientIndex which, ClientMask callers) {
  using classes::AssociationLn;
  return row<AssociationLn>(obis(0, 0, 40, 0, e), readers, which)
      .hidden(AssociationLn::kSecret)
      .callable(callers, {AssociationLn::kReplyToHlsAuthentication});
}
// A set is changed by who uses it, or one side could lock the other out. Whoever has no association
// with us yet needs our title to make one, and nothing more.
constexpr Row security(KeySet keys, ClientMask readers, ClientMask visitors, ClientMask owner) {
  using classes::SecuritySetup;
  return row<SecuritySetup>(obis(0, 0, 43, 0, keys), readers, keys)
      .visible_to(visitors, {kLogicalName, SecuritySetup::kServerSystemTitle})
      .callable(owner, {SecuritySetup::kSecurityActivate, SecuritySetup::kGlobalKeyTransfer});
}

inline constexpr auto kServiceRows = std::to_array<Row>({
    row<classes::Clock>(kClockName, kAll)
        .writable(kManagers, {classes::Clock::kTime, classes::Clock::kTimeZone,
                              classes::Clock::kDaylightSavingsEnabled})
        .callable(kManagers,
                  {classes::Clock::kAdjustToQuarter, classes::Clock::kAdjustToMeasuringPeriod,
                   classes::Clock::kAdjustToMinute, classes::Clock::kShiftTime}),
    association(0, kAll, kNoClient, kManagers),  // the current one
    association(1, kAll, kPublic, 0),
    association(2, kMetering, kReading, 0),
    association(3, kOnlyManagement, kManagement, kOnlyManagement),
    row<classes::SapAssignment>(obis(0, 0, 41, 0, 0), kAll),
    security(kHeadEndKeys, kOnlyManagement, 1u << kPublic | 1u << kReading, kOnlyManagement),
});

// What only a meter with a power line modem has.
inline constexpr auto kPowerLineRows = std::to_array<Row>({
    data(obis(0, 0, 43, 1, 1), kAll, kAcceptedCounter, kConcentrator),
    association(4, kManagers, kConcentrator, kOnlyConcentrator),
    security(kConcentratorKeys, kManagers, 0, kOnlyConcentrator),
    row<classes::PrimeLlc>(obis(0, 0, 28, 0, 0), kMetering),
    row<classes::PrimePhyCounters>(obis(0, 0, 28, 1, 0), kMetering),
    row<classes::PrimeMacSetup>(obis(0, 0, 28, 2, 0), kMetering),
    row<classes::PrimeMacFunctional>(obis(0, 0, 28, 3, 0), kMetering),
    row<classes::PrimeMacCounters>(obis(0, 0, 28, 4, 0), kMetering),
    row<classes::PrimeNetwork>(obis(0, 0, 28, 5, 0), kMetering),
    row<classes::MacAddress>(obis(0, 0, 28, 6, 0), kMetering),
    row<classes::PrimeApplication>(obis(0, 0, 28, 7, 0), kMetering),
});

inline constexpr auto kRows = joined(
    kIdentityRows, kProfileStatusRows, kStatusRows, kAlarmRows, kTamperRows, kEventCodeRows,
    kEventCounterRows, kEnergyRows, kRateRows, kDemandRows, kMeasuredRows, kSpectrumRows,
    kProfileRows, kEventLogRows, kServiceRows, kTariffRows, kLimitRows, kDisplayRows,
    kVariationRows, kVariationColumnRows, kQualityRows, kImageRows, on_power_line(kPowerLineRows));

// What objects have in common stands once.
inline constexpr auto kGrants = distinct<kRows, &Row::grants>();
inline constexpr auto kValues = distinct<kRows, &Row::value>();
inline constexpr std::uint8_t kCapturedValue = index_in(kValues, ValueAccess{kCaptured});

// What no row grants, a class need not do.
template <typename Class>
inline constexpr bool kIsWritten = std::any_of(kRows.begin(), kRows.end(), [](const Row& row) {
  return row.place == kPlace<Class> && row.grants.writable != 0;
});
template <typename Class>
inline constexpr bool kIsCalled = std::any_of(kRows.begin(), kRows.end(), [](const Row& row) {
  return row.place == kPlace<Class> && row.grants.callable != 0;
});

// visit<k>() for each of kValues that objects of this class have: direct calls.
template <typename Class, typename Visit, std::size_t... k>
void for_value(std::index_sequence<k...>, std::uint8_t value, Visit&& visit) {
  const auto visit_one = [&]<std::size_t one>() {
    constexpr bool used = std::any_of(kRows.begin(), kRows.end(), [](const Row& row) {
      return row.place == kPlace<Class> && row.value == kValues[one];
    });
    if constexpr (used) {
      if (one != value) return false;
      visit.template operator()<one>();
      return true;
    }
    return false;
  };
  static_cast<void>((visit_one.template operator()<k>() || ...));
}
template <typename Class>
void put_value(const Core& core, const Object& object, Writer& out) {
  for_value<Class>(std::make_index_sequence<kValues.size()>{}, object.value,
                   [&]<std::size_t k>() { kValues[k].source(core, object.which, out); });
}
template <typename Class>
AccessResult set_value(Core& core, const Object& object, Bytes value) {
  AccessResult result = AccessResult::read_write_denied;
  for_value<Class>(std::make_index_sequence<kValues.size()>{}, object.value, [&]<std::size_t k>() {
    constexpr ValueAccess kValue = kValues[k];
    if constexpr (kValue.sink != nullptr) {
      result = protocol::cosem::is_of_type(kValue.type, value) ? kValue.sink(core, value)
                                                               : AccessResult::type_unmatched;
    }
  });
  return result;
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/quantities.hpp"
#include "sim/result/row.hpp"

// Profiles: what the meters hold, what the head-end has, what is true.
namespace sim::result {

using protocol::cosem::kQuantities;
// Cumulative registers as the meter encodes them, by index in kQuantityTable.
using Registers = std::array<std::uint32_t, kQuantities>;

// A row of a profile is identified by meter and capture counter; where that is 0, by meter, stamp,
// deviation, status and ordinal.
struct ProfileRow {
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  std::int16_t deviation_min = 0;
  std::uint8_t status = 0;
  std::uint16_t ordinal = 0;
  std::uint32_t capture_counter = 0;
  Registers registers{};

  static void describe(auto& column) {
    column("meter", &ProfileRow::meter, "", kMeterDoc);
    column("stamp_utc_s", &ProfileRow::stamp_utc_s, "s", kStampDoc);
    column("deviation_min", &ProfileRow::deviation_min, "min", "local time + deviation = UTC");
    column("status", &ProfileRow::status, "",
           "bits: 0 critical error, 1 clock invalid, 2 data not valid, 3 daylight saving, 5 clock "
           "adjusted, 7 power down");
    column("ordinal", &ProfileRow::ordinal, "", "tells rows with the same stamp apart, from 0");
    column("capture_counter", &ProfileRow::capture_counter, "",
           "number that the meter gave the row; 0: its rows have none");
    column.quantities(&ProfileRow::registers);
  }
};

// As the head-end has it.
struct StoredRow : ProfileRow {
  double arrival_utc_s = kNotKnown;

  static void describe(auto& column) {
    ProfileRow::describe(column);
    column("arrival_utc_s", &StoredRow::arrival_utc_s, "s", "when the head-end stored it");
  }
};

struct HeadEndRow : StoredRow {
  static constexpr TableName kTable{"rows", "Load profile as the head-end has it at the end."};
};

struct ClosingRow : StoredRow {
  static constexpr TableName kTable{"closings",
                                    "Daily closings as the head-end has them at the end."};
};

struct MonthRow : StoredRow {
  static constexpr TableName kTable{"monthly_closings",
                                    "Monthly closings as the head-end has them at the end."};
};

struct FlashRow : ProfileRow {
  static constexpr TableName kTable{"flash_rows", "Load profile in the meters' flash at the end."};
};

struct TruthRow {
  static constexpr TableName kTable{
      "truth",
      "What really went through the meters from the start to the stamp, summed from phasors by "
      "code that shares nothing with the meter; one row for each expected row of the profile."};
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  std::array<double, kQuantities> energies{};
  std::uint8_t known = 1;
  double captured_utc_s = kNotKnown;

  static void describe(auto& column) {
    column("meter", &TruthRow::meter, "", kMeterDoc);
    column("stamp_utc_s", &TruthRow::stamp_utc_s, "s", kStampDoc);
    column.quantities(&TruthRow::energies);
    column("known", &TruthRow::known, "", "0: the source has a gap here, the row is not compared");
    column("captured_utc_s", &TruthRow::captured_utc_s, "s",
           "when the meter captured the row; the stamp is what its clock showed");
  }
};

struct MeasuredRow {
  static constexpr TableName kTable{
      "measured",
      "What the registers of measured quantities said when the meters were read at the end, and "
      "what "
      "phasors and class limits say they had to (sim.read_measured)."};
  std::uint32_t meter = 0;
  Text<24> register_name;
  double value = 0;
  double truth = kNotKnown;
  double tolerance = kNotKnown;
  std::uint8_t right = 1;

  static void describe(auto& column) {
    column("meter", &MeasuredRow::meter, "", kMeterDoc);
    column("register", &MeasuredRow::register_name, "", "A.B.C.D.E.F");
    column("value", &MeasuredRow::value, "", "in the register's unit, scaler applied");
    column("truth", &MeasuredRow::truth, "", "not known: no standard says what it shows here");
    column("tolerance", &MeasuredRow::tolerance, "", "about the truth, a unit included");
    column("right", &MeasuredRow::right, "", "0: outside the tolerance");
  }
};

struct RegisterErrorRow {
  static constexpr TableName kTable{
      "register_errors",
      "What the registers of each meter counted from the start to its last row, against what went "
      "through it; registers whose class limit is above 5 % of their energy are left out."};
  std::uint32_t meter = 0;
  Text<8> register_name;
  double energy = 0;
  double error_percent = 0;
  double modelled_percent = 0;
  double limit_percent = 0;

  static void describe(auto& column) {
    column("meter", &RegisterErrorRow::meter, "", kMeterDoc);
    column("register", &RegisterErrorRow::register_name, "", "as a column of the rows");
    column("energy", &RegisterErrorRow::energy, "", "true energy, Wh or varh");
    column("error_percent", &RegisterErrorRow::error_percent, "%", "of the true energy");
    column("modelled_percent", &RegisterErrorRow::modelled_percent, "%",
           "what front end, calibration and temperature of a good meter make at most, and a unit");
    column("limit_percent", &RegisterErrorRow::limit_percent, "%", "class limit, and a unit");
  }
};

struct LogEntryRow {
  static constexpr TableName kTable{
      "log_entries",
      "Event logs of the meters as flash and head-end hold them, and what meters told unasked."};
  std::uint32_t meter = 0;
  std::uint32_t number = 0;
  std::int64_t stamp_utc_s = 0;
  Text<8> place;
  std::uint8_t group = 0;
  std::uint8_t code = 0;
  Text<16> verdict;
  Text<40> event;

  static void describe(auto& column) {
    column("meter", &LogEntryRow::meter, "", kMeterDoc);
    column("number", &LogEntryRow::number, "", "capture counter; 0: none, or missing");
    column("stamp_utc_s", &LogEntryRow::stamp_utc_s, "s", "by the meter's clock, since 1970");
    column("place", &LogEntryRow::place, "", "flash, head_end, or alarm: told to the head-end");
    column("group", &LogEntryRow::group, "", "E of the log's name, 0.0.99.98.E");
    column("code", &LogEntryRow::code, "", "of the event, as the country has it");
    column("verdict", &LogEntryRow::verdict, "",
           "held and missing: expected from the scenario; unexpected; own: the meter's business");
    column("event", &LogEntryRow::event, "", "what the country calls this code; empty: nothing");
  }
};

struct VoltageEventRow {
  static constexpr TableName kTable{
      "voltage_events",
      "Sags, swells and outages of each phase as flash and head-end hold them, and as they were."};
  std::uint32_t meter = 0;
  std::int64_t begin_utc_s = 0;
  Text<8> place;
  Text<8> kind;
  std::uint8_t phase = 1;
  double magnitude_v = kNotKnown;
  double true_magnitude_v = kNotKnown;
  double duration_s = kNotKnown;
  double true_duration_s = kNotKnown;
  Text<16> verdict;

  static void describe(auto& column) {
    column("meter", &VoltageEventRow::meter, "", kMeterDoc);
    column("begin_utc_s", &VoltageEventRow::begin_utc_s, "s", "by the meter's clock, since 1970");
    column("place", &VoltageEventRow::place, "", "flash, head_end");
    column("kind", &VoltageEventRow::kind, "", "sag, swell, outage");
    column("phase", &VoltageEventRow::phase, "", "from 1");
    column("magnitude_v", &VoltageEventRow::magnitude_v, "V",
           "of the cycle farthest from normal; not known: missing");
    column("true_magnitude_v", &VoltageEventRow::true_magnitude_v, "V", "at the terminals");
    column("duration_s", &VoltageEventRow::duration_s, "s", "as its entry says");
    column("true_duration_s", &VoltageEventRow::true_duration_s, "s", "by the same cycles");
    column("verdict", &VoltageEventRow::verdict, "",
           "right, wrong, missing, no_begin: its begin is missing; unexpected");
  }
};

struct FirmwareRow {
  static constexpr TableName kTable{
      "firmwares", "What meters ran at the end, of those that were given an image."};
  std::uint32_t meter = 0;
  Text<16> before;
  Text<16> expected;
  Text<16> runs;
  Text<16> says;
  Text<16> head_end;
  std::uint8_t right = 1;

  static void describe(auto& column) {
    column("meter", &FirmwareRow::meter, "", kMeterDoc);
    column("before", &FirmwareRow::before, "", "revision at the beginning");
    column("expected", &FirmwareRow::expected, "",
           "from the scenario alone; empty: its order may still be on its way");
    column("runs", &FirmwareRow::runs, "", "revision of what the boot loader started");
    column("says", &FirmwareRow::says, "", "1.0.0.2.0, read at the optical port");
    column("head_end", &FirmwareRow::head_end, "", "as the head-end read it back; empty: not yet");
    column("right", &FirmwareRow::right, "", "0: another than expected");
  }
};

struct RelayMoveRow {
  static constexpr TableName kTable{
      "relay_moves", "Movements of relay contacts, as they were and as the scenario has them."};
  std::uint32_t meter = 0;
  double t_s = kNotKnown;
  std::uint8_t closed = 0;
  double earliest_s = kNotKnown;
  double latest_s = kNotKnown;
  Text<16> verdict;

  static void describe(auto& column) {
    column("meter", &RelayMoveRow::meter, "", kMeterDoc);
    column("t_s", &RelayMoveRow::t_s, "s", "when the contact moved; NaN: it did not");
    column("closed", &RelayMoveRow::closed, "", "1 closed, 0 opened");
    column("earliest_s", &RelayMoveRow::earliest_s, "s", "expected from here on; NaN: not at all");
    column("latest_s", &RelayMoveRow::latest_s, "s", "and by then");
    column("verdict", &RelayMoveRow::verdict, "",
           "right; missing; unexpected; open: what an order that comes when it comes makes of it");
  }
};

}  // namespace sim::result

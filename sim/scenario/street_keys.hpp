// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sim/scenario/civil_time.hpp"
#include "sim/scenario/csv/dialect.hpp"
#include "sim/scenario/key.hpp"

namespace sim::run {

// Meters and what they measure.
enum class MeterModel { ad11a, ad13a };  // named as data sheet, inventory and type template do
inline Names names_of(MeterModel) { return {"AD11A", "AD13A"}; }
enum class EventCodes { idis, prime };
inline Names names_of(EventCodes) { return {"idis", "prime"}; }
enum class LoadModel { household };
inline Names names_of(LoadModel) { return {"household"}; }
enum class StampAt { start, end };
inline Names names_of(StampAt) { return {"start", "end"}; }
inline Names names_of(CsvUnit) { return {"auto", "Wh", "kWh", "W", "kW"}; }
inline Names names_of(CsvValues) { return {"auto", "interval", "reading"}; }
inline Names names_of(CsvDelimiter) { return {"auto", ",", ";", "tab", "|"}; }
inline Names names_of(CsvDecimal) { return {"auto", ".", ","}; }
inline Names names_of(CsvDate) { return {"auto", "Y-M-D", "D-M-Y", "M-D-Y"}; }
inline Names names_of(CsvGaps) { return {"refuse", "allow"}; }

// What comes off the production line before calibration, of one phase.
struct FrontEndSpread {
  double gain_percent = 3;
  double phase_deg = 0.3;
  double offset_counts = 20'000;
  double noise_counts = 52.9;

  static void describe(auto& key) {
    key("gain_spread_percent", &FrontEndSpread::gain_percent, range(0, 5), "%",
        "Largest gain error of the shunt before calibration; the divider's scales with it.");
    key("phase_spread_deg", &FrontEndSpread::phase_deg, range(0, 2), "deg",
        "Largest phase error between voltage and current channel before calibration.");
    key("offset_spread_counts", &FrontEndSpread::offset_counts, range(0, 40'000), "counts",
        "Largest DC offset of a channel.");
    key("noise_counts", &FrontEndSpread::noise_counts, range(0, 2000), "counts",
        "Mean RMS noise of one ADC sample.");
  }
};

struct MeterVariant {
  double service_assumed_factor = 1;
  EventCodes event_codes = EventCodes::idis;
  std::int64_t relay_operations = 0;

  static void describe(auto& key) {
    key("service_assumed_factor", &MeterVariant::service_assumed_factor, range(0, 10), "",
        "Times what a reply is assumed to wait for beside the counted instructions: task loop, "
        "flash, cipher, driver (docs/target.md); 0: the instructions alone.");
    key("event_codes", &MeterVariant::event_codes,
        "Groups and codes of the event logs: idis (also DSMR), or the Spanish companion for "
        "PRIME.");
    key("relay_operations", &MeterVariant::relay_operations, range(0, 1'000'000), "",
        "Operations that the relays have behind them; made for 10 000 (AD11A) or 100 000 (AD13A), "
        "each endures some more, drawn, and welds as it closes.");
  }
};

// The meters' boards, and where they hang.
struct BoardKeys {
  double clock_spread_ppm = 10;
  double clock_ageing_ppm = 3;
  double celsius = 23;  // IEC 62053-21: reference conditions
  double swing_k = 0;

  static void describe(auto& key) {
    key("clock_spread_ppm", &BoardKeys::clock_spread_ppm, range(0, 200), "ppm",
        "Rate error of the real-time clocks' crystals as they come: standard deviation. What the "
        "firmware's trim leaves of it is a result (data sheet: 0.5 s a day = 5.8 ppm).");
    key("clock_ageing_ppm", &BoardKeys::clock_ageing_ppm, range(0, 200), "ppm",
        "By how much these crystals have aged since the factory, at most.");
    key("temperature_c", &BoardKeys::celsius, range(-40, 85), "C",
        "How warm the meters' boards are, in the mean of a day.");
    key("temperature_swing_k", &BoardKeys::swing_k, range(0, 40), "K",
        "How far that goes up by 16:00 and down by 04:00 local time.");
  }
};

struct MeterKeys {
  static constexpr SectionName kSection{
      "meters",
      "The street: one meter a home, each with a CM1 on its RS-485 port. The spreads are drawn for "
      "each meter, keyed by the seed."};
  std::int64_t count = 100;
  MeterModel model = MeterModel::ad11a;
  // Where a factory's second million would start, so that they look like serials and the meter's
  // number is still readable in the last digits.
  std::int64_t first_serial = 2'000'001;
  std::string firmware = "builtin";
  MeterSet detailed;
  std::int64_t capture_period_s = 900;
  std::int64_t push_period_s = 3600;
  std::int64_t push_spread_s = 600;
  std::string time_zone = "UTC";
  double adc_spread_ppm = 30;
  FrontEndSpread front_end;
  double pv_share = 0.25;
  double voltage_v = 240;  // data sheet: Un
  MeterVariant variant;
  BoardKeys board;

  static void describe(auto& key) {
    key("count", &MeterKeys::count, range(1, 1000), "",
        "Meters of the street; one cell holds 1 000.");
    key("model", &MeterKeys::model, "Meter type: AD11A single-phase, AD13A three-phase.");
    key("first_serial", &MeterKeys::first_serial, range(1, 16'000'000), "",
        "Serial number of meter 1; names, titles, addresses and keys follow, of concentrators, "
        "too. Two processes before one head-end need two.");
    key("firmware", &MeterKeys::firmware,
        "\"builtin\", or a shared object that exports meter_firmware_entry; relative to the "
        "scenario file.");
    key("detailed", &MeterKeys::detailed,
        "Meters that run in full detail, every ADC sample (tier T1); the others compute a window "
        "only when the load changed (tier T2).");
    key("capture_period_s", &MeterKeys::capture_period_s,
        steps({60, 300, 600, 900, 1200, 1800, 3600}), "s",
        "Capture period of the load profile; 60 with the AD11A only.");
    key("push_period_s", &MeterKeys::push_period_s, range(0, kDayS), "s",
        "How often a meter offers its new rows; a multiple of the capture period, 0 never.");
    key("push_spread_s", &MeterKeys::push_spread_s, range(0, 3600), "s",
        "Pushes start this much late at most, drawn for each meter, so that a street does not "
        "speak at once.");
    key("time_zone", &MeterKeys::time_zone, zone(), "",
        "Zone of the meters' clocks; daily closings at its midnight.");
    key("voltage_v", &MeterKeys::voltage_v, range(170, 290), "V",
        "Mean mains voltage (data sheet: Un 240 V).");
    key("pv_share", &MeterKeys::pv_share, range(0, 1), "",
        "Share of modelled homes with a photovoltaic plant; measured homes are taken as they are.");
    key("adc_spread_ppm", &MeterKeys::adc_spread_ppm, range(0, 200), "ppm",
        "Largest rate error of the ADC's crystal; the processor's scales with it.");
    key.part(&MeterKeys::front_end);
    key.part(&MeterKeys::variant);
    key.part(&MeterKeys::board);
  }
};

struct GridKeys {
  static constexpr SectionName kSection{"grid",
                                        "Mains voltage and frequency wander in every scenario."};
  double voltage_spread_percent = 3;
  double frequency_hz = 50;
  double frequency_spread_hz = 0.02;

  static void describe(auto& key) {
    key("voltage_spread_percent", &GridKeys::voltage_spread_percent, range(0.1, 10), "%",
        "How far the mains voltage wanders.");
    key("frequency_hz", &GridKeys::frequency_hz, range(47, 53), "Hz", "Mean mains frequency.");
    key("frequency_spread_hz", &GridKeys::frequency_spread_hz, range(0.001, 0.5), "Hz",
        "How far the mains frequency wanders.");
  }
};

struct LoadKeys {
  static constexpr SectionName kSection{"load", "What the homes draw."};
  LoadModel model = LoadModel::household;
  std::string csv;                           // empty: the model; relative to the scenario file
  std::map<std::string, std::uint32_t> map;  // column -> meter
  double annual_kwh = 3500;
  double power_factor = 0.95;

  static void describe(auto& key) {
    key("model", &LoadKeys::model,
        "Stochastic homes with the shape of the BDEW H0 profile; unless `load.csv` is set.");
    key("csv", &LoadKeys::csv,
        "Measured homes: a timestamp and one column a home, plain or gzip; relative to the "
        "scenario file. Columns go to meters in order, or by [load.map]; docs/load-files.md.");
    key("annual_kwh", &LoadKeys::annual_kwh, range(100, 100'000), "kWh",
        "Mean consumption of a modelled home a year.");
    key("power_factor", &LoadKeys::power_factor, range(0.5, 1), "",
        "Power factor of a home whose source gives active energy only; its filters add -25 var.");
  }
};

struct CsvKeys {
  static constexpr SectionName kSection{
      "csv",
      "How `load.csv` is read. `auto` goes by the file's headers and shape, never by how large its "
      "numbers are; `check` and `run` say in one line what was understood."};
  std::string time_zone = "UTC";
  StampAt stamp = StampAt::start;
  Dialect dialect;
  CsvGaps gaps = CsvGaps::refuse;

  static void describe(auto& key) {
    key("timezone", &CsvKeys::time_zone, zone(), "", "Zone of CSV timestamps that name none.");
    key("stamp", &CsvKeys::stamp, "Which end of its interval a CSV timestamp names.");
    key.part(&CsvKeys::dialect);
    key("gaps", &CsvKeys::gaps,
        "Missing rows and readings that fall: refuse them, or allow them as gaps. In a gap, as "
        "where a cell is empty, the home draws nothing and its truth is unknown.");
  }
};

// Overrides for some meters; the last group that names a meter wins, key by key.
struct MeterGroup {
  MeterSet meters;
  std::optional<MeterModel> model;
  std::optional<std::string> firmware;
  std::optional<std::int64_t> capture_period_s;
  std::optional<std::int64_t> push_period_s;
  std::optional<std::string> time_zone;
  std::optional<double> clock_ppm;
  std::optional<bool> pv;
  std::optional<double> annual_kwh;

  static void describe(auto& key) {
    key("meters", &MeterGroup::meters, "The meters this group is about.").mandatory();
    key("model", &MeterGroup::model, "As meters.model: AD13A is three-phase.");
    key("firmware", &MeterGroup::firmware, "As meters.firmware: versions run side by side.");
    key("capture_period_s", &MeterGroup::capture_period_s,
        steps({60, 300, 600, 900, 1200, 1800, 3600}), "s", "As meters.capture_period_s.");
    key("push_period_s", &MeterGroup::push_period_s, range(0, kDayS), "s",
        "As meters.push_period_s.");
    key("time_zone", &MeterGroup::time_zone, zone(), "", "As meters.time_zone.");
    key("clock_ppm", &MeterGroup::clock_ppm, range(-200, 200), "ppm",
        "By how much the clock's crystal has aged since the factory, instead of a draw.");
    key("pv", &MeterGroup::pv, "With or without a photovoltaic plant instead of a draw.");
    key("annual_kwh", &MeterGroup::annual_kwh, range(100, 100'000), "kWh", "As load.annual_kwh.");
  }
};

}  // namespace sim::run

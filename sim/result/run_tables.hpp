// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/result/row.hpp"

// The street, what happened to it, and the figures of the run.
namespace sim::result {

struct MeterRow {
  static constexpr TableName kTable{"meters", "The street, one row a meter."};
  std::uint32_t meter = 0;
  Text<16> serial;
  Text<16> logical_device_name;
  Text<16> system_title;  // hexadecimal
  Text<8> model;
  Text<32> firmware;
  std::uint8_t tier = 2;
  std::uint32_t capture_period_s = 0;
  std::uint8_t pv = 0;
  double clock_ppm = 0;
  Text<32> home;  // column of the CSV; empty: the household model

  static void describe(auto& column) {
    column("meter", &MeterRow::meter, "", kMeterDoc);
    column("serial", &MeterRow::serial, "", "serial number");
    column("logical_device_name", &MeterRow::logical_device_name, "", "COSEM logical device name");
    column("system_title", &MeterRow::system_title, "", "hexadecimal");
    column("model", &MeterRow::model, "", "meter type");
    column("firmware", &MeterRow::firmware, "", "firmware identification");
    column("tier", &MeterRow::tier, "", "1 every ADC sample, 2 fleet");
    column("capture_period_s", &MeterRow::capture_period_s, "s", "of the load profile");
    column("pv", &MeterRow::pv, "", "1 with a photovoltaic plant");
    column("clock_ppm", &MeterRow::clock_ppm, "ppm", "rate error of the real-time clock");
    column("home", &MeterRow::home, "", "column of the CSV; empty: household model");
  }
};

struct ModuleRow {
  static constexpr TableName kTable{"modules", "The CM1 modules, as the run left them."};
  std::uint32_t meter = 0;
  std::uint8_t csq = 99;
  std::uint8_t coding_scheme = 0;
  std::uint8_t online = 0;
  std::uint32_t boots = 0;
  std::uint64_t channel_requests = 0;
  double transmit_s = 0;

  static void describe(auto& column) {
    column("meter", &ModuleRow::meter, "", kMeterDoc);
    column("csq", &ModuleRow::csq, "",
           "signal level, AT+CSQ: -113 dBm and 2 dB a step; 99 unknown");
    column("coding_scheme", &ModuleRow::coding_scheme, "", "of its radio blocks, CS-1 to CS-4");
    column("online", &ModuleRow::online, "", "1 with a PDP context at the end");
    column("boots", &ModuleRow::boots, "", "times its firmware started");
    column("channel_requests", &ModuleRow::channel_requests, "", "on the random access channel");
    column("transmit_s", &ModuleRow::transmit_s, "s", "its transmitter was on");
  }
};

struct EventRow {
  static constexpr TableName kTable{
      "events", "What the scenario made happen, and notable events of the run."};
  double t_s = 0;
  Text<24> type;
  Text<32> meters;
  double value = kNotKnown;
  Text<64> text;

  static void describe(auto& column) {
    column("t_s", &EventRow::t_s, "s", "from the start of the scenario");
    column("type", &EventRow::type, "", "as in [[event]]");
    column("meters", &EventRow::meters, "", "whom it concerns");
    column("value", &EventRow::value, "", "shift, duration; NaN none");
    column("text", &EventRow::text, "", "for people");
  }
};

// What was seen at one test output while somebody watched.
struct PulseRow {
  static constexpr TableName kTable{"pulses", "Test outputs, while somebody watched them."};
  std::uint32_t meter = 0;
  double t_s = 0;
  double duration_s = 0;
  Text<16> output;
  std::uint32_t pulses = 0;
  double low = 0;
  double high = 0;
  std::uint32_t wrong = 0;
  std::uint8_t judged = 0;

  static void describe(auto& column) {
    column("meter", &PulseRow::meter, "", kMeterDoc);
    column("t_s", &PulseRow::t_s, "s", "from the start of the scenario");
    column("duration_s", &PulseRow::duration_s, "s", "how long");
    column("output", &PulseRow::output, "", "active, reactive");
    column("pulses", &PulseRow::pulses, "", "seen");
    column("low", &PulseRow::low, "", "energy of that time within the class, Wh or varh: at least");
    column("high", &PulseRow::high, "", "at most");
    column("wrong", &PulseRow::wrong, "",
           "pulses at no instant at which, or up to 400 ms before, a meter of its class may have "
           "crossed that watt-hour, and pulses that are missing");
    column("judged", &PulseRow::judged, "", "0: the load is not known, or the run ended before");
  }
};

// What has become of a look: DisplayRow::verdict.
namespace look_verdict {
inline constexpr std::uint8_t kWrong = 0;
inline constexpr std::uint8_t kRight = 1;
inline constexpr std::uint8_t kOpen = 2;
}  // namespace look_verdict

struct DisplayRow {
  static constexpr TableName kTable{"displays", "What displays showed when somebody looked."};
  std::uint32_t meter = 0;
  double t_s = 0;
  Text<16> value;
  Text<16> code;
  Text<8> unit;
  Text<128> marks;
  std::uint8_t backlight = 0;
  Text<64> segments;
  Text<128> expected;
  std::uint8_t verdict = look_verdict::kOpen;

  static void describe(auto& column) {
    column("meter", &DisplayRow::meter, "", kMeterDoc);
    column("t_s", &DisplayRow::t_s, "s", "from the start of the scenario");
    column("value", &DisplayRow::value, "", "the digits, as an eye reads the segments");
    column("code", &DisplayRow::code, "", "OBIS field");
    column("unit", &DisplayRow::unit, "", "beside the digits");
    column("marks", &DisplayRow::marks, "", "symbols that are lit");
    column("backlight", &DisplayRow::backlight, "", "1: on");
    column("segments", &DisplayRow::segments, "", "segment memory, hexadecimal");
    column("expected", &DisplayRow::expected, "", "what the scenario makes it show");
    column("verdict", &DisplayRow::verdict, "",
           "0: it shows something else; 1: it shows that; 2: not judged, at an instant when it "
           "changes");
  }
};

struct PowerRow {
  static constexpr TableName kTable{"power",
                                    "Load of the home that the report plots, one row a grid step."};
  std::uint32_t meter = 0;
  double t_s = 0;
  double active_w = 0;
  double reactive_var = 0;
  std::uint8_t known = 1;

  static void describe(auto& column) {
    column("meter", &PowerRow::meter, "", kMeterDoc);
    column("t_s", &PowerRow::t_s, "s", "start of the step");
    column("active_w", &PowerRow::active_w, "W", "import positive");
    column("reactive_var", &PowerRow::reactive_var, "var", "inductive positive");
    column("known", &PowerRow::known, "", "0: gap of the source");
  }
};

// What has become of the expectations of a figure: KpiRow::pass.
namespace kpi_pass {
inline constexpr std::uint8_t kFails = 0;
inline constexpr std::uint8_t kHolds = 1;
inline constexpr std::uint8_t kOpen = 2;  // from schema version 2 on
}  // namespace kpi_pass

struct KpiRow {
  static constexpr TableName kTable{"kpi",
                                    "Figures of the run and what the scenario expects of them."};
  Text<32> name;
  double value = kNotKnown;
  Text<8> unit;
  Text<64> limit;  // ">= 0.99"; empty: nothing is expected
  std::uint8_t pass = kpi_pass::kHolds;

  static void describe(auto& column) {
    column("name", &KpiRow::name, "", "docs/scenario-reference.md lists them");
    column("value", &KpiRow::value, "", "NaN: not measured");
    column("unit", &KpiRow::unit, "", "of value and limit");
    column("limit", &KpiRow::limit, "", "empty: nothing is expected");
    column(
        "pass", &KpiRow::pass, "",
        "0: an expectation fails; 1: all hold, or there is none; 2: not due when the run was cut "
        "short");
  }
};

}  // namespace sim::result

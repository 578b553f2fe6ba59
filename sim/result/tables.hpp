// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

namespace sim::result {

// The rows of result.h5. docs/result-schema.md describes them for readers of the file; units and
// meanings stand in table_schema.cpp. Meters are counted from 1; t_s and other plain seconds count
// from the start of the scenario; *_utc_s since 1970. NaN: never happened, not known.
enum class Table : std::uint8_t {
  meters,
  rows,
  truth,
  flash_rows,
  closings,
  orders,
  sessions,
  messages,
  traffic,
  events,
  power,
  kpi,
  nodes,
  cables,
  registrations,
  airtime,
  reports,
  polls,
};
inline constexpr std::size_t kTables = 18;
inline constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

// Text of fixed size, zero padded, cut when too long.
template <std::size_t N>
struct Text {
  std::array<char, N> chars{};
  Text() = default;
  template <typename T>
  requires std::convertible_to<const T&, std::string_view> Text(const T& written) {
    const std::string_view text = written;
    std::copy_n(text.data(), std::min(N, text.size()), chars.data());
  }
};

struct MeterRow {
  static constexpr Table kTable = Table::meters;
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
};

// Cumulative registers, as the meter encodes them.
struct Registers {
  std::uint32_t ap_wh = 0;
  std::uint32_t am_wh = 0;
  std::uint32_t r1_varh = 0;
  std::uint32_t r2_varh = 0;
  std::uint32_t r3_varh = 0;
  std::uint32_t r4_varh = 0;
};

// A row of a profile is identified by meter, stamp, deviation, status and ordinal.
struct HeadEndRow {
  static constexpr Table kTable = Table::rows;
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  std::int16_t deviation_min = 0;
  std::uint8_t status = 0;
  std::uint16_t ordinal = 0;
  Registers registers;
  double arrival_utc_s = kNotKnown;
};

struct TruthRow {
  static constexpr Table kTable = Table::truth;
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  double ap_wh = 0;
  double am_wh = 0;
  double r1_varh = 0;
  double r2_varh = 0;
  double r3_varh = 0;
  double r4_varh = 0;
  std::uint8_t known = 1;
};

struct FlashRow {
  static constexpr Table kTable = Table::flash_rows;
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  std::int16_t deviation_min = 0;
  std::uint8_t status = 0;
  std::uint16_t ordinal = 0;
  Registers registers;
};

struct ClosingRow {
  static constexpr Table kTable = Table::closings;
  std::uint32_t meter = 0;
  std::int64_t stamp_utc_s = 0;
  std::int16_t deviation_min = 0;
  std::uint8_t status = 0;
  std::uint16_t ordinal = 0;
  Registers registers;
  double arrival_utc_s = kNotKnown;
};

struct OrderRow {
  static constexpr Table kTable = Table::orders;
  std::uint32_t order = 0;
  std::uint32_t meter = 0;
  Text<16> type;   // relay, clock_shift ...
  Text<16> value;  // open, close, +37 ...
  double issued_s = 0;
  double done_s = kNotKnown;
  std::uint16_t attempts = 0;
  Text<16> outcome;  // done, failed, pending
};

struct SessionRow {
  static constexpr Table kTable = Table::sessions;
  std::uint64_t session = 0;
  std::uint32_t meter = 0;
  double opened_s = 0;
  double closed_s = kNotKnown;  // NaN: open at the end
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  Text<16> reason;
};

struct MessageRow {
  static constexpr Table kTable = Table::messages;
  Text<16> kind;
  std::uint32_t meter = 0;
  double t_s = 0;
  double latency_s = kNotKnown;
  std::uint32_t bytes = 0;
};

struct TrafficRow {
  static constexpr Table kTable = Table::traffic;
  std::uint32_t hour = 0;
  Text<16> kind;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
};

struct EventRow {
  static constexpr Table kTable = Table::events;
  double t_s = 0;
  Text<24> type;
  Text<32> meters;
  double value = kNotKnown;
  Text<64> text;
};

struct PowerRow {
  static constexpr Table kTable = Table::power;
  std::uint32_t meter = 0;
  double t_s = 0;
  double active_w = 0;
  double reactive_var = 0;
  std::uint8_t known = 1;
};

struct KpiRow {
  static constexpr Table kTable = Table::kpi;
  Text<32> name;
  double value = kNotKnown;
  Text<8> unit;
  Text<64> limit;  // ">= 0.99"; empty: nothing is expected
  std::uint8_t pass = 1;
};

// A modem on a power line, as the run left it. Meter 0: the concentrator's.
struct NodeRow {
  static constexpr Table kTable = Table::nodes;
  std::uint16_t concentrator = 0;
  std::uint32_t meter = 0;
  std::uint8_t phases = 0;  // bit p: phase p
  double x_m = 0;
  double y_m = 0;
  double distance_m = 0;
  std::uint8_t registered = 0;
  std::uint8_t level = 0;
  std::uint8_t is_switch = 0;
  std::uint32_t parent = 0;
  double snr_down_db = kNotKnown;
  double snr_up_db = kNotKnown;
  double first_registered_s = kNotKnown;
  std::uint32_t registrations = 0;
  double registered_share = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_lost = 0;
  std::uint64_t beacons_received = 0;
  std::uint64_t beacons_missed = 0;
};

struct CableRow {
  static constexpr Table kTable = Table::cables;
  std::uint16_t concentrator = 0;
  double x0_m = 0;
  double y0_m = 0;
  double x1_m = 0;
  double y1_m = 0;
  Text<16> kind;  // of cable
};

struct RegistrationRow {
  static constexpr Table kTable = Table::registrations;
  double t_s = 0;
  std::uint16_t concentrator = 0;
  std::uint32_t meter = 0;
  std::uint8_t joined = 0;  // 0: left
  std::uint8_t level = 0;
  std::uint32_t registered = 0;  // of this concentrator, afterwards
};

struct AirtimeRow {
  static constexpr Table kTable = Table::airtime;
  std::uint32_t hour = 0;
  std::uint16_t concentrator = 0;
  Text<16> kind;
  std::uint64_t frames = 0;
  double airtime_s = 0;
  std::uint64_t bytes = 0;
  std::uint64_t ok = 0;
  std::uint64_t noise = 0;
  std::uint64_t collision = 0;
  std::uint64_t deaf = 0;
};

struct ReportRow {
  static constexpr Table kTable = Table::reports;
  double t_s = 0;
  std::uint16_t concentrator = 0;
  Text<24> kind;
  std::uint8_t requested = 0;
  std::uint32_t meters = 0;
  std::uint32_t errors = 0;
  std::uint32_t rows = 0;
  std::uint32_t new_rows = 0;
  std::uint32_t bytes = 0;
  double latency_s = kNotKnown;
};

struct PollRow {
  static constexpr Table kTable = Table::polls;
  double t_s = 0;
  std::uint16_t concentrator = 0;
  std::uint32_t meter = 0;
  Text<24> job;
  Text<16> outcome;
  double duration_s = 0;
  std::uint32_t bytes_up = 0;
  std::uint32_t bytes_down = 0;
  std::uint32_t new_rows = 0;
};

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "sim/result/kpi.hpp"
#include "sim/scenario/civil_time.hpp"
#include "sim/scenario/meter_set.hpp"

namespace sim::run {

enum class Mode { free, lockstep, paced };
enum class MeterModel { ad11a, ad13a };
enum class LoadModel { household };
enum class StampAt { start, end };
enum class Uplink { ethernet, gprs };
enum class EventType {
  relay,
  clock_shift,
  clock_error,
  network_loss,
  outage,
  sag,
  concentrator_outage
};
enum class RelayOrder { open, close };

// What happens at a time; which fields count depends on the type.
struct Event {
  kernel::TimeNs at = 0;
  EventType type = EventType::relay;
  MeterSet meters;
  RelayOrder value = RelayOrder::open;  // relay: an order the head-end gives
  double shift_s = 0;      // clock_shift: an order to shift; clock_error: the clock goes wrong
  double duration_s = 0;   // network_loss, outage
  double duration_ms = 0;  // sag
  double residual = 0.5;   // sag: voltage left, share of nominal
  std::int64_t concentrator = 1;  // concentrator_outage
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
};

// A data concentrator and the meters on its power line; the others have a CM1 each.
struct ConcentratorRow {
  MeterSet meters;
  Uplink uplink = Uplink::ethernet;
  std::int64_t collect_period_s = 14'400;
  std::int64_t poll_period_s = 60;
  std::int64_t sessions = 10;
  bool detailed = false;
};

// A scenario as the run needs it. docs/scenario-reference.md is generated from the schema table
// that fills it; the defaults stand here.
struct Scenario {
  struct General {
    std::string name = "unnamed";
    std::string description;
    std::int64_t start_utc_s = 1'705'276'800;  // 2024-01-15T00:00:00Z, a winter Monday
    double duration_h = 24;
    double collect_h = 4;
    std::int64_t seed = 1;
  } general;
  struct Sim {
    Mode mode = Mode::free;
    double speed = 1;
    bool lazy = true;
    bool noise = true;
  } sim;
  struct Meters {
    std::int64_t count = 100;
    MeterModel model = MeterModel::ad11a;
    std::string firmware = "builtin";
    MeterSet detailed;
    std::int64_t capture_period_s = 900;
    std::int64_t push_period_s = 3600;
    std::int64_t push_spread_s = 600;
    std::string time_zone = "UTC";
    double clock_spread_ppm = 2;
    double adc_spread_ppm = 30;
    double gain_spread_percent = 3;
    double phase_spread_deg = 0.3;
    double offset_spread_counts = 20'000;
    double noise_counts = 53;
    double pv_share = 0.25;
    double voltage_v = 240;  // data sheet: Un
  } meters;
  std::vector<MeterGroup> groups;
  struct Grid {
    double voltage_spread_percent = 3;
    double frequency_hz = 50;
    double frequency_spread_hz = 0.02;
  } grid;
  struct Load {
    LoadModel model = LoadModel::household;
    std::string csv;                           // empty: the model; relative to the scenario file
    std::map<std::string, std::uint32_t> map;  // column -> meter
    double annual_kwh = 3500;
    double power_factor = 0.95;
  } load;
  struct Csv {
    std::string time_zone = "UTC";
    StampAt stamp = StampAt::start;
  } csv;
  struct Cell {
    std::int64_t slots = 4;
    std::int64_t uplink_slots = 2;
    std::int64_t downlink_slots = 3;
    double rtt_ms = 700;
    double loss = 0.002;
    double attach_s = 3;
    double pdp_s = 2;
    double ready_s = 44;
    double wake_ms = 900;
    double nat_timeout_s = 1800;
  } cell;
  struct Cm1 {
    std::int64_t heartbeat_s = 600;
    std::int64_t poll_s = 60;
    std::int64_t start_spread_s = 120;
  } cm1;
  struct Plc {
    std::int64_t feeders = 4;
    double spacing_m = 30;
    double drop_m = 12;
    double noise_db = 0;
    double premises_ohm = 38;
    double transmit_dbuv = 120;
  } plc;
  struct Ethernet {
    double rtt_ms = 30;
    double up_kbit_s = 2000;
    double down_kbit_s = 10'000;
  } ethernet;
  struct Hes {
    std::int64_t port = 4059;
    std::int64_t p32_port = 8432;
    std::int64_t in_time_s = 14'400;
    std::int64_t gap_check_s = 900;
    std::int64_t response_timeout_s = 30;
    std::int64_t retries = 3;
    std::int64_t concurrent = 50;
    double clock_threshold_s = 0;
  } hes;
  struct Expose {
    std::string listen;  // empty: nobody listens
    std::int64_t hdlc_port = 0;
    std::int64_t hdlc_meter = 1;
    std::string gateway;  // of concentrator 1; the others on the following ports
    std::string p32;      // likewise
    std::string head_end;
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_authority;
  } expose;
  struct Trace {
    std::int64_t meter = 0;  // 0: no trace
    double from_s = 0;
    double to_s = 0;
  } trace;
  struct Report {
    std::int64_t home = 1;
  } report;
  std::vector<ConcentratorRow> concentrators;  // counted from 1
  std::vector<Event> events;                   // by time, then as written
  std::vector<result::Expectation> expectations;

  std::string file;    // as given on the command line
  std::string folder;  // where relative paths start
  std::string text;    // the file's octets and one comment line for each --set

  kernel::TimeNs capture_end() const { return kernel::to_ns(general.duration_h * 3600); }
  kernel::TimeNs end() const { return capture_end() + kernel::to_ns(general.collect_h * 3600); }
  std::string path_of(const std::string& relative) const;
};

// What holds for one meter after all groups. Meters are counted from 1.
struct MeterSettings {
  MeterModel model = MeterModel::ad11a;
  std::uint32_t concentrator = 0;  // on whose power line it is; 0: it has a CM1
  bool detailed = false;           // T1
  std::string firmware;            // "builtin" or a path that exists
  std::int64_t capture_period_s = 900;
  std::int64_t push_period_s = 3600;
  ZoneRule zone;
  std::optional<double> clock_ppm;  // none: drawn within meters.clock_spread_ppm
  std::optional<bool> pv;           // none: drawn with meters.pv_share
  double annual_kwh = 3500;
};
MeterSettings settings_of(const Scenario& scenario, std::uint32_t meter);

const char* mode_name(Mode mode);
const char* event_type_name(EventType type);

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The schema: one line a key. Sources of ranges and defaults: the data sheets of AD11A and CM1, the
// GPRS standards (3GPP TS 43.064, 45.002), and the labelled assumptions of docs/model-*.md.
#include "sim/scenario/key_builders.hpp"

namespace sim::run {
namespace {

using K = KeyMaker<Scenario>;
using Keys = std::vector<Key<Scenario>>;

constexpr double kDayS = 86'400;
constexpr double kYearH = 8784;

Keys general_keys() {
  Key<Scenario> start = make_key<Scenario, std::int64_t>(
      "scenario.start", "", {Rule::Type::instant},
      "Simulated time at which the run starts; a full minute.",
      [](auto& s) -> auto& { return s.general.start_utc_s; });
  start.show = [](const Scenario& s) { return format_utc(s.general.start_utc_s); };
  return {
      K::text(
          "scenario.name", "Name in reports and file attributes.",
          [](auto& s) -> auto& { return s.general.name; }),
      K::text(
          "scenario.description", "One sentence on what the scenario shows.",
          [](auto& s) -> auto& { return s.general.description; }),
      std::move(start),
      K::number(
          "scenario.duration_h", "h", 0.25, kYearH,
          "Captures are expected from the start for this long.",
          [](auto& s) -> auto& { return s.general.duration_h; }),
      K::number(
          "scenario.collect_h", "h", 0, 744,
          "Time after the last expected capture to bring late rows home.",
          [](auto& s) -> auto& { return s.general.collect_h; }),
      K::integer(
          "scenario.seed", "", 0, 9.0e15,
          "Key of every random draw: the same seed gives the same result, bit by bit.",
          [](auto& s) -> auto& { return s.general.seed; }),
      K::choice(
          "sim.mode", mode_names(),
          "free: all inside one process, as fast as it goes. lockstep: the head-end is a "
          "child process on a real socket, time waits for it. paced: real sockets and "
          "`sim.speed` times real time.",
          [](auto& s) -> auto& { return s.sim.mode; }),
      K::number(
          "sim.speed", "x", 0.01, 100'000, "Simulated seconds a second in mode paced.",
          [](auto& s) -> auto& { return s.sim.speed; }),
      K::boolean(
          "sim.lazy",
          "Integrate energy only when somebody reads it. false gives the same result and "
          "costs more; it is there to show that.",
          [](auto& s) -> auto& { return s.sim.lazy; }),
      K::boolean(
          "sim.noise", "Noise of the analogue front ends.",
          [](auto& s) -> auto& { return s.sim.noise; }),
  };
}

Keys meter_keys() {
  return {
      K::integer(
          "meters.count", "", 1, 1000, "Meters of the street; one cell holds 1 000.",
          [](auto& s) -> auto& { return s.meters.count; }),
      K::choice(
          "meters.model", model_names(), "Meter type: AD11A single-phase, AD13A three-phase.",
          [](auto& s) -> auto& { return s.meters.model; }),
      K::text(
          "meters.firmware",
          "\"builtin\", or a shared object that exports meter_firmware_entry; relative to the "
          "scenario file.",
          [](auto& s) -> auto& { return s.meters.firmware; }),
      K::meters(
          "meters.detailed",
          "Meters that run in full detail, every ADC sample (tier T1); the others compute a "
          "window only when the load changed (tier T2).",
          [](auto& s) -> auto& { return s.meters.detailed; }),
      K::steps(
          "meters.capture_period_s", "s", {300, 600, 900, 1200, 1800, 3600},
          "Capture period of the load profile.",
          [](auto& s) -> auto& { return s.meters.capture_period_s; }),
      K::integer(
          "meters.push_period_s", "s", 0, kDayS,
          "How often a meter offers its new rows; a multiple of the capture period, 0 never.",
          [](auto& s) -> auto& { return s.meters.push_period_s; }),
      K::integer(
          "meters.push_spread_s", "s", 0, 3600,
          "Pushes start this much late at most, drawn for each meter, so that a street does "
          "not speak at once.",
          [](auto& s) -> auto& { return s.meters.push_spread_s; }),
      K::zone(
          "meters.time_zone", "Zone of the meters' clocks; daily closings at its midnight.",
          [](auto& s) -> auto& { return s.meters.time_zone; }),
      K::number(
          "meters.voltage_v", "V", 170, 290, "Mean mains voltage (data sheet: Un 240 V).",
          [](auto& s) -> auto& { return s.meters.voltage_v; }),
      K::number(
          "meters.pv_share", "", 0, 1,
          "Share of modelled homes with a photovoltaic plant; measured homes are taken as they "
          "are.",
          [](auto& s) -> auto& { return s.meters.pv_share; }),
      K::number(
          "meters.clock_spread_ppm", "ppm", 0, 200,
          "Rate error of the real-time clocks: standard deviation; what is 2.75 times off is "
          "scrapped (data sheet: 0.5 s a day = 5.8 ppm).",
          [](auto& s) -> auto& { return s.meters.clock_spread_ppm; }),
      K::number(
          "meters.adc_spread_ppm", "ppm", 0, 200,
          "Largest rate error of the ADC's crystal; the processor's scales with it.",
          [](auto& s) -> auto& { return s.meters.adc_spread_ppm; }),
      K::number(
          "meters.gain_spread_percent", "%", 0, 5,
          "Largest gain error of the shunt before calibration; the divider's scales with it.",
          [](auto& s) -> auto& { return s.meters.gain_spread_percent; }),
      K::number(
          "meters.phase_spread_deg", "deg", 0, 2,
          "Largest phase error between voltage and current channel before calibration.",
          [](auto& s) -> auto& { return s.meters.phase_spread_deg; }),
      K::number(
          "meters.offset_spread_counts", "counts", 0, 40'000, "Largest DC offset of a channel.",
          [](auto& s) -> auto& { return s.meters.offset_spread_counts; }),
      K::number(
          "meters.noise_counts", "counts", 0, 2000, "Mean RMS noise of one ADC sample.",
          [](auto& s) -> auto& { return s.meters.noise_counts; }),
  };
}

Keys world_keys() {
  return {
      K::number(
          "grid.voltage_spread_percent", "%", 0.1, 10, "How far the mains voltage wanders.",
          [](auto& s) -> auto& { return s.grid.voltage_spread_percent; }),
      K::number(
          "grid.frequency_hz", "Hz", 47, 53, "Mean mains frequency.",
          [](auto& s) -> auto& { return s.grid.frequency_hz; }),
      K::number(
          "grid.frequency_spread_hz", "Hz", 0.001, 0.5, "How far the mains frequency wanders.",
          [](auto& s) -> auto& { return s.grid.frequency_spread_hz; }),
      K::choice(
          "load.model", {"household"},
          "Stochastic homes with the shape of the BDEW H0 profile; unless `load.csv` is set.",
          [](auto& s) -> auto& { return s.load.model; }),
      K::text(
          "load.csv",
          "Measured homes: a timestamp and one column a home, Wh per interval; relative to the "
          "scenario file. Columns go to meters in order, or by [load.map].",
          [](auto& s) -> auto& { return s.load.csv; }),
      K::number(
          "load.annual_kwh", "kWh", 100, 100'000, "Mean consumption of a modelled home a year.",
          [](auto& s) -> auto& { return s.load.annual_kwh; }),
      K::number(
          "load.power_factor", "", 0.5, 1,
          "Mean power factor of a home whose source gives active energy only.",
          [](auto& s) -> auto& { return s.load.power_factor; }),
      K::zone(
          "csv.timezone", "Zone of CSV timestamps that name none.",
          [](auto& s) -> auto& { return s.csv.time_zone; }),
      K::choice(
          "csv.stamp", {"start", "end"}, "Which end of its interval a CSV timestamp names.",
          [](auto& s) -> auto& { return s.csv.stamp; }),
  };
}

Keys cell_keys() {
  return {
      K::integer(
          "cell.slots", "", 1, 64, "Packet timeslots of the cell, shared by its modules.",
          [](auto& s) -> auto& { return s.cell.slots; }),
      K::integer(
          "cell.uplink_slots", "", 1, 4, "Uplink slots of one module (multislot class 12).",
          [](auto& s) -> auto& { return s.cell.uplink_slots; }),
      K::integer(
          "cell.downlink_slots", "", 1, 4, "Downlink slots of one module.",
          [](auto& s) -> auto& { return s.cell.downlink_slots; }),
      K::number(
          "cell.rtt_ms", "ms", 0, 10'000, "Round trip of a small packet, module awake.",
          [](auto& s) -> auto& { return s.cell.rtt_ms; }),
      K::number(
          "cell.loss", "", 0, 0.9, "Share of packets lost, each way.",
          [](auto& s) -> auto& { return s.cell.loss; }),
      K::number(
          "cell.attach_s", "s", 0, 600, "Mean time to attach.",
          [](auto& s) -> auto& { return s.cell.attach_s; }),
      K::number(
          "cell.pdp_s", "s", 0, 600, "Mean time to activate the PDP context.",
          [](auto& s) -> auto& { return s.cell.pdp_s; }),
      K::number(
          "cell.ready_s", "s", 0, 3600, "READY timer T3314; after it a module must be paged.",
          [](auto& s) -> auto& { return s.cell.ready_s; }),
      K::number(
          "cell.wake_ms", "ms", 0, 10'000, "Extra delay of the first packet from STANDBY.",
          [](auto& s) -> auto& { return s.cell.wake_ms; }),
      K::number(
          "cell.nat_timeout_s", "s", 10, kDayS,
          "Silence after which the operator's NAT forgets a connection.",
          [](auto& s) -> auto& { return s.cell.nat_timeout_s; }),
  };
}

Keys line_keys() {
  return {
      K::integer(
          "plc.feeders", "", 1, 12, "Cables that leave the substation.",
          [](auto& s) -> auto& { return s.plc.feeders; }),
      K::number(
          "plc.spacing_m", "m", 5, 200, "Mean distance between two connection points.",
          [](auto& s) -> auto& { return s.plc.spacing_m; }),
      K::number(
          "plc.drop_m", "m", 1, 100, "Mean length from the cable to a house.",
          [](auto& s) -> auto& { return s.plc.drop_m; }),
      K::number(
          "plc.noise_db", "dB", -30, 40, "Added to the background noise of every place.",
          [](auto& s) -> auto& { return s.plc.noise_db; }),
      K::number(
          "plc.premises_ohm", "Ohm", 1, 500,
          "Typical impedance of a house at 42 to 89 kHz: the lower, the more signal it takes.",
          [](auto& s) -> auto& { return s.plc.premises_ohm; }),
      K::number(
          "plc.transmit_dbuv", "dBuV", 90, 134, "Level a modem sends at (EN 50065-1: 134 at most).",
          [](auto& s) -> auto& { return s.plc.transmit_dbuv; }),
      K::number(
          "ethernet.rtt_ms", "ms", 0.1, 2000, "Round trip to the head-end.",
          [](auto& s) -> auto& { return s.ethernet.rtt_ms; }),
      K::number(
          "ethernet.up_kbit_s", "kbit/s", 32, 1e6, "Rate towards the head-end.",
          [](auto& s) -> auto& { return s.ethernet.up_kbit_s; }),
      K::number(
          "ethernet.down_kbit_s", "kbit/s", 32, 1e6, "Rate from the head-end.",
          [](auto& s) -> auto& { return s.ethernet.down_kbit_s; }),
  };
}

Keys end_keys() {
  return {
      K::integer(
          "cm1.heartbeat_s", "s", 0, kDayS, "Silence before a module's heartbeat; 0 none.",
          [](auto& s) -> auto& { return s.cm1.heartbeat_s; }),
      K::integer(
          "cm1.poll_s", "s", 1, 3600, "How often the module asks its meter for a push.",
          [](auto& s) -> auto& { return s.cm1.poll_s; }),
      K::integer(
          "cm1.start_spread_s", "s", 0, 3600,
          "Modules attach this much after power-on at most, drawn for each.",
          [](auto& s) -> auto& { return s.cm1.start_spread_s; }),
      K::integer(
          "hes.port", "", 1, 65'535, "TCP port of the head-end (IANA: 4059 for DLMS).",
          [](auto& s) -> auto& { return s.hes.port; }),
      K::integer(
          "hes.p32_port", "", 1, 65'535, "Port for concentrators (P3.2Ex).",
          [](auto& s) -> auto& { return s.hes.p32_port; }),
      K::integer(
          "hes.in_time_s", "s", 60, kDayS,
          "A row is in time within this of its capture; of a meter behind a concentrator: of the "
          "collection that follows.",
          [](auto& s) -> auto& { return s.hes.in_time_s; }),
      K::integer(
          "hes.gap_check_s", "s", 60, kDayS, "How often the head-end looks for gaps to pull.",
          [](auto& s) -> auto& { return s.hes.gap_check_s; }),
      K::integer(
          "hes.response_timeout_s", "s", 1, 600, "Silence after which a request is repeated.",
          [](auto& s) -> auto& { return s.hes.response_timeout_s; }),
      K::integer(
          "hes.retries", "", 0, 20, "Repetitions of a request or an order.",
          [](auto& s) -> auto& { return s.hes.retries; }),
      K::integer(
          "hes.concurrent", "", 1, 10'000, "Meters the head-end asks at the same time.",
          [](auto& s) -> auto& { return s.hes.concurrent; }),
      K::number(
          "hes.clock_threshold_s", "s", 0, 3600,
          "Clock error from which head-end and concentrators correct by themselves; 0: on order "
          "only.",
          [](auto& s) -> auto& { return s.hes.clock_threshold_s; }),
  };
}

Keys outside_keys() {
  return {
      K::text(
          "expose.listen",
          "\"127.0.0.1:PORT\": in mode paced the module of meter n also listens on PORT + n - 1 "
          "(wrapper). Empty: none listens.",
          [](auto& s) -> auto& { return s.expose.listen; }),
      K::integer(
          "expose.hdlc_port", "", 0, 65'535,
          "Port on which one meter's optical port speaks HDLC over TCP; 0 none.",
          [](auto& s) -> auto& { return s.expose.hdlc_port; }),
      K::integer(
          "expose.hdlc_meter", "", 1, 1000, "The meter of `expose.hdlc_port`.",
          [](auto& s) -> auto& { return s.expose.hdlc_meter; }),
      K::text(
          "expose.gateway",
          "\"127.0.0.1:PORT\": in mode paced the DLMS gateway of concentrator n listens on PORT + "
          "n "
          "- 1; the destination wPort chooses the meter. Empty: none.",
          [](auto& s) -> auto& { return s.expose.gateway; }),
      K::text(
          "expose.head_end",
          "\"HOST:PORT\": in mode paced the concentrators report there over P3.2Ex and mutual TLS, "
          "instead of to the built-in head-end.",
          [](auto& s) -> auto& { return s.expose.head_end; }),
      K::text(
          "expose.p32",
          "\"127.0.0.1:PORT\": in mode paced the P3.2Ex server of concentrator n listens on PORT + "
          "n "
          "- 1, with mutual TLS.",
          [](auto& s) -> auto& { return s.expose.p32; }),
      K::text(
          "expose.tls_certificate",
          "Certificate chain of the concentrators, PEM, relative to the scenario file; {id} in the "
          "name stands for each one's id.",
          [](auto& s) -> auto& { return s.expose.tls_certificate; }),
      K::text(
          "expose.tls_key", "Its private key, PEM; {id} likewise.",
          [](auto& s) -> auto& { return s.expose.tls_key; }),
      K::text(
          "expose.tls_authority", "Authority of the head-end's certificate, PEM.",
          [](auto& s) -> auto& { return s.expose.tls_authority; }),
      K::integer(
          "trace.meter", "", 0, 1000, "Detailed meter whose signals go to trace.vcd; 0 none.",
          [](auto& s) -> auto& { return s.trace.meter; }),
      K::number(
          "trace.from_s", "s", 0, 31'622'400, "ADC samples are traced from here ...",
          [](auto& s) -> auto& { return s.trace.from_s; }),
      K::number(
          "trace.to_s", "s", 0, 31'622'400, "... to here.",
          [](auto& s) -> auto& { return s.trace.to_s; }),
      K::integer(
          "report.home", "", 1, 1000, "The home whose load the report plots.",
          [](auto& s) -> auto& { return s.report.home; }),
  };
}

}  // namespace

const std::vector<Key<Scenario>>& scenario_keys() {
  static const Keys all = [] {
    Keys keys;
    for (const Keys& part : {general_keys(), meter_keys(), world_keys(), cell_keys(), line_keys(),
                             end_keys(), outside_keys()}) {
      keys.insert(keys.end(), part.begin(), part.end());
    }
    return keys;
  }();
  return all;
}

}  // namespace sim::run

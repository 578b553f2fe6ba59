// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sim/scenario/key.hpp"

namespace sim::run {

// The roads from the meters to the head-end.
enum class Uplink { ethernet, gprs };
inline Names names_of(Uplink) { return {"ethernet", "gprs"}; }

struct CellKeys {
  static constexpr SectionName kSection{"cell", "The one GPRS cell all modules share."};
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

  static void describe(auto& key) {
    key("slots", &CellKeys::slots, range(1, 64), "",
        "Packet timeslots of the cell, shared by its modules; eight a carrier.");
    key("uplink_slots", &CellKeys::uplink_slots, range(1, 4), "",
        "Uplink slots of one module (multislot class 12).");
    key("downlink_slots", &CellKeys::downlink_slots, range(1, 4), "",
        "Downlink slots of one module.");
    key("rtt_ms", &CellKeys::rtt_ms, range(0, 10'000), "ms",
        "Round trip of a small packet, module awake.");
    key("loss", &CellKeys::loss, range(0, 0.9), "", "Share of packets lost, each way.");
    key("attach_s", &CellKeys::attach_s, range(0, 600), "s", "Mean time to attach.");
    key("pdp_s", &CellKeys::pdp_s, range(0, 600), "s", "Mean time to activate the PDP context.");
    key("ready_s", &CellKeys::ready_s, range(0, 3600), "s",
        "READY timer T3314; after it a module must be paged.");
    key("wake_ms", &CellKeys::wake_ms, range(0, 10'000), "ms",
        "Extra delay of the first packet from STANDBY.");
    key("nat_timeout_s", &CellKeys::nat_timeout_s, range(10, kDayS), "s",
        "Silence after which the operator's NAT forgets a connection.");
  }
};

struct Cm1Keys {
  static constexpr SectionName kSection{"cm1", "The communication modules."};
  std::int64_t heartbeat_s = 600;
  std::int64_t poll_s = 60;
  std::int64_t start_spread_s = 120;
  double service_assumed_ms = 3;

  static void describe(auto& key) {
    key("heartbeat_s", &Cm1Keys::heartbeat_s, range(0, kDayS), "s",
        "Silence before a module's heartbeat; 0 none.");
    key("poll_s", &Cm1Keys::poll_s, range(1, 3600), "s",
        "How often the module asks its meter for a push.");
    key("start_spread_s", &Cm1Keys::start_spread_s, range(0, 3600), "s",
        "Modules attach this much after power-on at most, drawn for each.");
    key("service_assumed_ms", &Cm1Keys::service_assumed_ms, range(0, 1000), "ms",
        "Time a module is assumed to take to turn a frame round.");
  }
};

struct PlcKeys {
  static constexpr SectionName kSection{"plc",
                                        "The low-voltage feeders below each concentrator, "
                                        "generated from the seed; docs/model-plc.md."};
  std::int64_t feeders = 4;
  double spacing_m = 30;
  double customers_per_point = 2;
  double drop_m = 12;
  double noise_db = 0;
  double premises_ohm = 38;
  double transmit_dbuv = 120;
  std::int64_t max_switch_level = 6;

  static void describe(auto& key) {
    key("feeders", &PlcKeys::feeders, range(1, 12), "", "Cables that leave the substation.");
    key("spacing_m", &PlcKeys::spacing_m, range(5, 200), "m",
        "Mean distance between two connection points.");
    key("customers_per_point", &PlcKeys::customers_per_point, range(1, 24), "",
        "Mean number of meters at a connection point: 1 in the country, 8 and more in meter "
        "rooms.");
    key("drop_m", &PlcKeys::drop_m, range(1, 100), "m", "Mean length from the cable to a house.");
    key("noise_db", &PlcKeys::noise_db, range(-30, 40), "dB",
        "Added to the background noise of every place.");
    key("premises_ohm", &PlcKeys::premises_ohm, range(1, 500), "Ohm",
        "Typical impedance of a house at 42 to 89 kHz: the lower, the more signal it takes.");
    key("transmit_dbuv", &PlcKeys::transmit_dbuv, range(90, 134), "dBuV",
        "Level a modem sends at (EN 50065-1: 134 at most).");
    key("max_switch_level", &PlcKeys::max_switch_level, range(0, 16), "",
        "Levels of switches a network may have; 0: whoever does not hear the concentrator stays "
        "out.");
  }
};

struct EthernetKeys {
  static constexpr SectionName kSection{"ethernet",
                                        "The wired uplink of concentrators that have one."};
  double rtt_ms = 30;
  double up_kbit_s = 2000;
  double down_kbit_s = 10'000;

  static void describe(auto& key) {
    key("rtt_ms", &EthernetKeys::rtt_ms, range(0.1, 2000), "ms", "Round trip to the head-end.");
    key("up_kbit_s", &EthernetKeys::up_kbit_s, range(32, 1e6), "kbit/s",
        "Rate towards the head-end.");
    key("down_kbit_s", &EthernetKeys::down_kbit_s, range(32, 1e6), "kbit/s",
        "Rate from the head-end.");
  }
};

// A data concentrator and the meters on its power line; the others have a CM1 each.
struct ConcentratorRow {
  MeterSet meters;
  Uplink uplink = Uplink::ethernet;
  std::int64_t collect_period_s = 14'400;
  std::int64_t poll_period_s = 60;
  std::int64_t sessions = 10;
  bool detailed = false;

  static void describe(auto& key) {
    key("meters", &ConcentratorRow::meters, "The meters on its power line; they have no CM1.")
        .mandatory();
    key("uplink", &ConcentratorRow::uplink,
        "How it reaches the head-end. With gprs it cannot be called and asks for work.");
    key("collect_period_s", &ConcentratorRow::collect_period_s,
        steps({900, 1800, 3600, 7200, 14'400, 21'600, 43'200, 86'400}), "s",
        "How often it reads the load profiles; daily values are read after midnight.");
    key("poll_period_s", &ConcentratorRow::poll_period_s, range(5, 3600), "s",
        "gprs: how often it asks the head-end for work.");
    key("sessions", &ConcentratorRow::sessions, range(1, 64), "",
        "Meters it speaks to at the same time.");
    key("detailed", &ConcentratorRow::detailed,
        "Power line, concentrator and coupling as SystemC modules (tier T1).");
  }
};

}  // namespace sim::run

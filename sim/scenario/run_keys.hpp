// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario/image_keys.hpp"
#include "sim/scenario/key.hpp"

namespace sim::run {

// The run itself, the head-end, and who looks on.
enum class Mode { free, lockstep, paced };
inline Names names_of(Mode) { return {"free", "lockstep", "paced"}; }

struct GeneralKeys {
  static constexpr SectionName kSection{"scenario",
                                        "What it is, when it starts, how long it runs."};
  std::string name = "unnamed";
  std::string description;
  std::int64_t start_utc_s = 1'705'276'800;  // 2024-01-15T00:00:00Z, a winter Monday
  double duration_h = 24;
  double collect_h = 4;
  std::int64_t seed = 1;
  // No key: the zones of all meters by name, as their clocks keep them; resolved before the run.
  std::map<std::string, ZoneRule> zones;

  static void describe(auto& key) {
    key("name", &GeneralKeys::name, "Name in reports and file attributes.");
    key("description", &GeneralKeys::description, "One sentence on what the scenario shows.");
    key("start", &GeneralKeys::start_utc_s, instant(), "",
        "Simulated time at which the run starts; a full minute.");
    key("duration_h", &GeneralKeys::duration_h, range(0.25, kYearS / 3600), "h",
        "Captures are expected from the start for this long.");
    key("collect_h", &GeneralKeys::collect_h, range(0, 744), "h",
        "Time after the last expected capture to bring late rows home.");
    key("seed", &GeneralKeys::seed, range(0, 9.0e15), "",
        "Key of every random draw: the same seed gives the same result, bit by bit.");
  }
};

struct SimKeys {
  static constexpr SectionName kSection{"sim", "How the simulator runs it."};
  Mode mode = Mode::free;
  double speed = 1;
  bool lazy = true;
  bool noise = true;
  bool sampled = false;
  bool read_measured = false;

  static void describe(auto& key) {
    key("mode", &SimKeys::mode,
        "free: all inside one process, as fast as it goes. lockstep: the head-end is a child "
        "process on a real socket, time waits for it. paced: real sockets and `sim.speed` times "
        "real time.");
    key("speed", &SimKeys::speed, range(0.01, 100'000), "x",
        "Simulated seconds a second in mode paced.");
    key("lazy", &SimKeys::lazy,
        "Integrate energy only when somebody reads it. false gives the same result and costs more; "
        "it is there to show that.");
    key("noise", &SimKeys::noise, "Noise of the analogue front ends.");
    key("sampled", &SimKeys::sampled,
        "Meters that are not detailed measure samples, too, one window a grid step and change, and "
        "not sums in closed form. The same to one unit a register and day, and slower; it is there "
        "to show that.");
    key("read_measured", &SimKeys::read_measured,
        "After the run every register of measured quantities is read from every meter, too, and "
        "judged by the phasors at its terminals (measured_mismatches).");
  }
};

struct HesKeys {
  static constexpr SectionName kSection{"hes", "The head-end."};
  std::int64_t port = 4059;
  std::int64_t p32_port = 8432;
  std::int64_t in_time_s = 14'400;
  std::int64_t gap_check_s = 900;
  std::int64_t event_period_s = 86'400;
  std::int64_t response_timeout_s = 30;
  std::int64_t retries = 3;
  std::int64_t concurrent = 50;
  double clock_threshold_s = 0;
  std::vector<ImageRow> images;  // the [[image]] rows

  static void describe(auto& key) {
    key("port", &HesKeys::port, range(1, 65'535), "",
        "TCP port of the head-end (IANA: 4059 for DLMS).");
    key("p32_port", &HesKeys::p32_port, range(1, 65'535), "", "Port for concentrators (P3.2Ex).");
    key("in_time_s", &HesKeys::in_time_s, range(60, kDayS), "s",
        "A row is in time within this of its capture; of a meter behind a concentrator: of the "
        "collection that follows.");
    key("gap_check_s", &HesKeys::gap_check_s, range(60, kDayS), "s",
        "How often the head-end looks for gaps to pull.");
    key("event_period_s", &HesKeys::event_period_s, range(600, kDayS), "s",
        "How often the head-end reads the event logs of meters behind modules; of an alarm's log "
        "it does so at once. Concentrators read them once a day.");
    key("response_timeout_s", &HesKeys::response_timeout_s, range(1, 600), "s",
        "Silence after which a request is repeated.");
    key("retries", &HesKeys::retries, range(0, 20), "", "Repetitions of a request or an order.");
    key("concurrent", &HesKeys::concurrent, range(1, 10'000), "",
        "Meters the head-end asks at the same time.");
    key("clock_threshold_s", &HesKeys::clock_threshold_s, range(0, 3600), "s",
        "Clock error from which head-end and concentrators correct by themselves; 0: on order "
        "only.");
  }
};

struct ExposeKeys {
  static constexpr SectionName kSection{"expose",
                                        "Reading a living meter from outside, mode paced."};
  std::string listen;  // empty: nobody listens
  std::int64_t hdlc_port = 0;
  std::int64_t hdlc_meter = 1;
  std::string gateway;  // of concentrator 1; the others on the following ports
  std::string p32;      // likewise
  std::string head_end;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_authority;

  static void describe(auto& key) {
    key("listen", &ExposeKeys::listen,
        "\"127.0.0.1:PORT\": in mode paced the module of meter n also listens on PORT + n - 1 "
        "(wrapper); PORT 0: ports of the system's, listed in doors.csv. Empty: none listens.");
    key("hdlc_port", &ExposeKeys::hdlc_port, range(0, 65'535), "",
        "Port on which one meter's optical port speaks HDLC over TCP; 0: none, so it is never one "
        "of the system's.");
    key("hdlc_meter", &ExposeKeys::hdlc_meter, range(1, 1000), "",
        "The meter of `expose.hdlc_port`; it must be one of `meters.detailed`.");
    key("gateway", &ExposeKeys::gateway,
        "\"127.0.0.1:PORT\": in mode paced the DLMS gateway of concentrator n listens on PORT + n "
        "- 1; the destination wPort chooses the meter. PORT 0: as expose.listen. Empty: none.");
    key("head_end", &ExposeKeys::head_end,
        "\"HOST:PORT\": in mode paced the concentrators report there over P3.2Ex and mutual TLS, "
        "instead of to the built-in head-end.");
    key("p32", &ExposeKeys::p32,
        "\"127.0.0.1:PORT\": in mode paced the P3.2Ex server of concentrator n listens on PORT + n "
        "- 1, with mutual TLS. PORT 0: as expose.listen. Empty: none.");
    key("tls_certificate", &ExposeKeys::tls_certificate,
        "Certificate chain of the concentrators, PEM, relative to the scenario file; {id} in the "
        "name stands for each one's id.");
    key("tls_key", &ExposeKeys::tls_key, "Its private key, PEM; {id} likewise.");
    key("tls_authority", &ExposeKeys::tls_authority,
        "Authority of the head-end's certificate, PEM.");
  }
};

struct TraceKeys {
  static constexpr SectionName kSection{"trace", "Waveforms of one detailed meter."};
  std::int64_t meter = 0;  // 0: no trace
  double from_s = 0;
  double to_s = 0;

  static void describe(auto& key) {
    key("meter", &TraceKeys::meter, range(0, 1000), "",
        "Detailed meter whose signals go to trace.vcd; 0 none.");
    key("from_s", &TraceKeys::from_s, range(0, kYearS), "s",
        "ADC samples are traced from here ...");
    key("to_s", &TraceKeys::to_s, range(0, kYearS), "s", "... to here.");
  }
};

struct ReportKeys {
  static constexpr SectionName kSection{"report", "The HTML report."};
  std::int64_t home = 1;

  static void describe(auto& key) {
    key("home", &ReportKeys::home, range(1, 1000), "", "The home whose load the report plots.");
  }
};

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sim/result/row.hpp"

// Power lines, concentrators and P3.2Ex.
namespace sim::result {

// Of a modem on a power line: when it was in its subnetwork, and what it sent and heard.
struct NodeMembership {
  double first_registered_s = kNotKnown;
  std::uint32_t registrations = 0;
  double registered_share = 0;

  static void describe(auto& column) {
    column("first_registered_s", &NodeMembership::first_registered_s, "s",
           "first connected with the concentrator");
    column("registrations", &NodeMembership::registrations, "", "times it connected");
    column("registered_share", &NodeMembership::registered_share, "",
           "share of the run it was connected");
  }
};

struct NodeTraffic {
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t frames_lost = 0;
  std::uint64_t beacons_received = 0;
  std::uint64_t beacons_missed = 0;

  static void describe(auto& column) {
    column("frames_sent", &NodeTraffic::frames_sent, "", "all but beacons");
    column("frames_received", &NodeTraffic::frames_received, "",
           "frames meant for it that arrived whole");
    column("frames_lost", &NodeTraffic::frames_lost, "", "frames meant for it that did not");
    column("beacons_received", &NodeTraffic::beacons_received, "", "of the switch it follows");
    column("beacons_missed", &NodeTraffic::beacons_missed, "", "of the switch it follows");
  }
};

// A modem on a power line, as the run left it. Meter 0: the concentrator's.
struct NodeRow {
  static constexpr TableName kTable{"nodes", "Modems on power lines, as the run left them."};
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
  NodeMembership membership;
  NodeTraffic traffic;

  static void describe(auto& column) {
    column("concentrator", &NodeRow::concentrator, "", kConcentratorDoc);
    column("meter", &NodeRow::meter, "", "meter number; 0 the concentrator's own modem");
    column("phases", &NodeRow::phases, "", "bits: phases it is connected to");
    column("x_m", &NodeRow::x_m, "m", "place, east of the substation");
    column("y_m", &NodeRow::y_m, "m", "place, north of the substation");
    column("distance_m", &NodeRow::distance_m, "m", "from the busbar, along the cables");
    column("registered", &NodeRow::registered, "", "1 registered at the end");
    column("level", &NodeRow::level, "", "switches between it and the base node");
    column("is_switch", &NodeRow::is_switch, "", "1 promoted to a switch");
    column("parent", &NodeRow::parent, "", "meter it is registered under; 0 the base node");
    column("snr_down_db", &NodeRow::snr_down_db, "dB", "mean, from its parent to it");
    column("snr_up_db", &NodeRow::snr_up_db, "dB", "mean, from it to its parent");
    column.part(&NodeRow::membership);
    column.part(&NodeRow::traffic);
  }
};

struct CableRow {
  static constexpr TableName kTable{"cables", "The feeders, to draw them."};
  std::uint16_t concentrator = 0;
  double x0_m = 0;
  double y0_m = 0;
  double x1_m = 0;
  double y1_m = 0;
  Text<16> kind;  // of cable

  static void describe(auto& column) {
    column("concentrator", &CableRow::concentrator, "", kConcentratorDoc);
    column("x0_m", &CableRow::x0_m, "m", "one end");
    column("y0_m", &CableRow::y0_m, "m", "one end");
    column("x1_m", &CableRow::x1_m, "m", "other end");
    column("y1_m", &CableRow::y1_m, "m", "other end");
    column("kind", &CableRow::kind, "", "type of cable");
  }
};

struct RegistrationRow {
  static constexpr TableName kTable{"registrations",
                                    "Meters joining and leaving their subnetwork."};
  double t_s = 0;
  std::uint16_t concentrator = 0;
  std::uint32_t meter = 0;
  std::uint8_t joined = 0;  // 0: left
  std::uint8_t level = 0;
  std::uint32_t registered = 0;  // of this concentrator, afterwards

  static void describe(auto& column) {
    column("t_s", &RegistrationRow::t_s, "s", "when");
    column("concentrator", &RegistrationRow::concentrator, "", kConcentratorDoc);
    column("meter", &RegistrationRow::meter, "", kMeterDoc);
    column("joined", &RegistrationRow::joined, "", "1 joined, 0 left");
    column("level", &RegistrationRow::level, "", "switches between it and the base node");
    column("registered", &RegistrationRow::registered, "",
           "meters of the concentrator that are in, afterwards");
  }
};

// Kinds of frames that stations hear which they are not addressed to: what is called to all, and
// promotion, which terminals listen to so as not to repeat it. No share of losses counts them.
constexpr bool is_overheard(std::string_view kind) {
  return kind == "beacon" || kind == "pnpdu" || kind == "fra" || kind == "pro";
}

struct AirtimeRow {
  static constexpr TableName kTable{"airtime",
                                    "What the power line is busy with, by hour and kind of frame."};
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

  static void describe(auto& column) {
    column("hour", &AirtimeRow::hour, "h", "of simulated time, from 0");
    column("concentrator", &AirtimeRow::concentrator, "", kConcentratorDoc);
    column("kind", &AirtimeRow::kind, "",
           "beacon, pnpdu, control packets by type, data, data_again (ARQ)");
    column("frames", &AirtimeRow::frames, "", "sent");
    column("airtime_s", &AirtimeRow::airtime_s, "s", "from preamble to end");
    column("bytes", &AirtimeRow::bytes, "B", "MAC octets");
    column("ok", &AirtimeRow::ok, "", "receptions by those whose filter lets them through");
    column("noise", &AirtimeRow::noise, "", "lost to noise");
    column("collision", &AirtimeRow::collision, "", "lost to another sender");
    column("deaf", &AirtimeRow::deaf, "", "lost because the receiver was sending or busy");
  }
};

struct ReportRow {
  static constexpr TableName kTable{"reports", "P3.2Ex reports as the head-end accepted them."};
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

  static void describe(auto& column) {
    column("t_s", &ReportRow::t_s, "s", "arrival");
    column("concentrator", &ReportRow::concentrator, "", kConcentratorDoc);
    column("kind", &ReportRow::kind, "", "of the twelve reports");
    column("requested", &ReportRow::requested, "", "1 answers an order or a request");
    column("meters", &ReportRow::meters, "", "it speaks of");
    column("errors", &ReportRow::errors, "", "meters with an error instead of data");
    column("rows", &ReportRow::rows, "", "of profiles or logs");
    column("new_rows", &ReportRow::new_rows, "", "not known before");
    column("bytes", &ReportRow::bytes, "B", "HTTP head and body, compressed as received");
    column("latency_s", &ReportRow::latency_s, "s", "since the newest row in it was stamped");
  }
};

struct PollRow {
  static constexpr TableName kTable{"polls", "What the concentrators did with their meters."};
  double t_s = 0;
  std::uint16_t concentrator = 0;
  std::uint32_t meter = 0;
  Text<24> job;
  Text<16> outcome;
  double duration_s = 0;
  std::uint32_t bytes_up = 0;
  std::uint32_t bytes_down = 0;
  std::uint32_t new_rows = 0;

  static void describe(auto& column) {
    column("t_s", &PollRow::t_s, "s", "end");
    column("concentrator", &PollRow::concentrator, "", kConcentratorDoc);
    column("meter", &PollRow::meter, "", kMeterDoc);
    column("job", &PollRow::job, "", "what for");
    column("outcome", &PollRow::outcome, "", "done, or why not");
    column("duration_s", &PollRow::duration_s, "s", "from its first request");
    column("bytes_up", &PollRow::bytes_up, "B", "of DLMS, towards the concentrator");
    column("bytes_down", &PollRow::bytes_down, "B", "of DLMS, towards the meter");
    column("new_rows", &PollRow::new_rows, "", "profile rows not known before");
  }
};

}  // namespace sim::result

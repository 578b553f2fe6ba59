// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/columns.hpp"

namespace sim::result {
namespace {

constexpr const char* kMeter = "meter number, from 1";
constexpr const char* kConcentrator = "number of the concentrator, from 1";

TableSchema nodes() {
  using R = NodeRow;
  Columns<R> columns("nodes", "Modems on power lines, as the run left them.");
  columns("concentrator", "", &R::concentrator, kConcentrator)(
      "meter", "", &R::meter, "meter number; 0 the concentrator's own modem")(
      "phases", "", &R::phases, "bits: phases it is connected to")("x_m", "m", &R::x_m,
                                                                   "place, east of the substation")(
      "y_m", "m", &R::y_m, "place, north of the substation")("distance_m", "m", &R::distance_m,
                                                             "from the busbar, along the cables")(
      "registered", "", &R::registered, "1 registered at the end")(
      "level", "", &R::level, "switches between it and the base node")(
      "is_switch", "", &R::is_switch, "1 promoted to a switch")(
      "parent", "", &R::parent, "meter it is registered under; 0 the base node")(
      "snr_down_db", "dB", &R::snr_down_db, "mean, from its parent to it")(
      "snr_up_db", "dB", &R::snr_up_db, "mean, from it to its parent")(
      "first_registered_s", "s", &R::first_registered_s, "first connected with the concentrator")(
      "registrations", "", &R::registrations, "times it connected")(
      "registered_share", "", &R::registered_share, "share of the run it was connected")(
      "frames_sent", "", &R::frames_sent, "all but beacons")(
      "frames_received", "", &R::frames_received, "frames meant for it that arrived whole")(
      "frames_lost", "", &R::frames_lost, "frames meant for it that did not")(
      "beacons_received", "", &R::beacons_received, "of the switch it follows")(
      "beacons_missed", "", &R::beacons_missed, "of the switch it follows");
  return columns.done();
}

TableSchema cables() {
  using R = CableRow;
  Columns<R> columns("cables", "The feeders, to draw them.");
  columns("concentrator", "", &R::concentrator, kConcentrator)("x0_m", "m", &R::x0_m, "one end")(
      "y0_m", "m", &R::y0_m, "one end")("x1_m", "m", &R::x1_m, "other end")(
      "y1_m", "m", &R::y1_m, "other end")("kind", "", &R::kind, "type of cable");
  return columns.done();
}

TableSchema registrations() {
  using R = RegistrationRow;
  Columns<R> columns("registrations", "Meters joining and leaving their subnetwork.");
  columns("t_s", "s", &R::t_s, "when")("concentrator", "", &R::concentrator, kConcentrator)(
      "meter", "", &R::meter, kMeter)("joined", "", &R::joined, "1 joined, 0 left")(
      "level", "", &R::level, "switches between it and the base node")(
      "registered", "", &R::registered, "meters of the concentrator that are in, afterwards");
  return columns.done();
}

TableSchema airtime() {
  using R = AirtimeRow;
  Columns<R> columns("airtime", "What the power line is busy with, by hour and kind of frame.");
  columns("hour", "h", &R::hour, "of simulated time, from 0")("concentrator", "", &R::concentrator,
                                                              kConcentrator)(
      "kind", "", &R::kind, "beacon, pnpdu, control packets by type, data, data_again (ARQ)")(
      "frames", "", &R::frames, "sent")("airtime_s", "s", &R::airtime_s, "from preamble to end")(
      "bytes", "B", &R::bytes, "MAC octets")("ok", "", &R::ok,
                                             "receptions by those they were meant for")(
      "noise", "", &R::noise, "lost to noise")("collision", "", &R::collision,
                                               "lost to another sender")(
      "deaf", "", &R::deaf, "lost because the receiver was sending or busy");
  return columns.done();
}

TableSchema reports() {
  using R = ReportRow;
  Columns<R> columns("reports", "P3.2Ex reports as the head-end accepted them.");
  columns("t_s", "s", &R::t_s, "arrival")("concentrator", "", &R::concentrator, kConcentrator)(
      "kind", "", &R::kind, "of the twelve reports")("requested", "", &R::requested,
                                                     "1 answers an order or a request")(
      "meters", "", &R::meters, "it speaks of")("errors", "", &R::errors,
                                                "meters with an error instead of data")(
      "rows", "", &R::rows, "of profiles or logs")("new_rows", "", &R::new_rows,
                                                   "not known before")(
      "bytes", "B", &R::bytes, "HTTP head and body, compressed as received")(
      "latency_s", "s", &R::latency_s, "since the newest row in it was stamped");
  return columns.done();
}

TableSchema polls() {
  using R = PollRow;
  Columns<R> columns("polls", "What the concentrators did with their meters.");
  columns("t_s", "s", &R::t_s, "end")("concentrator", "", &R::concentrator, kConcentrator)(
      "meter", "", &R::meter, kMeter)("job", "", &R::job, "what for")(
      "outcome", "", &R::outcome, "done, or why not")("duration_s", "s", &R::duration_s,
                                                      "from its first request")(
      "bytes_up", "B", &R::bytes_up, "of DLMS, towards the concentrator")(
      "bytes_down", "B", &R::bytes_down, "of DLMS, towards the meter")(
      "new_rows", "", &R::new_rows, "profile rows not known before");
  return columns.done();
}

}  // namespace

void add_power_line_schemas(std::vector<TableSchema>& all) {
  for (auto* make : {nodes, cables, registrations, airtime, reports, polls}) all.push_back(make());
}

}  // namespace sim::result

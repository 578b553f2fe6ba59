// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernel/time.hpp"
#include "protocol/cosem/quantities.hpp"

namespace sim::result {

// What a scenario demands of a figure. A figure that was not measured (NaN) holds no limit.
struct Limit {
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> equals;

  bool holds(double value) const;
  std::string text() const;  // ">= 0.99", "= 0", ">= 1 and <= 5"
};

// One [[expect]] row of a scenario.
struct Expectation {
  std::string kpi;
  Limit limit;
};

// What a run that ends before its scenario knows of a figure.
enum class Ripeness {
  ripe,     // the scenario was run to its end, or the figure speaks of what is over
  growing,  // a count or sum that may still rise: it can be above a limit, not finally below
};

// Of one limit. `open`: not due yet when the run was cut short.
enum class Verdict { pass, fail, open };

struct Kpi {
  std::string name;
  double value = 0;
  std::string unit;  // "" for counts and shares
  std::vector<Limit> limits;
  Ripeness ripeness = Ripeness::ripe;
  bool cut_short = false;  // then NaN is open, too: there was nothing yet
  // Not everything it speaks of could be looked at: it can break a limit, but hold none. What seems
  // to hold is `open` in a run that was cut short, and fails in a whole one.
  bool incomplete = false;

  Verdict verdict(const Limit& limit) const;
  Verdict verdict() const;  // of all limits; pass without one
  bool pass() const { return verdict() == Verdict::pass; }
  std::string limit_text() const;  // "" without a limit
};

// Puts each expectation to its figure; one that names a figure which is not there adds it as NaN.
std::vector<Kpi> judge(std::vector<Kpi> measured, std::span<const Expectation> expectations);
// No limit is broken; some may be open.
bool none_fails(std::span<const Kpi> kpis);

// Shortest text that reads back as the same double; integers without a point.
std::string number_text(double value);
// For people: four significant digits, and as many more as the verdict needs.
std::string rounded_text(const Kpi& kpi);

// What a place holds of a profile against what it should hold.
struct Tally {
  std::uint64_t expected = 0;
  std::uint64_t in_time = 0;     // held within the limit after the capture (head-end only)
  std::uint64_t lost = 0;        // expected and not held
  std::uint64_t duplicated = 0;  // held and not expected: a second copy, or a row of nowhere
  std::uint64_t mismatches = 0;  // held, and a register out of its class limit
  std::uint64_t status_mismatches = 0;
  std::uint64_t misnumbered = 0;  // held, with a capture counter not above that of the row before
  std::uint64_t unknown = 0;      // rows whose truth nobody knows

  Tally& operator+=(const Tally& other);
};

// What a place holds of the events that a scenario makes happen.
struct EventTally {
  std::uint64_t expected = 0;
  std::uint64_t missing = 0;
  std::uint64_t unexpected = 0;

  EventTally& operator+=(const EventTally& other) {
    expected += other.expected;
    missing += other.missing;
    unexpected += other.unexpected;
    return *this;
  }
  std::uint64_t mismatches() const { return missing + unexpected; }
};

// Of one power line and its concentrator.
struct LineFigures {
  std::uint64_t meters = 0;
  std::uint64_t registered = 0;  // at the end
  std::uint64_t registrations = 0;
  double last_first_registration_s = 0;
  std::uint64_t switches = 0;  // at the end
  std::uint64_t deepest_level = 0;
  std::uint64_t uncoded_frames = 0;
  kernel::TimeNs airtime_ns = 0;          // beacons included
  kernel::TimeNs control_airtime_ns = 0;  // of it, all that carries no data of a meter
  kernel::TimeNs data_airtime_ns = 0;     // all that does, repetitions included
  kernel::TimeNs pro_airtime_ns = 0;      // PRO
  kernel::TimeNs prm_airtime_ns = 0;      // PRM
  kernel::TimeNs pnpdu_airtime_ns = 0;
  kernel::TimeNs beacon_airtime_ns = 0;
  std::uint64_t receptions = 0;  // by those a frame was meant for: no beacons, no PNPDU
  std::uint64_t collisions = 0;  // a deaf receiver is one too
  std::uint64_t noise_losses = 0;
  std::uint64_t malformed = 0;  // frames, requests and messages that could not be read
  std::uint64_t reports_repeated = 0;
  double clock_worst_s = 0;  // |concentrator's clock - simulated time|
};

// Octets over one road to the head-end, both ways, and the meter-days they serve.
struct RoadFigures {
  std::uint64_t octets = 0;
  double meter_days = 0;
};

// Of one register of one meter, see RegisterErrorRow.
struct RegisterError {
  double percent;
  double modelled_percent;
};

// Of firmware images.
struct ImageFigures {
  std::uint64_t orders_done = 0;
  std::uint64_t judged = 0;      // meters
  std::uint64_t mismatches = 0;  // of them
  // By meter, as the head-end read it at the end of an order.
  std::vector<std::pair<std::uint32_t, std::string>> revisions_read = {};
};

// Clocks by themselves, between two settings.
struct ClockFigures {
  std::uint64_t judged = 0;
  std::uint64_t mismatches = 0;
  double gain_worst_s = std::numeric_limits<double>::quiet_NaN();  // a day
};

// What was looked at, and what of it was not as it had to be.
struct Judged {
  std::uint64_t judged = 0;
  std::uint64_t mismatches = 0;
};

// What a run counts; the table in kpi_table.cpp makes its figures of it.
struct RunFigures {
  Tally head_end;
  Tally flash;
  Tally closings;                     // daily, in the head-end
  Tally months;                       // monthly closings, in the head-end
  std::uint64_t flash_differing = 0;  // rows that stand in both places, not equal
  std::uint64_t flash_unread = 0;     // meters that could not be read at the end
  EventTally events_in_flash;
  EventTally events_in_head_end;
  EventTally alarms;                                        // told by the meters by themselves
  std::array<double, protocol::cosem::kQuantities> sums{};  // last rows of all meters, by register
  std::uint64_t relay_orders = 0;
  std::uint64_t relay_orders_done = 0;
  std::uint64_t clock_orders_done = 0;
  std::uint64_t calendar_orders_done = 0;
  std::uint64_t limit_orders_done = 0;
  std::uint64_t parameter_orders_done = 0;
  std::uint64_t key_orders_done = 0;
  EventTally relay_moves;  // of the contacts
  EventTally sags;         // and swells, in flash and head-end
  EventTally outages;      // the same
  // Of meters that were given a tariff plan, as their registers say at the end.
  Judged tariff;
  Judged demand;
  Judged looks;     // at displays
  Judged measured;  // of meters that are asked for all they measure (sim.read_measured)
  Judged pulses;    // at test outputs
  std::array<std::vector<RegisterError>, protocol::cosem::kQuantities> register_errors;
  ImageFigures images;
  std::uint64_t orders_failed = 0;
  double clock_worst_s = 0;  // |meter clock - ours| at the last check of each meter
  std::uint64_t sessions = 0;
  std::uint64_t reports = 0;
  bool reports_go_elsewhere = false;     // to a head-end that is not ours: nobody counts them here
  std::vector<double> push_latencies_s;  // stamp to store of the pushes
  std::vector<double> collection_latencies_s;  // the same of rows of meters on power lines
  RoadFigures gprs;
  RoadFigures ethernet;
  std::vector<LineFigures> lines;
  kernel::TimeNs simulated_ns = 0;
  ClockFigures clock;
  bool cut_short = false;  // ended before the scenario's end: only what is due was judged
};

// One line a figure: what [[expect]] may name, docs/scenario-reference.md explains and the table
// kpi of result.h5 holds, in this order.
struct KpiInfo {
  const char* name;
  const char* unit;  // "" for counts and shares
  const char* doc;
  double (*value)(const RunFigures&);  // NaN: nothing to judge
  Ripeness when_cut = Ripeness::growing;
  bool (*incomplete)(const RunFigures&) = nullptr;  // none: never
};
std::span<const KpiInfo> kpi_table();

std::vector<Kpi> kpis_of(const RunFigures& figures);

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/kpi.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "sim/result/register_kpis.hpp"
#include "sim/result/row.hpp"

namespace sim::result {
namespace {

using F = RunFigures;

double number(auto value) { return static_cast<double>(value); }

constexpr double kNotDue = std::numeric_limits<double>::quiet_NaN();

// NaN where there is nothing to judge.
double share(auto part, auto whole) {
  return whole > 0 ? number(part) / number(whole) : std::numeric_limits<double>::quiet_NaN();
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto at = static_cast<std::ptrdiff_t>(q * number(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

template <auto kMember>
double count(const F& f) {
  return number(f.*kMember);
}
template <auto kMember>
double judged(const F& f) {
  return number((f.*kMember).judged);
}
template <auto kMember>
double mismatches(const F& f) {
  return number((f.*kMember).mismatches);
}
template <auto kPlace, auto kMember>
double tally(const F& f) {
  if (f.cut_short && (f.*kPlace).expected == 0) return kNotDue;
  return number(f.*kPlace.*kMember);
}
// Over all power lines: the sum, the largest.
template <auto kMember>
double lines(const F& f) {
  std::decay_t<decltype(LineFigures{}.*kMember)> sum = 0;
  for (const LineFigures& line : f.lines) sum += line.*kMember;
  return number(sum);
}
template <auto kMember>
double line_seconds(const F& f) {
  return 1e-9 * lines<kMember>(f);
}
template <auto kMember>
double most(const F& f) {
  if (f.lines.empty()) return std::numeric_limits<double>::quiet_NaN();
  double largest = 0;
  for (const LineFigures& line : f.lines) largest = std::max(largest, number(line.*kMember));
  return largest;
}
bool flash_unread(const F& f) { return f.flash_unread > 0; }

constexpr KpiInfo kFigures[] = {
    {"interval_success", "",
     "share of expected rows stored in the head-end within hes.in_time_s of capture, or of the "
     "collection that follows it; network loss is not excused",
     [](const F& f) { return share(f.head_end.in_time, f.head_end.expected); }, Ripeness::ripe},
    {"intervals_expected", "", "rows that should exist, from scenario time, power and clock",
     tally<&F::head_end, &Tally::expected>},
    {"intervals_lost", "", "expected rows that the head-end does not have at the end",
     tally<&F::head_end, &Tally::lost>},
    {"intervals_duplicated", "", "rows the head-end has more than once, or that nobody expects",
     tally<&F::head_end, &Tally::duplicated>},
    {"truth_mismatches", "", "rows and meter-days outside class limit + 1 Wh (1 varh) of truth",
     tally<&F::head_end, &Tally::mismatches>},
    {"truth_unknown", "", "rows without truth: gaps of the source times intervals",
     tally<&F::head_end, &Tally::unknown>},
    {"status_mismatches", "", "rows of the head-end whose status is not the expected one",
     tally<&F::head_end, &Tally::status_mismatches>},
    {"closings_expected", "", "daily closings that should exist",
     tally<&F::closings, &Tally::expected>},
    {"closings_lost", "", "expected closings that the head-end does not have at the end",
     tally<&F::closings, &Tally::lost>},
    {"closings_duplicated", "", "closings more than once, or that nobody expects",
     tally<&F::closings, &Tally::duplicated>},
    {"closings_mismatches", "", "as truth_mismatches, of the daily closings",
     tally<&F::closings, &Tally::mismatches>},
    {"monthly_expected", "", "monthly closings that should exist",
     tally<&F::months, &Tally::expected>},
    {"monthly_lost", "", "expected monthly closings that the head-end does not have at the end",
     tally<&F::months, &Tally::lost>},
    {"monthly_duplicated", "", "monthly closings more than once, or that nobody expects",
     tally<&F::months, &Tally::duplicated>},
    {"monthly_mismatches", "", "as truth_mismatches, of the monthly closings",
     tally<&F::months, &Tally::mismatches>},
    {"flash_lost", "",
     "expected rows that a meter's flash does not have; no flash figure holds a limit while "
     "flash_unread is above 0",
     tally<&F::flash, &Tally::lost>, Ripeness::growing, flash_unread},
    {"flash_duplicated", "", "rows a meter's flash has more than once, or that nobody expects",
     tally<&F::flash, &Tally::duplicated>, Ripeness::growing, flash_unread},
    {"flash_mismatches", "", "as truth_mismatches, of the rows in flash",
     tally<&F::flash, &Tally::mismatches>, Ripeness::growing, flash_unread},
    {"flash_differing", "", "rows that differ between a meter's flash and the head-end",
     count<&F::flash_differing>, Ripeness::growing, flash_unread},
    {"rows_misnumbered", "",
     "rows and closings of head-end and flash whose capture counter is not above that of the row "
     "captured before",
     [](const F& f) {
       return number(f.head_end.misnumbered + f.closings.misnumbered + f.months.misnumbered +
                     f.flash.misnumbered);
     },
     Ripeness::growing, flash_unread},
    {"flash_unread", "", "meters whose flash could not be read at the end",
     count<&F::flash_unread>},
    {"events_expected", "", "entries of event logs that the scenario makes happen",
     [](const F& f) { return number(f.events_in_flash.expected); }},
    {"event_mismatches", "",
     "entries of event logs that are missing or that nobody expects, in the meters' flash and in "
     "the head-end, which is asked for what was read and in_time_s old by the end",
     [](const F& f) {
       return number(f.events_in_flash.mismatches() + f.events_in_head_end.mismatches());
     },
     Ripeness::growing, flash_unread},
    {"alarms_expected", "", "alarms that the scenario makes and the head-end should have been told",
     [](const F& f) { return number(f.alarms.expected); }},
    {"alarm_mismatches", "", "of them, not told; and alarms of such codes that nobody expects",
     [](const F& f) { return number(f.alarms.mismatches()); }, Ripeness::growing, flash_unread},
    {"relay_orders", "", "relay orders the scenario gives, one a meter", count<&F::relay_orders>},
    {"relay_orders_done", "", "relay orders whose new state the meter confirmed",
     count<&F::relay_orders_done>},
    {"clock_orders_done", "", "clock corrections the meter confirmed",
     count<&F::clock_orders_done>},
    {"calendar_orders_done", "", "tariff plans that the meter took and showed when it was asked",
     count<&F::calendar_orders_done>},
    {"limit_orders_done", "", "limits that the meter took and showed when it was asked",
     count<&F::limit_orders_done>},
    {"parameter_orders_done", "", "orders of parameters that the meter took and showed when asked",
     count<&F::parameter_orders_done>},
    {"key_orders_done", "", "orders of new keys under which the meter was asked and answered",
     count<&F::key_orders_done>},
    {"relay_moves", "",
     "movements of relay contacts that orders, limits, buttons and blows of the scenario make",
     [](const F& f) { return number(f.relay_moves.expected); }},
    {"limit_mismatches", "",
     "movements of relay contacts that are missing, at another time than the scenario's load and "
     "limits say, or that nobody expects",
     [](const F& f) { return number(f.relay_moves.mismatches()); }, Ripeness::growing,
     flash_unread},
    {"tariff_judged", "", "registers by rate of meters with a tariff plan, read at the end",
     judged<&F::tariff>},
    {"tariff_mismatches", "",
     "of these outside class limit + 1 Wh (1 varh) a changeover of the truth in the rate's hours",
     mismatches<&F::tariff>},
    {"demand_judged", "",
     "maximum demands of these meters, in all and by rate, and average powers of day and billing "
     "period",
     judged<&F::demand>},
    {"demand_mismatches", "",
     "of these not the highest interval within class limit + 1 W, or at another time, or not the "
     "average within class limit + 1 Wh",
     mismatches<&F::demand>},
    {"looks_judged", "", "looks at displays, but for those at an instant when it changes",
     judged<&F::looks>},
    {"display_mismatches", "",
     "of these, displays that show something else than the scenario makes them show: item, digits, "
     "unit, tariff, relay, phases, direction, covers",
     mismatches<&F::looks>},
    {"measured_judged", "", "registers of measured quantities read at the end (sim.read_measured)",
     judged<&F::measured>},
    {"measured_mismatches", "",
     "of these outside the limits of the accuracy class or of docs/metrology.md",
     mismatches<&F::measured>, Ripeness::growing, flash_unread},
    {"errors_beyond_model", "",
     "registers of meters that err by more than front end, calibration and temperature of a good "
     "meter do, though they may be within their class (docs/metrology.md)",
     [](const F& f) { return number(errors_beyond_model(f.register_errors)); }, Ripeness::growing,
     flash_unread},
    {"error_peaks", "",
     "groups that the errors of a register fall into, gaps above the model's uncertainty between "
     "them, of the register with the most; a good fleet has one",
     [](const F& f) { return number(error_peaks(f.register_errors)); }, Ripeness::growing,
     flash_unread},
    {"sags_expected", "", "sags and swells by phase and place: the meters' flash, the head-end",
     [](const F& f) { return number(f.sags.expected); }},
    {"sag_mismatches", "",
     "of them missing, not begun, off by more than 1 % of Un or a cycle; and those that nobody "
     "expects",
     [](const F& f) { return number(f.sags.mismatches()); }, Ripeness::growing, flash_unread},
    {"outages_expected", "", "outages by phase and place",
     [](const F& f) { return number(f.outages.expected); }},
    {"outage_mismatches", "",
     "of them missing, not begun, off by more than a second; and those that nobody expects",
     [](const F& f) { return number(f.outages.mismatches()); }, Ripeness::growing, flash_unread},
    {"pulses_judged", "", "pulses of test outputs, seen while somebody watched",
     judged<&F::pulses>},
    {"pulse_mismatches", "",
     "pulses at another time than the true energy within the class, 400 ms before at most, crosses "
     "a watt-hour, and pulses that are missing",
     mismatches<&F::pulses>},
    {"orders_failed", "", "orders given up after all retries", count<&F::orders_failed>},
    {"clock_worst_s", "s",
     "largest error of a meter's clock when the head-end last looked; none if it never did",
     count<&F::clock_worst_s>, Ripeness::ripe},
    {"push_latency_p50_s", "s",
     "median time from the capture of a push's newest row to its arrival",
     [](const F& f) { return quantile(f.push_latencies_s, 0.5); }, Ripeness::ripe},
    {"push_latency_p95_s", "s", "95 % of the pushes arrive within",
     [](const F& f) { return quantile(f.push_latencies_s, 0.95); }, Ripeness::ripe},
    {"sessions", "", "connections the head-end accepted", count<&F::sessions>},
    {"gprs_bytes_per_meter_day", "B",
     "octets over the air, both ways, headers included, by meters whose values go there",
     [](const F& f) { return share(f.gprs.octets, f.gprs.meter_days); }, Ripeness::ripe},
    {"plc_meters", "", "meters on a power line", lines<&LineFigures::meters>},
    {"plc_registered", "", "of them, registered with a concentrator at the end",
     lines<&LineFigures::registered>},
    {"plc_registration_last_s", "s",
     "until the last of them registered for the first time; none without a power line",
     most<&LineFigures::last_first_registration_s>},
    {"plc_registrations", "", "registrations altogether; more than meters: some came back",
     lines<&LineFigures::registrations>},
    {"plc_switches", "", "terminals promoted to switches, at the end",
     lines<&LineFigures::switches>},
    {"plc_levels", "", "deepest level of a registered meter, 0: beside the base node",
     most<&LineFigures::deepest_level>},
    {"plc_uncoded_frames", "", "frames sent without convolutional code",
     lines<&LineFigures::uncoded_frames>},
    {"plc_airtime_share", "",
     "airtime of all frames and beacons over the time of the run; above 1 where many send at once",
     [](const F& f) {
       return share(lines<&LineFigures::airtime_ns>(f),
                    number(f.simulated_ns) * number(f.lines.size()));
     },
     Ripeness::ripe},
    {"plc_control_share", "",
     "share of the airtime that carries no data: beacons and control packets",
     [](const F& f) {
       return share(lines<&LineFigures::control_airtime_ns>(f), lines<&LineFigures::airtime_ns>(f));
     },
     Ripeness::ripe},
    {"plc_airtime_data_s", "s",
     "airtime of data packets, of their repetitions by switches and senders, of acknowledgements",
     line_seconds<&LineFigures::data_airtime_ns>},
    {"plc_airtime_pro_s", "s", "airtime of promotion and demotion (PRO)",
     line_seconds<&LineFigures::pro_airtime_ns>},
    {"plc_airtime_prm_s", "s", "airtime of robustness management (PRM)",
     line_seconds<&LineFigures::prm_airtime_ns>},
    {"plc_airtime_pnpdu_s", "s", "airtime of the cries of nodes without a switch (PNPDU)",
     line_seconds<&LineFigures::pnpdu_airtime_ns>},
    {"plc_airtime_beacon_s", "s", "airtime of beacons, of base nodes and switches",
     line_seconds<&LineFigures::beacon_airtime_ns>},
    {"plc_collision_share", "",
     "share of receptions lost to a collision or because the receiver was busy; not counted is "
     "what "
     "stations hear that it is not addressed to: beacons, PNPDU, FRA, PRO",
     [](const F& f) {
       return share(lines<&LineFigures::collisions>(f), lines<&LineFigures::receptions>(f));
     },
     Ripeness::ripe},
    {"plc_noise_loss_share", "", "share of the same receptions lost to noise",
     [](const F& f) {
       return share(lines<&LineFigures::noise_losses>(f), lines<&LineFigures::receptions>(f));
     },
     Ripeness::ripe},
    {"collection_latency_p95_s", "s", "95 % of collected rows are stored within, from capture",
     [](const F& f) { return quantile(f.collection_latencies_s, 0.95); }, Ripeness::ripe},
    {"reports", "", "P3.2Ex reports the head-end accepted",
     [](const F& f) { return f.reports_go_elsewhere ? kNotKnown : number(f.reports); }},
    {"reports_repeated", "", "P3.2Ex messages that came again and were dropped",
     lines<&LineFigures::reports_repeated>},
    {"dcu_clock_worst_s", "s",
     "largest error of a concentrator's clock, which drifts and is kept by the head-end's answers",
     most<&LineFigures::clock_worst_s>},
    {"malformed", "",
     "frames delivered damaged on power lines, unreadable messages at concentrators: counted, "
     "dropped",
     lines<&LineFigures::malformed>},
    {"image_orders_done", "",
     "images that a meter took, runs and names when it is asked; or will activate at their time",
     [](const F& f) { return number(f.images.orders_done); }},
    {"firmwares_judged", "", "meters whose firmware the scenario's images settle at the end",
     [](const F& f) { return number(f.images.judged); }},
    {"firmware_mismatches", "",
     "of them, those that run or name another firmware than the scenario asks for",
     [](const F& f) { return number(f.images.mismatches); }, Ripeness::growing, flash_unread},
    {"p32_bytes_per_meter_day", "B",
     "octets between wired concentrators and head-end, both ways, by their meters",
     [](const F& f) { return share(f.ethernet.octets, f.ethernet.meter_days); }, Ripeness::ripe},
    {"clock_judged", "", "meters whose clock is held against the time that went by",
     [](const F& f) { return number(f.clock.judged); }},
    {"clock_mismatches", "",
     "of these that gained or lost more by themselves than IEC 62054-21 allows at the scenario's "
     "temperatures: 0.5 s a day at 23 C, 0.15 s a day more for each kelvin away from there",
     [](const F& f) { return number(f.clock.mismatches); }},
    {"clock_gain_worst_s", "s",
     "most that a meter's clock gained or lost a day by itself, from one setting to the next",
     [](const F& f) { return f.clock.gain_worst_s; }, Ripeness::ripe},
};

constexpr auto kTable = [] {
  constexpr auto kOfRegisters = register_kpis();
  std::array<KpiInfo, std::size(kFigures) + kOfRegisters.size()> table{};
  std::copy(kOfRegisters.begin(), kOfRegisters.end(),
            std::copy(std::begin(kFigures), std::end(kFigures), table.begin()));
  return table;
}();

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  for (auto member :
       {&Tally::expected, &Tally::in_time, &Tally::lost, &Tally::duplicated, &Tally::mismatches,
        &Tally::status_mismatches, &Tally::misnumbered, &Tally::unknown}) {
    this->*member += other.*member;
  }
  return *this;
}

std::span<const KpiInfo> kpi_table() { return kTable; }

std::vector<Kpi> kpis_of(const RunFigures& figures) {
  std::vector<Kpi> kpis;
  for (const KpiInfo& each : kTable) {
    kpis.push_back({each.name,
                    each.value(figures),
                    each.unit,
                    {},
                    figures.cut_short ? each.when_cut : Ripeness::ripe,
                    figures.cut_short,
                    each.incomplete != nullptr && each.incomplete(figures)});
  }
  return kpis;
}

}  // namespace sim::result

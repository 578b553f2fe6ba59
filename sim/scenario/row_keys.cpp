// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The schema of the repeated tables: [[group]], [[event]], [[expect]].
#include "sim/scenario/key_builders.hpp"

namespace sim::run {
namespace {

template <typename Target>
Key<Target> required(Key<Target> key) {
  key.required = true;
  return key;
}

Key<Event> only_for(std::vector<EventType> types, Key<Event> key) {
  key.only_for = std::move(types);
  return key;
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> all = {
      {"scenario", "What it is, when it starts, how long it runs."},
      {"sim", "How the simulator runs it."},
      {"meters",
       "The street: one meter a home, each with a CM1 on its RS-485 port. The spreads are "
       "drawn for each meter, keyed by the seed."},
      {"grid", "Mains voltage and frequency wander in every scenario."},
      {"load", "What the homes draw."},
      {"csv", "How `load.csv` is read."},
      {"cell", "The one GPRS cell all modules share."},
      {"cm1", "The communication modules."},
      {"plc",
       "The low-voltage feeders below each concentrator, generated from the seed; "
       "docs/model-plc.md."},
      {"ethernet", "The wired uplink of concentrators that have one."},
      {"hes", "The head-end."},
      {"expose", "Reading a living meter from outside, mode paced."},
      {"trace", "Waveforms of one detailed meter."},
      {"report", "The HTML report."},
  };
  return all;
}

const std::vector<Key<MeterGroup>>& group_keys() {
  using K = KeyMaker<MeterGroup>;
  static const std::vector<Key<MeterGroup>> all = {
      required(K::meters(
          "meters", "The meters this group is about.", [](auto& g) -> auto& { return g.meters; })),
      K::choice(
          "model", model_names(), "As meters.model: AD13A is three-phase.",
          [](auto& g) -> auto& { return g.model; }),
      K::text(
          "firmware", "As meters.firmware: versions run side by side.",
          [](auto& g) -> auto& { return g.firmware; }),
      K::steps(
          "capture_period_s", "s", {300, 600, 900, 1200, 1800, 3600}, "As meters.capture_period_s.",
          [](auto& g) -> auto& { return g.capture_period_s; }),
      K::integer(
          "push_period_s", "s", 0, 86'400, "As meters.push_period_s.",
          [](auto& g) -> auto& { return g.push_period_s; }),
      K::zone(
          "time_zone", "As meters.time_zone.", [](auto& g) -> auto& { return g.time_zone; }),
      K::number(
          "clock_ppm", "ppm", -200, 200, "Rate error of the clock instead of a drawn one.",
          [](auto& g) -> auto& { return g.clock_ppm; }),
      K::boolean(
          "pv", "With or without a photovoltaic plant instead of a draw.",
          [](auto& g) -> auto& { return g.pv; }),
      K::number(
          "annual_kwh", "kWh", 100, 100'000, "As load.annual_kwh.",
          [](auto& g) -> auto& { return g.annual_kwh; }),
  };
  return all;
}

const std::vector<Key<ConcentratorRow>>& concentrator_keys() {
  using K = KeyMaker<ConcentratorRow>;
  static const std::vector<Key<ConcentratorRow>> all = {
      required(K::meters(
          "meters", "The meters on its power line; they have no CM1.",
          [](auto& c) -> auto& { return c.meters; })),
      K::choice(
          "uplink", {"ethernet", "gprs"},
          "How it reaches the head-end. With gprs it cannot be called and asks for work.",
          [](auto& c) -> auto& { return c.uplink; }),
      K::steps(
          "collect_period_s", "s", {900, 1800, 3600, 7200, 14'400, 21'600, 43'200, 86'400},
          "How often it reads the load profiles; daily values are read after midnight.",
          [](auto& c) -> auto& { return c.collect_period_s; }),
      K::integer(
          "poll_period_s", "s", 5, 3600, "gprs: how often it asks the head-end for work.",
          [](auto& c) -> auto& { return c.poll_period_s; }),
      K::integer(
          "sessions", "", 1, 64, "Meters it speaks to at the same time.",
          [](auto& c) -> auto& { return c.sessions; }),
      K::boolean(
          "detailed", "Power line, concentrator and coupling as SystemC modules (tier T1).",
          [](auto& c) -> auto& { return c.detailed; }),
  };
  return all;
}

const std::vector<Key<Event>>& event_keys() {
  using K = KeyMaker<Event>;
  using T = EventType;
  static const std::vector<Key<Event>> all = [] {
    Key<Event> at = make_key<Event, std::int64_t>(
        "at", "", {Rule::Type::moment}, "When.", [](auto& e) -> auto& { return e.at; });
    at.show = [](const Event&) { return std::string(); };
    return std::vector<Key<Event>>{
        required(std::move(at)),
        required(K::choice(
            "type", event_type_names(), "What; see below.",
            [](auto& e) -> auto& { return e.type; })),
        K::meters(
            "meter", "Whom it happens to; network_loss and concentrator_outage take none.",
            [](auto& e) -> auto& { return e.meters; }),
        only_for({T::relay}, required(K::choice(
                                 "value", {"open", "close"}, "The order.",
                                 [](auto& e) -> auto& { return e.value; }))),
        only_for({T::clock_shift, T::clock_error},
                 required(K::number(
                     "shift_s", "s", -90'000, 90'000, "Forward is positive.",
                     [](auto& e) -> auto& { return e.shift_s; }))),
        only_for({T::network_loss, T::outage, T::concentrator_outage},
                 required(K::number(
                     "duration_s", "s", 0.001, 31'622'400, "How long.",
                     [](auto& e) -> auto& { return e.duration_s; }))),
        only_for({T::sag}, required(K::number(
                               "duration_ms", "ms", 1, 60'000, "How long.",
                               [](auto& e) -> auto& { return e.duration_ms; }))),
        only_for({T::sag},
                 K::number(
                     "residual", "", 0, 0.95, "Voltage that is left, as a share of nominal.",
                     [](auto& e) -> auto& { return e.residual; })),
        only_for({T::concentrator_outage},
                 K::integer(
                     "concentrator", "", 1, 1000, "Which one loses its supply at that instant.",
                     [](auto& e) -> auto& { return e.concentrator; })),
    };
  }();
  return all;
}

const std::vector<Key<result::Expectation>>& expect_keys() {
  using K = KeyMaker<result::Expectation>;
  static const std::vector<Key<result::Expectation>> all = {
      required(K::text(
          "kpi", "Name of the figure; see below.", [](auto& e) -> auto& { return e.kpi; })),
      K::number(
          "min", "", -kNoLimit, kNoLimit, "The figure must be at least this ...",
          [](auto& e) -> auto& { return e.limit.min; }),
      K::number(
          "max", "", -kNoLimit, kNoLimit, "... at most this ...",
          [](auto& e) -> auto& { return e.limit.max; }),
      K::number(
          "equals", "", -kNoLimit, kNoLimit, "... exactly this. At least one of the three.",
          [](auto& e) -> auto& { return e.limit.equals; }),
  };
  return all;
}

const std::vector<KpiInfo>& kpi_table() {
  static const std::vector<KpiInfo> all = {
      {"interval_success", "",
       "share of expected rows stored in the head-end within hes.in_time_s of capture, or of the "
       "collection that follows it; network loss is not excused"},
      {"intervals_expected", "", "rows that should exist, from scenario time, power and clock"},
      {"intervals_lost", "", "expected rows that the head-end does not have at the end"},
      {"intervals_duplicated", "", "rows the head-end has more than once, or that nobody expects"},
      {"truth_mismatches", "", "rows and meter-days outside class limit + 1 Wh (1 varh) of truth"},
      {"truth_unknown", "", "rows without truth: gaps of the source times intervals"},
      {"status_mismatches", "", "rows of the head-end whose status is not the expected one"},
      {"closings_expected", "", "daily closings that should exist"},
      {"closings_lost", "", "expected closings that the head-end does not have at the end"},
      {"closings_duplicated", "", "closings more than once, or that nobody expects"},
      {"closings_mismatches", "", "as truth_mismatches, of the daily closings"},
      {"flash_lost", "", "expected rows that a meter's flash does not have"},
      {"flash_duplicated", "", "rows a meter's flash has more than once, or that nobody expects"},
      {"flash_mismatches", "", "as truth_mismatches, of the rows in flash"},
      {"flash_differing", "", "rows that differ between a meter's flash and the head-end"},
      {"flash_unread", "", "meters whose flash could not be read at the end"},
      {"relay_orders", "", "relay orders the scenario gives, one a meter"},
      {"relay_orders_done", "", "relay orders whose new state the meter confirmed"},
      {"clock_orders_done", "", "clock corrections the meter confirmed"},
      {"orders_failed", "", "orders given up after all retries"},
      {"clock_worst_s", "s", "largest error of a meter's clock when the head-end last looked"},
      {"push_latency_p50_s", "s", "median time from the newest row of a push to its arrival"},
      {"push_latency_p95_s", "s", "95 % of the pushes arrive within"},
      {"sessions", "", "connections the head-end accepted"},
      {"gprs_bytes_per_meter_day", "B",
       "octets over the air, both ways, headers included, by meters whose values go there"},
      {"plc_meters", "", "meters on a power line"},
      {"plc_registered", "", "of them, registered with a concentrator at the end"},
      {"plc_registration_last_s", "s", "until the last of them registered for the first time"},
      {"plc_registrations", "", "registrations altogether; more than meters: some came back"},
      {"plc_switches", "", "terminals promoted to switches, at the end"},
      {"plc_levels", "", "deepest level of a registered meter, 0: beside the base node"},
      {"plc_uncoded_frames", "", "frames sent without convolutional code"},
      {"plc_airtime_share", "",
       "airtime of all frames and beacons over the time of the run; above 1 where many send at "
       "once"},
      {"plc_collision_share", "", "share of addressed frames lost to a collision"},
      {"plc_noise_loss_share", "", "share of addressed frames lost to noise"},
      {"collection_latency_p95_s", "s", "95 % of collected rows are stored within, from capture"},
      {"reports", "", "P3.2Ex reports the head-end accepted"},
      {"reports_repeated", "", "P3.2Ex messages that came again and were dropped"},
      {"malformed", "", "damaged or unreadable messages, counted and dropped, over all interfaces"},
      {"p32_bytes_per_meter_day", "B",
       "octets between wired concentrators and head-end, both ways, by their meters"},
      {"ap_total_wh", "Wh", "sum of the last +A registers over all meters"},
      {"am_total_wh", "Wh", "the same of -A"},
      {"r1_total_varh", "varh", "the same of quadrant I"},
      {"r2_total_varh", "varh", "the same of quadrant II"},
      {"r3_total_varh", "varh", "the same of quadrant III"},
      {"r4_total_varh", "varh", "the same of quadrant IV"},
  };
  return all;
}

const std::vector<std::string>& mode_names() {
  static const std::vector<std::string> names = {"free", "lockstep", "paced"};
  return names;
}

const std::vector<std::string>& model_names() {
  static const std::vector<std::string> names = {"AD11A", "AD13A"};
  return names;
}

const std::vector<std::string>& event_type_names() {
  static const std::vector<std::string> names = {
      "relay",  "clock_shift", "clock_error",        "network_loss",
      "outage", "sag",         "concentrator_outage"};
  return names;
}

}  // namespace sim::run

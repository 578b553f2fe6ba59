// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/kpi.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace sim::result {
namespace {

std::map<std::string, double> values_of(const RunFigures& figures) {
  std::map<std::string, double> values;
  for (const Kpi& kpi : kpis_of(figures)) values[kpi.name] = kpi.value;
  return values;
}

// No two counts are alike, so that a figure made of its neighbour's count shows.
TEST(KpiTable, EachCountIsItsOwn) {
  RunFigures figures;
  figures.head_end = {101, 102, 103, 104, 105, 106, 1, 107};
  figures.closings = {201, 202, 203, 204, 205, 206, 20, 207};
  figures.months = {401, 402, 403, 404, 405, 406, 4000, 407};
  figures.flash = {301, 302, 303, 304, 305, 306, 300, 307};
  figures.flash_differing = 1;
  figures.flash_unread = 2;
  figures.relay_orders = 3;
  figures.relay_orders_done = 4;
  figures.clock_orders_done = 5;
  figures.orders_failed = 6;
  figures.clock_worst_s = 7;
  figures.sessions = 8;
  figures.reports = 9;
  const std::map<std::string, double> expected = {{"intervals_expected", 101},
                                                  {"intervals_lost", 103},
                                                  {"intervals_duplicated", 104},
                                                  {"truth_mismatches", 105},
                                                  {"status_mismatches", 106},
                                                  {"truth_unknown", 107},
                                                  {"closings_expected", 201},
                                                  {"closings_lost", 203},
                                                  {"closings_duplicated", 204},
                                                  {"closings_mismatches", 205},
                                                  {"monthly_expected", 401},
                                                  {"monthly_lost", 403},
                                                  {"monthly_duplicated", 404},
                                                  {"monthly_mismatches", 405},
                                                  {"flash_lost", 303},
                                                  {"flash_duplicated", 304},
                                                  {"flash_mismatches", 305},
                                                  {"flash_differing", 1},
                                                  {"rows_misnumbered", 4321},
                                                  {"flash_unread", 2},
                                                  {"relay_orders", 3},
                                                  {"relay_orders_done", 4},
                                                  {"clock_orders_done", 5},
                                                  {"orders_failed", 6},
                                                  {"clock_worst_s", 7},
                                                  {"sessions", 8},
                                                  {"reports", 9}};
  const auto values = values_of(figures);
  for (const auto& [name, value] : expected) EXPECT_EQ(values.at(name), value) << name;
  EXPECT_DOUBLE_EQ(values.at("interval_success"), 102.0 / 101);
}

TEST(KpiTable, SharesAndLatenciesAreOfTheirOwnRoad) {
  RunFigures figures;
  figures.gprs = {1000, 4};
  figures.ethernet = {9000, 3};
  figures.push_latencies_s = {1, 2, 3};
  figures.collection_latencies_s = {40, 50, 60};
  LineFigures line;
  line.receptions = 100;
  line.collisions = 25;
  line.noise_losses = 50;
  figures.lines = {line, line};
  const auto values = values_of(figures);
  EXPECT_EQ(values.at("gprs_bytes_per_meter_day"), 250);
  EXPECT_EQ(values.at("p32_bytes_per_meter_day"), 3000);
  EXPECT_EQ(values.at("push_latency_p50_s"), 2);
  EXPECT_EQ(values.at("collection_latency_p95_s"), 50);
  EXPECT_EQ(values.at("plc_collision_share"), 0.25);
  EXPECT_EQ(values.at("plc_noise_loss_share"), 0.5);
}

TEST(KpiTable, AirtimeByKindInSecondsOverAllLines) {
  RunFigures figures;
  LineFigures line;
  line.airtime_ns = 100'000'000'000;
  line.control_airtime_ns = 50'000'000'000;
  line.data_airtime_ns = 50'000'000'000;
  line.pro_airtime_ns = 1'000'000'000;
  line.prm_airtime_ns = 2'000'000'000;
  line.pnpdu_airtime_ns = 3'500'000'000;
  line.beacon_airtime_ns = 40'000'000'000;
  line.last_first_registration_s = 7;
  figures.lines = {line, line};
  figures.lines[1].last_first_registration_s = 5;
  const auto values = values_of(figures);
  EXPECT_DOUBLE_EQ(values.at("plc_airtime_data_s"), 100);
  EXPECT_DOUBLE_EQ(values.at("plc_airtime_pro_s"), 2);
  EXPECT_DOUBLE_EQ(values.at("plc_airtime_prm_s"), 4);
  EXPECT_DOUBLE_EQ(values.at("plc_airtime_pnpdu_s"), 7);
  EXPECT_DOUBLE_EQ(values.at("plc_airtime_beacon_s"), 80);
  EXPECT_EQ(values.at("plc_control_share"), 0.5);
  EXPECT_EQ(values.at("plc_registration_last_s"), 7);
}

TEST(KpiTable, WithoutAPowerLineThereIsNoLastRegistration) {
  EXPECT_TRUE(std::isnan(values_of({}).at("plc_registration_last_s")));
}

// Errors on either side of a gap that is wider than what the model leaves are of two kinds of
// meter.
TEST(RegisterErrors, TwoKindsOfMetersMakeTwoPeaks) {
  RunFigures figures;
  EXPECT_TRUE(std::isnan(values_of(figures).at("error_r1_worst_percent")));
  EXPECT_EQ(values_of(figures).at("error_peaks"), 0);
  auto& errors = figures.register_errors[protocol::cosem::kReactiveQ1];
  errors = {{0.1, 0.2}, {-0.15, 0.2}, {0.02, 0.2}};
  auto values = values_of(figures);
  EXPECT_EQ(values.at("error_peaks"), 1);
  EXPECT_EQ(values.at("errors_beyond_model"), 0);
  EXPECT_NEAR(values.at("error_r1_mean_percent"), -0.01, 1e-9);
  EXPECT_EQ(values.at("error_r1_worst_percent"), 0.15);
  errors.push_back({-0.9, 0.2});
  values = values_of(figures);
  EXPECT_EQ(values.at("error_peaks"), 2);
  EXPECT_EQ(values.at("errors_beyond_model"), 1);
  EXPECT_EQ(values.at("error_r1_worst_percent"), 0.9);
  EXPECT_TRUE(std::isnan(values.at("error_ap_worst_percent"))) << "another register's";
}

}  // namespace
}  // namespace sim::result

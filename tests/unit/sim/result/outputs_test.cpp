// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// summary.json, junit.xml and report.html.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "os/apart.hpp"
#include "os/exit_code.hpp"
#include "sim/report/report.hpp"
#include "sim/report/summary.hpp"
#include "tests/unit/sim/result/sample_run.hpp"

namespace {

using namespace sim::result;
using testing::HasSubstr;
using testing::Not;

const double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<Kpi> judged() {
  const std::vector<Expectation> expectations = {
      {"interval_success", {.min = 0.99, .max = {}, .equals = {}}},
      {"intervals_lost", {.min = {}, .max = {}, .equals = 0}},
      {"sessions", {.min = 1, .max = 5, .equals = {}}},
      {"never_measured", {.min = {}, .max = 9, .equals = {}}},
  };
  return judge({{"interval_success", 0.995, "", {}},
                {"intervals_lost", 3, "", {}},
                {"sessions", 5, "", {}},
                {"latency_p50_s", 31.25, "s", {}}},
               expectations);
}

TEST(Kpis, AnExpectationIsHeldAgainstItsFigure) {
  const auto kpis = judged();
  ASSERT_EQ(kpis.size(), 5u);
  EXPECT_TRUE(kpis[0].pass());
  EXPECT_EQ(kpis[0].limit_text(), ">= 0.99");
  EXPECT_FALSE(kpis[1].pass());
  EXPECT_EQ(kpis[1].limit_text(), "= 0");
  EXPECT_TRUE(kpis[2].pass()) << "limits include their bounds";
  EXPECT_EQ(kpis[2].limit_text(), ">= 1 and <= 5");
  EXPECT_TRUE(kpis[3].pass()) << "nothing is expected of it";
  EXPECT_EQ(kpis[4].name, "never_measured");
  EXPECT_FALSE(kpis[4].pass()) << "a figure that is not there holds nothing";
  EXPECT_FALSE(none_fails(kpis));
}

// A count that may still rise is broken above its limit and open below; a share speaks of what is
// over; what was not there yet is open.
TEST(Kpis, ARunThatIsCutShortIsJudgedByWhatIsDue) {
  RunFigures figures;
  figures.cut_short = true;
  figures.head_end.expected = 10;
  figures.head_end.in_time = 9;
  figures.head_end.lost = 1;
  figures.relay_orders_done = 2;
  const auto verdict = [&](const char* name, Limit limit) {
    const std::vector<Expectation> expectations = {{name, limit}};
    const auto kpis = judge(kpis_of(figures), expectations);
    return std::ranges::find(kpis, name, &Kpi::name)->verdict();
  };
  EXPECT_EQ(verdict("interval_success", {.min = 0.9, .max = {}, .equals = {}}), Verdict::pass);
  EXPECT_EQ(verdict("interval_success", {.min = 0.99, .max = {}, .equals = {}}), Verdict::fail);
  EXPECT_EQ(verdict("intervals_lost", {.min = {}, .max = {}, .equals = 0}), Verdict::fail);
  EXPECT_EQ(verdict("closings_lost", {.min = {}, .max = {}, .equals = 0}), Verdict::open);
  EXPECT_EQ(verdict("relay_orders_done", {.min = {}, .max = {}, .equals = 2}), Verdict::pass);
  EXPECT_EQ(verdict("relay_orders_done", {.min = 3, .max = {}, .equals = {}}), Verdict::open);
  EXPECT_EQ(verdict("relay_orders_done", {.min = {}, .max = 1, .equals = {}}), Verdict::fail);
  EXPECT_EQ(verdict("push_latency_p95_s", {.min = {}, .max = 9, .equals = {}}), Verdict::open);
  figures.cut_short = false;
  EXPECT_EQ(verdict("relay_orders_done", {.min = 3, .max = {}, .equals = {}}), Verdict::fail);
  EXPECT_EQ(verdict("push_latency_p95_s", {.min = {}, .max = 9, .equals = {}}), Verdict::fail);
}

TEST(Kpis, RoundingChangesNoVerdict) {
  const auto text = [](double value, double min) {
    return rounded_text({"k", value, "", {{.min = min, .max = {}, .equals = {}}}});
  };
  EXPECT_EQ(text(0.98765432, 0.5), "0.9877");
  EXPECT_EQ(text(0.98999999, 0.99), "0.98999999") << "0.99 would hold";
  EXPECT_EQ(text(123456, 1), "123456");
  EXPECT_EQ(text(kNan, 1), "nan");
}

TEST(Kpis, NumbersReadAsPeopleWriteThem) {
  EXPECT_EQ(number_text(100000), "100000");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(kNan), "nan");
}

TEST(SummaryJson, HasTheKeysOthersReadInTheirOrder) {
  Summary summary;
  summary.scenario = "a \"b\"";
  summary.seed = 18'446'744'073'709'551'615u;
  summary.digest = "abc";
  summary.meters = 100;
  summary.meter_days = 100;
  summary.sim_s = 100'800;
  summary.wall_s = 20;
  summary.cpu_s = 1.5;
  summary.peak_rss_bytes = 12345678;
  summary.kpis = judged();
  const auto json = nlohmann::ordered_json::parse(summary_text(summary));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_THAT(keys, testing::ElementsAre("scenario", "seed", "mode", "digest", "meters",
                                         "meter_days", "sim_s", "wall_s", "cpu_s", "speedup",
                                         "cpu_ms_per_meter_day", "peak_rss_bytes", "warnings",
                                         "cut_short", "pass", "build", "kpi"));
  EXPECT_EQ(json["scenario"], "a \"b\"");
  EXPECT_EQ(json["seed"], 18'446'744'073'709'551'615u);
  EXPECT_EQ(json["speedup"], 5040);
  EXPECT_EQ(json["cpu_ms_per_meter_day"], 15);
  EXPECT_EQ(json["pass"], false);
  const auto& lost = json["kpi"]["intervals_lost"];
  EXPECT_EQ(lost.dump(), R"({"value":3,"unit":"","limit":"= 0","pass":false})");
  EXPECT_EQ(json["kpi"]["latency_p50_s"].dump(),
            R"({"value":31.25,"unit":"s","limit":null,"pass":true})");
  EXPECT_TRUE(json["kpi"]["never_measured"]["value"].is_null());
}

TEST(JunitXml, EachExpectationIsATestCase) {
  Summary summary;
  summary.scenario = "street <1> & \"co\"";
  summary.kpis = judged();
  const std::string xml = junit_text(summary);
  EXPECT_THAT(xml, HasSubstr("tests=\"4\" failures=\"2\""));
  EXPECT_THAT(xml, HasSubstr("name=\"interval_success min\"")) << "stays when the limit moves";
  EXPECT_THAT(xml, HasSubstr("<system-out>interval_success is 0.995, expected &gt;= 0.99</"));
  EXPECT_THAT(xml, HasSubstr("name=\"sessions min max\""));
  EXPECT_THAT(xml, HasSubstr("<failure message=\"intervals_lost is 3, expected = 0\">"));
  EXPECT_THAT(xml, HasSubstr("<property name=\"commit\""));
  EXPECT_THAT(xml, HasSubstr("never_measured was not measured, expected &lt;= 9"));
  EXPECT_THAT(xml, HasSubstr("street &lt;1&gt; &amp; &quot;co&quot;"));
  int cases = 0;
  for (auto at = xml.find("<testcase "); at != xml.npos; at = xml.find("<testcase ", at + 1)) {
    ++cases;
  }
  EXPECT_EQ(cases, 4);
}

TEST(Axis, TicksAreRoundAndInside) {
  const auto labels = [](Range range, Quantity quantity, int wanted) {
    std::vector<std::string> list;
    for (const Tick& tick : ticks(range, quantity, wanted)) list.push_back(tick.label);
    return list;
  };
  EXPECT_THAT(labels({0, 1}, Quantity::percent, 5),
              testing::ElementsAre("0\u00a0%", "20\u00a0%", "40\u00a0%", "60\u00a0%", "80\u00a0%",
                                   "100\u00a0%"));
  const double midnight = 1'705'276'800;
  EXPECT_THAT(labels({midnight - 3600, midnight + 3 * 3600}, Quantity::utc, 7),
              testing::ElementsAre("23:00", "15\u00a0Jan", "01:00", "02:00", "03:00"));
  const Range range = rounded({-130, 1710}, Quantity::watts, 5);
  EXPECT_EQ(range.low, -500);
  EXPECT_EQ(range.high, 2000);
  EXPECT_EQ(shown(0.99996, Quantity::percent), "99.99\u00a0%") << "not all is not 100 %";
  EXPECT_EQ(shown(1'234'567, Quantity::plain), "1\u2009234\u2009567");
}

TEST(ChartFigure, UnknownValuesBreakTheLine) {
  Chart chart;
  chart.title = "a<b";
  chart.x = {0, 4};
  chart.y = {0, 10};
  chart.series = {{"s", Chart::Kind::line, 1, {{0, 1}, {1, 2}, {2, kNan}, {3, 4}, {4, 5}}, 0}};
  const std::string svg = chart_figure(chart);
  const std::string head = "class=\"line s1\" d=\"";
  const std::size_t at = svg.find(head);
  ASSERT_NE(at, svg.npos);
  const std::string drawn =
      svg.substr(at + head.size(), svg.find('"', at + head.size()) - at - head.size());
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), 'M'), 2);
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), 'L'), 2);
  EXPECT_THAT(svg, HasSubstr("a&lt;b"));
  chart.series.clear();
  EXPECT_THAT(chart_figure(chart), HasSubstr("No data in this run."));
}

class Report : public testing::Test {
 protected:
  std::string page_of(const std::string& name, const SampleRun& run) {
    folder_ = fresh_folder(name);
    digest_ = write_sample(folder_, run)->total;
    return read_page();
  }
  std::string read_page() {
    const auto error = write_report(folder_ + "/result.h5", folder_ + "/report.html");
    EXPECT_FALSE(error) << *error;
    return file_octets(folder_ + "/report.html");
  }
  std::string folder_;
  std::string digest_;
};

TEST_F(Report, ShowsEveryPlotWithData) {
  const std::string page = page_of("report", {});
  for (const char* const title :
       {"Success by time after capture", "Success by hour of capture", "Latency, capture to store",
        "Latency by hour of capture", "Home 3: its load and its stored profile", "Sessions",
        "Octets at the head-end by kind", "Registered meters",
        "Registered meters, the first minutes", "Airtime by kind of frame",
        "Frames lost on the line", "Polls of meters by job", "P3.2Ex reports by kind",
        "Topology of concentrator 1"}) {
    EXPECT_THAT(page, HasSubstr("<h3>" + std::string(title) + "</h3>"));
  }
  EXPECT_THAT(page, Not(HasSubstr("No data in this run.")));
  EXPECT_THAT(page, HasSubstr("All 2 expectations hold"));
  EXPECT_THAT(page, HasSubstr("<td class=\"num\">62</td><td>remote disconnection</td>"));
  EXPECT_THAT(page, HasSubstr(digest_));
  EXPECT_THAT(page, Not(HasSubstr("NaN"))) << "no coordinate may be unknown";
  EXPECT_THAT(page, Not(testing::ContainsRegex("[\" ]-?nan")));
}

TEST_F(Report, StandsAlone) {
  const std::string page = page_of("alone", {});
  for (const char* const outside : {"http://", "https://", "<link", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

TEST_F(Report, ShowsTheMachineOnlyForTheSameResult) {
  EXPECT_THAT(page_of("machine", {}), Not(HasSubstr("real time")));
  Summary summary;
  summary.digest = digest_;
  summary.sim_s = 100'800;
  summary.wall_s = 25;
  summary.meter_days = 4;
  write_summary(folder_ + "/summary.json", summary);
  EXPECT_THAT(read_page(), HasSubstr("4\u2009032\u00d7"));
  summary.digest = "of another run";
  write_summary(folder_ + "/summary.json", summary);
  EXPECT_THAT(read_page(), Not(HasSubstr("real time")));
}

TEST_F(Report, OfAKilledRunSaysSo) {
  folder_ = fresh_folder("killed_report");
  ResultWriter writer(folder_, sample_identity(), 6 * kernel::kNsPerHour);
  EXPECT_THAT(read_page(), HasSubstr("The run was cut short")) << "even without a row";
  for (int hour = 0; hour < 13; ++hour) {
    append_hour(writer, {}, hour);
    writer.advance((hour + 1) * kernel::kNsPerHour);
  }
  const std::string page = read_page();
  EXPECT_THAT(page, HasSubstr("The run was cut short"));
  EXPECT_THAT(page, HasSubstr("of 192 rows"));
}

TEST_F(Report, CountsWhatIsMissing) {
  const auto data = [&](const SampleRun& run) {
    page_of("missing", run);
    return gather_report_data(folder_ + "/result.h5").value();
  };
  const ReportData all = data({});
  EXPECT_EQ(all.expected_rows, 384u);
  EXPECT_EQ(all.stored_rows, 384u);
  EXPECT_EQ(all.hours.at(13).within_1h, 16u);
  EXPECT_EQ(all.hours.at(14).within_1h, 12u) << "the first quarter waits out the network loss";
  EXPECT_EQ(all.hours.at(14).within_4h, 16u);
  const ReportData hole = data({.dropped_hour = 7});
  EXPECT_EQ(hole.stored_rows, 380u);
  EXPECT_EQ(hole.hours.at(7).within_4h, 12u);
  EXPECT_EQ(hole.hours.at(7).expected, 16u);
}

// Latency and place in the day are those of the capture, whatever the meter's clock showed; rows
// captured later are not counted, however they are stamped.
TEST_F(Report, RowsAreTakenForWhenTheyWereCaptured) {
  folder_ = fresh_folder("captured");
  ResultWriter writer(folder_, sample_identity(), 6 * kernel::kNsPerHour);
  constexpr std::int64_t kStart = 1'705'276'800;
  const auto stored = [&](std::int64_t stamp_s, std::uint16_t ordinal, double arrival_s) {
    HeadEndRow row;
    row.meter = 1;
    row.stamp_utc_s = kStart + stamp_s;
    row.ordinal = ordinal;
    row.arrival_utc_s = static_cast<double>(kStart) + arrival_s;
    writer.append(row);
  };
  // Three hours ahead, set right, and the stamp comes again.
  const std::vector<std::pair<int, int>> captured = {
      {900, 900}, {12'600, 1'800}, {2'700, 2'700}, {12'600, 12'600}};
  for (const auto& [stamp_s, captured_s] : captured) {
    TruthRow truth;
    truth.meter = 1;
    truth.stamp_utc_s = kStart + stamp_s;
    truth.captured_utc_s = static_cast<double>(kStart + captured_s);
    writer.append(truth);
  }
  stored(900, 0, 960);
  stored(12'600, 0, 1'860);
  stored(2'700, 0, 2'760);
  stored(12'600, 1, 12'660);
  stored(3'600, 0, 13'000);  // set back while late rows are collected
  ASSERT_TRUE(writer.finish(4 * kernel::kNsPerHour));
  const ReportData data = gather_report_data(folder_ + "/result.h5").value();
  EXPECT_EQ(data.expected_rows, 4u);
  EXPECT_EQ(data.stored_rows, 4u);
  EXPECT_EQ(data.latency_quantile_s(0.25), 60);
  EXPECT_EQ(data.latency_quantile_s(1.0), 60);
  EXPECT_EQ(data.hours.at(0).within_1h, 3u);
}

TEST_F(Report, TheStoredProfileFollowsTheLoad) {
  page_of("profile", {});
  const ReportData data = gather_report_data(folder_ + "/result.h5").value();
  EXPECT_EQ(data.home, 3u);
  ASSERT_EQ(data.stored.size(), 96u);
  for (const ReportData::Power& each : data.stored) {
    if (std::isnan(each.active_w)) continue;
    const auto minute = static_cast<std::size_t>(each.utc_s - data.start_utc_s) / 60;
    double mean = 0;
    for (std::size_t i = 0; i < 15; ++i) mean += data.load.at(minute + i).active_w / 15;
    EXPECT_NEAR(each.active_w, mean, 130) << minute;
  }
}

// What a library does to the process that reads for us is told as what it is: a file that is none.
TEST(Apart, WhatDiesLoopsOrAsksForTooMuchIsBadInput) {
  os::Allowance allowance;
  allowance.cpu_s = 1;
  const auto code = [&](const std::function<int()>& work) {
    return os::apart("test", allowance, work);
  };
  for (const int good : {0, 1, 5}) EXPECT_EQ(code([good] { return good; }), good);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT}) {
    EXPECT_EQ(code([signal] { return raise(signal); }), os::kBadInput) << signal;
  }
  EXPECT_EQ(code([]() -> int { throw std::bad_alloc(); }), os::kBadInput);
  EXPECT_EQ(code([]() -> int { throw std::runtime_error("no disk"); }), os::kEnvironment);
  const auto for_ever = [] {
    std::atomic<unsigned> turns{1};
    while (turns != 0) turns = turns | 1;
    return 0;
  };
  EXPECT_EQ(code(for_ever), os::kBadInput);
  EXPECT_EQ(code([] { return raise(SIGKILL); }), os::kEnvironment) << "of whom memory was short";
  EXPECT_EQ(code([] { return raise(SIGINT); }), os::kInterrupted);
  EXPECT_EQ(code([] { return raise(SIGTERM); }), os::kEnvironment);
  allowance.memory_octets = std::uint64_t{1} << 29;
  const auto too_much = [] {
    const std::unique_ptr<char[]> memory(new char[std::size_t{1} << 30]);
    return memory ? 0 : 1;
  };
  EXPECT_EQ(code(too_much), os::kBadInput);
}

TEST_F(Report, WhatIsNoResultIsSaidSo) {
  EXPECT_THAT(write_report("/no/such.h5", "/no/report.html").value(),
              HasSubstr("/no/such.h5: not a result file"));
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What report.html shows of power lines and concentrators.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sim/report/report.hpp"
#include "tests/unit/sim/result/sample_run.hpp"

namespace {

using namespace sim::result;
using testing::HasSubstr;
using testing::Not;

constexpr double kOutageS = 16 * 3600;

class LineReport : public testing::Test {
 protected:
  ReportData data_of(const std::string& name, const SampleRun& run) {
    folder_ = fresh_folder(name);
    write_sample(folder_, run);
    return read();
  }
  ReportData read() const { return gather_report_data(folder_ + "/result.h5").value(); }
  static std::string page_of(const ReportData& data) { return report_page(data, "digest", {}); }
  static const Chart& chart_of(const std::vector<Chart>& charts, const std::string& title) {
    return *std::find_if(charts.begin(), charts.end(),
                         [&](const Chart& chart) { return chart.title == title; });
  }
  std::string folder_;
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_F(LineReport, NobodyIsRegisteredWhileTheConcentratorIsOff) {
  const ReportData data = data_of("line_curve", {});
  const auto& curve = data.line.registered;
  ASSERT_EQ(curve.size(), 8u) << "four join, all are lost, three come back";
  EXPECT_EQ(curve[0].t_s, 19.5);
  EXPECT_EQ(curve[3].now, 4u);
  EXPECT_EQ(curve[4].t_s, kOutageS);
  EXPECT_EQ(curve[4].now, 0u) << "although no row says that anybody left";
  EXPECT_EQ(curve[5].t_s, kOutageS + 300 + 19.5);
  EXPECT_EQ(curve.back().now, 3u);
  EXPECT_EQ(curve.back().ever, 4u);
  EXPECT_EQ(data.line.restarts, 1u);
  const auto charts = line_charts(data);
  const Chart& chart = chart_of(charts, "Registered meters");
  EXPECT_THAT(chart.note, HasSubstr("3 of 4 at the end"));
  ASSERT_EQ(chart.bands.size(), 1u);
  EXPECT_EQ(chart.bands[0].from, static_cast<double>(data.start_utc_s) + kOutageS);
  EXPECT_EQ(chart.bands[0].to - chart.bands[0].from, 300);
  const Chart& first = chart_of(charts, "Registered meters, the first minutes");
  EXPECT_EQ(first.x.high, 120);
  EXPECT_THAT(first.note, HasSubstr("the last of 4 after 42\u00a0s"));
}

// Two concentrators; the outage of one says nothing of the other, whose meters never join again.
TEST_F(LineReport, AnOutageIsThatOfTheConcentratorWhoseMetersComeBack) {
  folder_ = fresh_folder("line_two");
  {
    ResultWriter writer(folder_, sample_identity(), kernel::kNsPerHour);
    EventRow outage;
    outage.t_s = 1000;
    outage.type = "concentrator_outage";
    outage.value = 60;
    writer.append(outage);
    for (const double t_s : {10.0, 1100.0}) {
      RegistrationRow row;
      row.t_s = t_s;
      row.joined = 1;
      row.concentrator = 1;
      row.meter = 1;
      writer.append(row);
      if (t_s > 1000) continue;
      row.concentrator = 2;
      row.meter = 2;
      writer.append(row);
    }
    ASSERT_TRUE(writer.finish(kernel::kNsPerHour));
  }
  const ReportData data = read();
  ASSERT_EQ(data.line.registered.size(), 3u);
  EXPECT_EQ(data.line.registered[0].now, 2u);
  EXPECT_EQ(data.line.registered[1].t_s, 1000);
  EXPECT_EQ(data.line.registered[1].now, 1u);
  EXPECT_EQ(data.line.registered[2].now, 2u);
  EXPECT_EQ(data.line.restarts, 1u);
}

TEST_F(LineReport, AirtimeIsAShareOfTheTimeOfEachHour) {
  const auto charts = line_charts(data_of("line_airtime", {}));
  const Chart& chart = chart_of(charts, "Airtime by kind of frame");
  std::map<std::string, const Chart::Series*> series;
  for (const auto& each : chart.series) {
    series[each.name.substr(0, each.name.find(' '))] = &each;
    EXPECT_EQ(each.points.size(), 28u) << each.name;
  }
  EXPECT_EQ(series.size(), 5u) << "beacons, data, ARQ, keep-alive, registration";
  EXPECT_NEAR(series.at("beacons")->points[3].y, 44.0 / 3600, 1e-12);
  EXPECT_NEAR(series.at("data")->points[4].y, 4 * 200 * 0.05 / 3600, 1e-12);
  EXPECT_NEAR(series.at("ARQ")->points[4].y, 4 * 12 * 0.06 / 3600, 1e-12);
  EXPECT_EQ(series.at("ARQ")->points[5].y, 0);
  const Chart& lost = chart_of(charts, "Frames lost on the line");
  // Of all kinds with integer twentieths and fiftieths: 5 % noise, 2 % collisions.
  EXPECT_NEAR(lost.series[0].points[4].y, 0.05, 0.002);
  EXPECT_NEAR(lost.series[1].points[4].y, 0.02, 0.003);
  EXPECT_EQ(lost.series[2].points[4].y, 0);
}

TEST_F(LineReport, CollectionIsCountedByHour) {
  const ReportData data = data_of("line_polls", {});
  EXPECT_EQ(data.line.collect_period_s, 4 * 3600);
  const auto charts = line_charts(data);
  const Chart& polls = chart_of(charts, "Polls of meters by job");
  EXPECT_THAT(polls.note, HasSubstr("28 polls, 1 without success: no answer 1"));
  ASSERT_EQ(polls.series.size(), 2u);
  EXPECT_EQ(polls.series[0].points[12].y, 3);
  EXPECT_EQ(polls.series[1].points[12].y, 1);
  const Chart& reports = chart_of(charts, "P3.2Ex reports by kind");
  EXPECT_EQ(reports.series[0].name, "loadProfile 6");
  EXPECT_EQ(reports.series[1].name, "alarms 1");
  EXPECT_THAT(reports.note, HasSubstr("448 new rows; meters reported with an error: 1"));
}

TEST(LinkClass, ChangesAtTheThresholdsOfTheCodedSchemes) {
  EXPECT_EQ(link_class(3.49, 30), 0);
  EXPECT_EQ(link_class(30, 3.5), 1) << "the worse direction counts";
  EXPECT_EQ(link_class(5.74, 5.74), 1);
  EXPECT_EQ(link_class(5.75, 9.49), 2);
  EXPECT_EQ(link_class(9.5, 19), 3);
  EXPECT_EQ(link_class(19.5, 40), 4);
  EXPECT_EQ(link_class(kNotKnown, 40), -1);
}

TEST_F(LineReport, TheTopologyIsToScaleAndSaysWhatItKnows) {
  const ReportData data = data_of("line_map", {});
  const std::string map = topology_figure(1, data.line.places.at(1));
  EXPECT_EQ(count_of(map, "class=\"link "), 3u) << "who is not registered has no parent";
  for (const char* const part :
       {"class=\"link q3\"", "class=\"link q2\"", "class=\"link q0\"", "level 0: 2", "level 1: 1",
        "switch: 1", "not registered: 1", "Meter 3, level 1, under meter 2",
        "SNR down 2.0\u00a0dB, up 4.5\u00a0dB", "registered 99.70\u00a0% of the time, 2 times",
        "Meter 4, not registered at the end", "first after 42\u00a0s"}) {
    EXPECT_THAT(map, HasSubstr(part));
  }
  // 240 m between margins of 30: 4.417 a metre both ways; the meters stand 12 m off the cable.
  EXPECT_THAT(map, HasSubstr("<circle cx=\"295.0\" cy=\"136.0\""));
  EXPECT_THAT(map, HasSubstr("M30.0 83.0L295.0 83.0"));
  for (const char* const number : {">1</text>", ">2</text>", ">3</text>", ">4</text>"}) {
    EXPECT_THAT(map, HasSubstr(number));
  }
}

TEST_F(LineReport, TheTopologyBearsWhatADamagedFileSays) {
  LineData::Place place;
  EXPECT_EQ(topology_figure(1, place), "");
  NodeRow node{};
  node.x_m = kNotKnown;
  place.nodes.push_back(node);
  EXPECT_EQ(topology_figure(1, place), "") << "nobody has a place";
  node.x_m = 5;
  node.meter = 7;
  node.registered = true;
  node.parent = 99;  // is not there
  place.nodes.push_back(node);
  place.nodes.push_back(node);  // twice
  node.meter = 8;
  node.parent = 8;  // its own
  place.nodes.push_back(node);
  place.cables.push_back({1, 0, 0, kNotKnown, 1, {}});
  const std::string map = topology_figure(1, place);
  EXPECT_EQ(count_of(map, "<circle"), 2u);
  EXPECT_THAT(map, Not(HasSubstr("class=\"link ")));
  EXPECT_THAT(map, Not(testing::ContainsRegex("[\" M]-?(nan|inf)")));
}

TEST_F(LineReport, ShowsTheTwoRoadsApart) {
  const ReportData data = data_of("line_roads", {.line_meters = 2});
  EXPECT_EQ(data.line_expected_rows, 192u);
  EXPECT_EQ(data.line_stored_rows, 192u);
  const auto charts = report_charts(data);
  const Chart& chart = chart_of(charts, "Success by time after capture");
  ASSERT_EQ(chart.series.size(), 3u);
  EXPECT_EQ(chart.series[1].name, "over GPRS");
  EXPECT_EQ(chart.series[2].name, "behind a concentrator");
  for (const Chart::Series& each : chart.series) EXPECT_EQ(each.points.back().y, 1) << each.name;
  EXPECT_THAT(chart.note, HasSubstr("about every 4\u00a0h"));
}

TEST_F(LineReport, IsSilentWithoutAPowerLine) {
  const ReportData data = data_of("line_none", {.line_meters = 0});
  EXPECT_TRUE(line_charts(data).empty());
  const std::string page = page_of(data);
  EXPECT_THAT(page, Not(HasSubstr("<h2>Power line</h2>")));
  EXPECT_THAT(page, Not(HasSubstr("concentrator")));
  EXPECT_THAT(page, HasSubstr("<h3>GPRS octets by kind</h3>"));
  EXPECT_THAT(page, HasSubstr("stored within 4 h"));
}

TEST_F(LineReport, OpensFilesWrittenBeforeItsTablesExisted) {
  data_of("line_old", {});
  const std::string old_path = folder_ + "/old.h5";
  {
    const auto file = TableFileReader::open(folder_ + "/result.h5");
    TableFileWriter writer(old_path, TableFileWriter::Layout::compressed);
    writer.attributes(file->attributes());
    for (auto i = Tables::index_of<MeterRow>(); i < Tables::index_of<NodeRow>(); ++i) {
      const TableSchema& table = table_schemas()[i];
      std::vector<std::uint8_t> rows;
      const std::uint64_t n_rows = file->rows_of(*file->find(table.name));
      ASSERT_TRUE(file->read(*file->find(table.name), 0, n_rows, rows));
      writer.begin(table, n_rows);
      writer.write(rows);
      writer.end();
    }
    ASSERT_TRUE(writer.close());
  }
  const auto data = gather_report_data(old_path);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->stored_rows, 384u);
  EXPECT_TRUE(data->missing_tables.empty()) << "nothing is wrong with the file";
  EXPECT_THAT(page_of(*data), Not(HasSubstr("<h2>Power line</h2>")));
}

TEST_F(LineReport, NamesFromTheFileAreEscaped) {
  folder_ = fresh_folder("line_escaped");
  {
    ResultWriter writer(folder_, sample_identity(), kernel::kNsPerHour);
    PollRow poll;
    poll.t_s = 5;
    poll.job = "<i>&job";
    poll.outcome = "done";
    writer.append(poll);
    poll.outcome = "<b>lost";
    writer.append(poll);
    ReportRow report;
    report.t_s = 6;
    report.kind = "<u>\"kind";
    writer.append(report);
    AirtimeRow airtime;
    airtime.kind = "<s>";
    airtime.airtime_s = 1;
    writer.append(airtime);
    ASSERT_TRUE(writer.finish(kernel::kNsPerHour));
  }
  const std::string page = page_of(read());
  EXPECT_THAT(page, HasSubstr("&lt;i&gt;&amp;job"));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;lost"));
  EXPECT_THAT(page, HasSubstr("&lt;u&gt;&quot;kind"));
  EXPECT_THAT(page, HasSubstr("other control 0.03"));
  for (const char* const raw : {"<i>&", "<b>lost", "<u>", "<s>"}) {
    EXPECT_THAT(page, Not(HasSubstr(raw)));
  }
}

}  // namespace

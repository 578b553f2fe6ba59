// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reports: each once, whatever is repeated, lost or killed; missing rows are asked for.
#include <gmock/gmock.h>

#include "tests/rigs/head_end/concentrator_world.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;
using hes_test::kFebruary;
using hes_test::quarters;
using hes_test::row;
using hes_test::rows_report;

class Reports : public hes_test::ConcentratorTest {
 protected:
  Reports() { config_.p32_silence_timeout_s = 7 * 86'400; }
  std::vector<Row> stored(MeterIndex meter, const Obis& obis = kLoadProfile) {
    std::vector<Row> rows;
    store_->for_each_row(meter, store_->profile(obis),
                         [&rows](const Row& row, unsigned) { rows.push_back(row); });
    return rows;
  }
  std::size_t acks() {
    return static_cast<std::size_t>(std::count_if(
        dc().answers.begin(), dc().answers.end(),
        [](const p32::Message& answer) { return std::holds_alternative<p32::Ack>(answer.body); }));
  }
  // The concentrator collects all quarters of [from, to] hours and reports them.
  void collect(int from_h, int to_h) {
    act([&, from_h, to_h](FakeConcentrator& it) {
      it.report_rows(kFebruary + from_h * 3600 + 1, kFebruary + to_h * 3600, world_->now_s());
    });
  }
  void fill(int hours) {
    int energy_wh = 0;
    for (auto& [name, rows] : dc().rows) {
      rows = quarters(kFebruary + 900, hours * 4, energy_wh += 1000);
    }
  }
};

TEST_F(Reports, RowsOfAReportAreStoredAsCaptured) {
  start();
  world_->connect_concentrator();
  fill(4);
  world_->run_until((kFebruary + 4 * 3600) * kNsPerSecond);
  collect(0, 4);
  EXPECT_EQ(store_->rows(), 32u);
  const auto rows = stored(1);
  ASSERT_EQ(rows.size(), 16u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(same_capture(rows[i], dc().rows[serial(1)][i])) << i;
    EXPECT_EQ(rows[i].deliveries, static_cast<unsigned>(Delivery::report));
  }
  ASSERT_EQ(seen_.reports.size(), 1u);
  EXPECT_EQ(seen_.reports[0].meters, 2u);
  EXPECT_EQ(seen_.reports[0].new_rows, 32u);
  EXPECT_EQ(seen_.count(MessageKind::report), 1u);
  EXPECT_EQ(dc().open_reports(), 0u);
}

TEST_F(Reports, AReportIsAcknowledgedAfterItsCommitOnly) {
  on_file();
  config_.p32_commit_delay_s = 5;
  start();
  world_->connect_concentrator();
  fill(1);
  world_->run_until((kFebruary + 3605) * kNsPerSecond);
  const std::uint64_t commits = store_->commits();
  act([&](FakeConcentrator& it) { it.report_rows(kFebruary, kFebruary + 3600, world_->now_s()); },
      4);
  EXPECT_EQ(counters().reports, 1u);
  EXPECT_EQ(store_->commits(), commits);
  EXPECT_EQ(acks(), 0u);
  world_->run_for_s(5);
  EXPECT_EQ(store_->commits(), commits + 1);
  EXPECT_EQ(acks(), 1u);
}

TEST_F(Reports, AHeadEndKilledBeforeTheCommitGetsTheReportAgainAndStoresItOnce) {
  on_file();
  config_.p32_commit_delay_s = 30;
  config_.commit_period_s = 3600;
  start();
  world_->connect_concentrator();
  fill(1);
  world_->run_until((kFebruary + 3601) * kNsPerSecond);
  act([&](FakeConcentrator& it) { it.report_rows(kFebruary, kFebruary + 3600, world_->now_s()); });
  EXPECT_EQ(counters().reports, 1u);
  EXPECT_EQ(dc().open_reports(), 1u);
  kill_and_start();
  EXPECT_EQ(store_->rows(), 0u);
  world_->connect_concentrator();
  world_->run_for_s(120);
  EXPECT_EQ(store_->rows(), 8u);
  EXPECT_EQ(counters().repeated, 0u);
  EXPECT_EQ(dc().open_reports(), 0u);
}

TEST_F(Reports, AHeadEndKilledBetweenCommitAndAckDropsTheRepetition) {
  on_file();
  start();
  world_->connect_concentrator();
  fill(1);
  world_->run_until((kFebruary + 3601) * kNsPerSecond);
  dc().forgets_acks = true;
  act([&](FakeConcentrator& it) { it.report_rows(kFebruary, kFebruary + 3600, world_->now_s()); });
  kill_and_start();
  EXPECT_EQ(store_->rows(), 8u);
  dc().forgets_acks = false;
  world_->connect_concentrator();
  world_->run_for_s(10);
  EXPECT_EQ(store_->rows(), 8u);
  EXPECT_EQ(counters().repeated, 1u);
  EXPECT_EQ(dc().open_reports(), 0u);
  const auto& ack = std::get<p32::Ack>(dc().answers.back().body);
  EXPECT_TRUE(ack.duplicate);
}

TEST_F(Reports, TheOrderOfArrivalDoesNotMatter) {
  start(1);
  world_->connect_concentrator();
  const auto rows = quarters(kFebruary + 900, 24);
  world_->run_until((kFebruary + 6 * 3600) * kNsPerSecond);
  for (const int part : {2, 0, 1}) {
    act([&](FakeConcentrator& it) {
      it.say(rows_report(serial(0), {rows.begin() + part * 8, rows.begin() + part * 8 + 8}));
    });
  }
  const auto there = stored(0);
  ASSERT_EQ(there.size(), 24u);
  for (std::size_t i = 0; i < 24; ++i) EXPECT_TRUE(same_capture(there[i], rows[i])) << i;
}

TEST_F(Reports, TheSameRowsUnderAnotherNumberAreKnown) {
  start(1);
  world_->connect_concentrator();
  const auto rows = quarters(kFebruary + 900, 8);
  for (int i = 0; i < 3; ++i) {
    act([&](FakeConcentrator& it) { it.say(rows_report(serial(0), rows)); });
  }
  EXPECT_EQ(store_->rows(), 8u);
  EXPECT_EQ(counters().reports, 3u);
  EXPECT_EQ(counters().duplicates, 16u);
}

TEST_F(Reports, AStampLivedTwiceIsTwoRows) {
  start(1);
  world_->connect_concentrator();
  std::vector<Row> rows = quarters(kFebruary + 900, 4);
  rows.push_back(rows[2]);  // set back into an empty home: the same row again
  rows.push_back(row(kFebruary + 3600, 77));
  act([&](FakeConcentrator& it) { it.say(rows_report(serial(0), rows)); });
  EXPECT_EQ(stored(0).size(), 6u);
}

TEST_F(Reports, ErrorsOfMetersInsideAGoodReportAreCountedAndKept) {
  on_file();
  start();
  world_->connect_concentrator();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::communication, p32::error_code::kNoAnswer};
  collect(0, 1);
  EXPECT_EQ(counters().meter_errors, 2u);
  EXPECT_EQ(counters().reports, 1u);
  EXPECT_EQ(count("SELECT count(*) FROM report_error WHERE category='communication' AND code=3"),
            2);
}

TEST_F(Reports, MetersOfNobodyAndOfOthersAreLeftOut) {
  inventory_.emplace(hes_test::plc_inventory(0, 1));
  start(1);
  world_->connect_concentrator();
  act([&](FakeConcentrator& it) { it.say(rows_report("4711", quarters(kFebruary + 900, 4))); });
  EXPECT_EQ(counters().unknown_meters, 1u);
  EXPECT_EQ(store_->rows(), 0u);
  EXPECT_EQ(dc().open_reports(), 0u);  // acknowledged all the same: repeating does not help
}

TEST_F(Reports, AnotherBoxUnderTheOldNameNumbersFromTheStart) {
  start(1);
  dc().restarts = 9;
  world_->connect_concentrator();
  act([&](FakeConcentrator& it) { it.say(rows_report(serial(0), quarters(kFebruary + 900, 4))); });
  world_->disconnect_concentrator();
  dc() = FakeConcentrator("DC1");
  world_->connect_concentrator();
  act([&](FakeConcentrator& it) { it.say(rows_report(serial(0), quarters(kFebruary + 4500, 4))); });
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(counters().repeated, 0u);
  EXPECT_EQ(store_->rows(), 8u);
}

TEST_F(Reports, EveryKindGoesToItsTable) {
  on_file();
  start(1);
  world_->connect_concentrator();
  const auto say = [&](p32::ReportBody body) {
    p32::Report report;
    report.body = std::move(body);
    act([&](FakeConcentrator& it) { it.say(report); });
  };
  const std::string& id = serial(0);
  const p32::MeterTime at{kFebruary + 100, -60, 0, 0};
  say(p32::InventoryReport{
      {{id, {}, p32::MeterState::registered, 0, "02414D000001", "", "", 1, 2}}});
  say(p32::InstantaneousReport{{{id, {}, at, {{kClock, 230, -1, 35}}}}});
  p32::MeterEventsReport events;
  events.meters.push_back({id, {}, {{p32::EventLog::standard, at, 2, {}}}});
  events.meters[0].events.push_back(events.meters[0].events[0]);  // twice in one second
  say(events);
  say(events);  // read again
  events.alarms = true;
  say(events);
  say(p32::ConcentratorEventsReport{{{7, 1000, p32::EventGroup::meters, 3, id}}});
  say(p32::RelayStatusReport{{{id, {}, 5000, true, 1, 4}}});
  say(p32::ClockStatusReport{{{id, {}, 1'767'571'200'000, -1250}}});
  say(p32::FirmwareStatusReport{"", {{id, {}, p32::TransferState::idle, "ad11a", 0, 0}}});
  p32::StatisticsReport statistics;
  statistics.until = 86'400'000;
  p32::NodeStatistics node;
  node.id = id;
  node.eui48 = "02414D000001";
  node.registered = true;
  node.level = 1;
  statistics.nodes.push_back(node);
  say(statistics);
  p32::ProfileReport closing;
  closing.profile = p32::ReportKind::daily_closing;
  closing.meters.push_back({id, {}, {}, {}, 0, {{{kFebruary + 82'800, -60, 0, 0}, 0, {1, 2}}}});
  say(closing);
  EXPECT_EQ(counters().reports, 11u);
  EXPECT_EQ(counters().malformed, 0u);
  EXPECT_EQ(count("SELECT count(*) FROM concentrator_meter WHERE eui48='02414D000001'"), 1);
  EXPECT_EQ(count("SELECT value FROM reading"), 230);
  EXPECT_EQ(count("SELECT count(*) FROM meter_event WHERE alarm=0 AND code=2"), 2);
  EXPECT_EQ(count("SELECT count(*) FROM meter_event WHERE alarm=1"), 2);
  EXPECT_EQ(count("SELECT code FROM concentrator_event WHERE number=7"), 3);
  EXPECT_EQ(count("SELECT control_mode FROM relay_status"), 4);
  EXPECT_EQ(count("SELECT offset_ms FROM clock_status"), -1250);
  EXPECT_EQ(count("SELECT count(*) FROM firmware_status WHERE active='ad11a'"), 1);
  EXPECT_EQ(count("SELECT level FROM node_statistics"), 1);
  EXPECT_EQ(stored(0, kDailyClosing).size(), 1u);
}

// SQLite's integers have a sign: beyond it a number keeps its digits, and is no power of two.
TEST_F(Reports, fault_27_numbers_of_reports_keep_their_digits) {
  on_file();
  start(1);
  world_->connect_concentrator();
  const auto say = [&](p32::ReportBody body) {
    p32::Report report;
    report.body = std::move(body);
    act([&](FakeConcentrator& it) { it.say(report); });
  };
  say(p32::ConcentratorEventsReport{{{UINT64_MAX, 1000, p32::EventGroup::meters, 1, serial(0)},
                                     {UINT64_MAX - 1, 1000, p32::EventGroup::meters, 2, serial(0)},
                                     {INT64_MAX, 1000, p32::EventGroup::meters, 3, serial(0)}}});
  p32::StatisticsReport statistics;
  statistics.until = 86'400'000;
  statistics.airtime_us = UINT64_C(9'223'372'036'854'775'809);
  statistics.frames_sent = 5;
  say(statistics);
  EXPECT_EQ(counters().reports, 2u);
  EXPECT_EQ(count("SELECT code FROM concentrator_event WHERE number='18446744073709551615'"), 1);
  EXPECT_EQ(count("SELECT code FROM concentrator_event WHERE number='18446744073709551614'"), 2);
  EXPECT_EQ(count("SELECT code FROM concentrator_event WHERE number=9223372036854775807"), 3);
  EXPECT_EQ(count("SELECT count(*) FROM statistics WHERE airtime_us='9223372036854775809' AND "
                  "frames_sent=5"),
            1);
}

TEST_F(Reports, MissingRowsAreAskedOfTheMeterAndSettledByItsAnswer) {
  config_.p32_collect_period_s = 8 * 3600;
  start(2);
  world_->connect_concentrator();
  fill(16);
  auto& rows = dc().rows[serial(0)];
  const std::vector<Row> lost(rows.begin() + 8, rows.begin() + 12);
  rows.erase(rows.begin() + 8, rows.begin() + 12);  // not in the first report
  rows.erase(rows.begin() + 20);                    // and one that the meter never wrote
  world_->run_until((kFebruary + 8 * 3600) * kNsPerSecond);
  collect(0, 8);
  rows.insert(rows.begin() + 8, lost.begin(), lost.end());
  world_->run_until((kFebruary + 16 * 3600) * kNsPerSecond);
  collect(8, 16);
  EXPECT_EQ(store_->rows(), 64u + 63u - 4u);
  for (int hour = 0; hour < 8; ++hour) act([](FakeConcentrator& it) { it.poll(); }, 1800);
  EXPECT_GE(counters().requests, 1u);
  EXPECT_LE(counters().requests, 3u);
  ASSERT_FALSE(dc().asked.empty());
  EXPECT_EQ(dc().asked[0].source, p32::Source::meter);
  EXPECT_THAT(dc().asked[0].meters, testing::ElementsAre(serial(0)));
  EXPECT_EQ(stored(0).size(), 63u);
  const auto missing = store_->missing(0, kFebruary, kFebruary + 10 * 3600);
  ASSERT_EQ(missing.size(), 1u);  // the one that does not exist
  EXPECT_TRUE(missing[0].asked);
}

TEST_F(Reports, AMeterThatNeverAnswersIsAskedSoManyTimes) {
  config_.p32_retries = 3;
  config_.p32_check_period_s = 600;
  config_.closing_pull = false;
  start(1);
  world_->connect_concentrator();
  dc().meter_failure =
      p32::Failure{p32::ErrorCategory::communication, p32::error_code::kNotRegistered};
  for (int i = 0; i < 2 * 24 * 6; ++i) act([](FakeConcentrator& it) { it.poll(); }, 600);
  const auto asked = static_cast<std::size_t>(
      std::count_if(dc().asked.begin(), dc().asked.end(), [](const p32::Selection& selection) {
        return selection.report == p32::ReportKind::load_profile;
      }));
  EXPECT_EQ(asked, 4u);
  EXPECT_GE(counters().given_up, 1u);
  EXPECT_EQ(head_end_->engine().concentrators().open_items(0), 0u);
}

TEST_F(Reports, PushedMetersBesideConcentratorsGoOnAsBefore) {
  inventory_.emplace(hes_test::plc_inventory(1, 1));
  world_.emplace(2);
  store_.emplace(StoreOptions{":memory:", false, false});
  head_end_ =
      std::make_unique<LocalHeadEnd>(config_, *inventory_, std::vector{hes_test::fake_type()},
                                     *store_, *world_, log_, random_, seen_, world_->now);
  world_->attach(*head_end_);
  world_->connect_concentrator();
  world_->live(0, world_->connect(std::size_t{0}), 4, [](int) { return true; });
  world_->concentrator_at(kFebruary + 9000, [&](FakeConcentrator& it) {
    it.say(rows_report(serial(1), quarters(kFebruary + 900, 8)));
  });
  world_->run_for_s(4 * 3600 + 120);
  EXPECT_EQ(store_->rows(), 24u);
  EXPECT_EQ(head_end_->engine().counters().pushes, 4u);
  EXPECT_EQ(seen_.opened, 1);
}

// A lost clock may say any year that a date can have.
TEST_F(Reports, RowsOfAnyYearAreStoredAndHarmNothing) {
  start(1);
  world_->connect_concentrator();
  constexpr std::int64_t kYear9999 = INT64_C(253'370'764'800);
  act([&](FakeConcentrator& it) {
    p32::Report report = rows_report(serial(0), {row(kYear9999, 1), row(900, 2)});
    auto& meter = std::get<p32::ProfileReport>(report.body).meters[0];
    meter.from = 0;
    meter.to = kYear9999 * 1000;
    it.say(report);
  });
  EXPECT_EQ(counters().malformed, 0u);
  EXPECT_EQ(stored(0).size(), 2u);
  for (int i = 0; i < 40; ++i) act([](FakeConcentrator& it) { it.poll(); }, 1800);
  EXPECT_GE(counters().requests, 1u);
}

TEST_F(Reports, WhoNeverSaysWhoItIsIsClosed) {
  start(1);
  head_end_->open(9999, Door::p32);
  head_end_->deliver(world_->now);
  world_->run_for_s(130);
  EXPECT_EQ(counters().silent, 1u);
  EXPECT_EQ(world_->closed_by_head_end, std::vector<ConnectionId>{9999});
}

TEST_F(Reports, SilentConnectionsAreClosed) {
  config_.p32_silence_timeout_s = 600;
  start();
  world_->connect_concentrator();
  world_->run_for_s(500);
  act([](FakeConcentrator& it) { it.poll(); }, 500);
  EXPECT_EQ(counters().silent, 0u);
  world_->run_for_s(200);
  EXPECT_EQ(counters().silent, 1u);
  EXPECT_EQ(world_->uplink, 0u);
}

}  // namespace
}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "dcu/app/head_end/time_keeper.hpp"
#include "tests/rigs/concentrator/world.hpp"

namespace dcu_test {
namespace {

using p32::ReportKind;
using p32::Source;

p32::Selection selection(ReportKind report, Source source, std::vector<std::string> meters = {}) {
  p32::Selection selection;
  selection.report = report;
  selection.source = source;
  selection.meters = std::move(meters);
  return selection;
}

constexpr auto kAllReports = [] {
  std::array<ReportKind, p32::kReportKinds> kinds{};
  for (std::size_t k = 0; k < kinds.size(); ++k) kinds[k] = static_cast<ReportKind>(k);
  return kinds;
}();

TEST(Uplink, GreetsAndPolls) {
  World world({});
  world.run_for(600);
  EXPECT_EQ(world.head_end.hellos, 1u);
  EXPECT_NEAR(world.head_end.polls, 10u, 1u);
}

TEST(Uplink, fault_25_an_idle_caller_is_hung_up) {
  World world({.uplink = p32::Uplink::ethernet});
  world.run_for(60);
  const StreamId idle = world.call(Door::p32);
  world.run_for(110);
  EXPECT_FALSE(world.hung_up[idle]);
  world.say(idle, protocol::bytes_of(std::string_view("POST /p32ex/1 HTTP/1.1\r\n")));
  world.run_for(110);
  EXPECT_FALSE(world.hung_up[idle]);
  world.run_for(20);
  EXPECT_TRUE(world.hung_up[idle]);
}

TEST(TimeKeeper, KnowsOurErrorByTheBoundsOfAllAnswers) {
  constexpr UtcNs kMs = 1'000'000;
  TimeKeeper keeper;
  // A second each way says little: between -1 s and +1 s it may be right.
  EXPECT_EQ(keeper.on_answer(100'000 * kMs, 102'000 * kMs, 101'000 * kMs), std::nullopt);
  // Fast by 3 s: it is corrected to the middle of what is possible.
  const auto fast = keeper.on_answer(203'000 * kMs, 204'000 * kMs, 200'400 * kMs);
  ASSERT_TRUE(fast);
  EXPECT_LE(*fast, -2'600 * kMs + kMs);
  EXPECT_GE(*fast, -3'600 * kMs);
  // An hour and more is no drift.
  EXPECT_EQ(TimeKeeper().on_answer(0, kMs, 3601 * 1000 * kMs), std::nullopt);
  EXPECT_TRUE(TimeKeeper().on_answer(0, kMs, 3599 * 1000 * kMs));
  EXPECT_EQ(TimeKeeper().on_answer(0, kMs, INT64_MAX), std::nullopt);  // the year 9999
}

TEST(TimeKeeper, WhatWasKnownWidensByTheDriftOfACrystal) {
  constexpr UtcNs kMs = 1'000'000;
  TimeKeeper keeper;
  EXPECT_EQ(keeper.on_answer(0, 2 * kMs, kMs), std::nullopt);  // right to within 2 ms
  // Some 10'000 s later at most a second fast or slow: of 0.5 s to 4 s so much is believed.
  const auto slow = keeper.on_answer(10'000'000 * kMs, 10'003'500 * kMs, 10'004'000 * kMs);
  ASSERT_TRUE(slow);
  EXPECT_NEAR(static_cast<double>(*slow), 751e6, 1e6);
}

TEST(TimeKeeper, WhatWasKnownIsSteppedWithTheClock) {
  constexpr UtcNs kMs = 1'000'000;
  TimeKeeper keeper;
  const auto slow = keeper.on_answer(0, 2'000 * kMs, 3'000 * kMs);
  ASSERT_TRUE(slow);
  EXPECT_NEAR(static_cast<double>(*slow), 2'000e6, 1e6);
  // By the clock that is right now; the answer alone allows -0.5 s to +2 s.
  EXPECT_EQ(keeper.on_answer(10'000 * kMs, 12'500 * kMs, 12'000 * kMs), std::nullopt);
}

TEST(TimeKeeper, AnAnswerFromBeforeItsRequestSaysNothing) {
  EXPECT_EQ(TimeKeeper().on_answer(10 * kNsPerSecond, 9 * kNsPerSecond, 15 * kNsPerSecond),
            std::nullopt);
}

TEST(Uplink, TheClockIsKeptByTheHeadEndsAnswers) {
  for (const UtcNs ahead : {5 * kNsPerSecond, -5 * kNsPerSecond, -600 * kNsPerSecond}) {
    World world({});
    world.clock_ahead = ahead;
    world.run_for(3600);
    EXPECT_LT(std::abs(world.clock_ahead), kNsPerSecond) << ahead;
    EXPECT_GE(world.count(&dcu::app::Counters::clock_steps), 1u);
  }
  World world({});
  world.clock_ahead = 7200 * kNsPerSecond;  // whose clock is not set?
  world.run_for(3600);
  EXPECT_EQ(world.clock_ahead, 7200 * kNsPerSecond);
}

TEST(Uplink, EthernetDoesNotPoll) {
  World world({.uplink = p32::Uplink::ethernet});
  world.run_for(5 * 3600);
  EXPECT_EQ(world.head_end.polls, 0u);
  EXPECT_FALSE(world.head_end.reports.empty());
}

// Every kind of report, from the store and from the meters, passes the schema.
TEST(Uplink, EveryReportCanBeAskedFor) {
  for (const Source source : {Source::cache, Source::meter}) {
    World world({});
    world.run_for(5 * 3600);
    std::vector<std::string> ids;
    for (const ReportKind kind : kAllReports) {
      ids.push_back(world.head_end.ask(p32::Request{selection(kind, source)}));
    }
    world.run_for(1200);
    EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
    for (std::size_t k = 0; k < ids.size(); ++k) {
      const p32::Report* report = world.head_end.answer_to(ids[k]);
      ASSERT_NE(report, nullptr) << p32::name_of(kAllReports[k]);
      EXPECT_EQ(report->kind(), kAllReports[k]);
      EXPECT_EQ(report->cause, p32::Cause::request);
      EXPECT_TRUE(report->last);
    }
  }
}

TEST(Uplink, WhatAMeterLacksComesBackAsThatMetersError) {
  World world({});
  world.run_for(600);
  const std::string monthly =
      world.head_end.ask(p32::Request{selection(ReportKind::monthly_closing, Source::meter)});
  const std::string firmware =
      world.head_end.ask(p32::Request{selection(ReportKind::firmware_status, Source::meter)});
  world.run_for(600);
  const p32::Report* report = world.head_end.answer_to(monthly);
  ASSERT_NE(report, nullptr);
  const p32::Failure undefined{p32::ErrorCategory::dlms, 4};
  for (const auto& meter : std::get<p32::ProfileReport>(report->body).meters) {
    EXPECT_EQ(meter.failure, undefined);
  }
  report = world.head_end.answer_to(firmware);
  ASSERT_NE(report, nullptr);
  for (const auto& target : std::get<p32::FirmwareStatusReport>(report->body).targets) {
    EXPECT_EQ(target.failure, undefined);
    EXPECT_EQ(target.active, "ad11a 1");
  }
}

TEST(Uplink, OneMeterThatIsNotThereDoesNotSpoilTheReport) {
  World world({});
  world.run_for(600);
  world.leave(2);
  const std::string id = world.head_end.ask(
      p32::Request{selection(ReportKind::relay_status, Source::meter,
                             {FakeMeter::serial_of(0), FakeMeter::serial_of(2), "9999999999"})});
  world.run_for(300);
  const p32::Report* report = world.head_end.answer_to(id);
  ASSERT_NE(report, nullptr);
  std::map<std::string, std::optional<p32::Failure>> failures;
  for (const auto& meter : std::get<p32::RelayStatusReport>(report->body).meters) {
    failures[meter.id] = meter.failure;
  }
  ASSERT_EQ(failures.size(), 3u);
  using p32::ErrorCategory;
  EXPECT_EQ(failures[FakeMeter::serial_of(0)], std::nullopt);
  EXPECT_EQ(failures[FakeMeter::serial_of(2)],
            (p32::Failure{ErrorCategory::communication, p32::error_code::kNotRegistered}));
  EXPECT_EQ(failures["9999999999"],
            (p32::Failure{ErrorCategory::communication, p32::error_code::kUnknownMeter}));
}

TEST(Uplink, AQueryIsAnsweredByOneReport) {
  World world({});
  world.run_for(600);
  const std::string id =
      world.head_end.ask(p32::Query{selection(ReportKind::instantaneous, Source::meter)});
  world.run_for(300);
  const p32::Report* report = world.head_end.answer_to(id);
  ASSERT_NE(report, nullptr);
  const auto& meters = std::get<p32::InstantaneousReport>(report->body).meters;
  ASSERT_EQ(meters.size(), 4u);
  for (const auto& meter : meters) {
    EXPECT_EQ(meter.failure, std::nullopt);
    ASSERT_EQ(meter.readings.size(), 1u);
    EXPECT_EQ(meter.readings[0].value, 2301);
    EXPECT_EQ(meter.readings[0].scaler, -1);
    EXPECT_EQ(meter.readings[0].unit, 35);
  }
}

// Work comes again until it is acknowledged; it is done once.
TEST(Uplink, RepeatedWorkIsDoneOnce) {
  World world({});
  world.head_end.drops_work_acks = true;
  world.head_end.ask(p32::Request{selection(ReportKind::inventory, Source::cache)});
  world.run_for(600);
  EXPECT_GT(world.count(&dcu::app::Counters::messages_repeated), 5u);
  unsigned answers = 0;
  for (const auto& message : world.head_end.reports) answers += !message.envelope.re.empty();
  EXPECT_EQ(answers, 1u);
}

TEST(Uplink, ReportsAreRepeatedAsTheyWereUntilAcknowledged) {
  World world({});
  world.head_end.acks = false;
  world.run_for(5 * 3600);
  EXPECT_GT(world.head_end.repeated, 3u);
  EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
  EXPECT_EQ(world.count(&dcu::app::Counters::acks), 0u);
  const std::size_t reports = world.head_end.reports.size();
  world.head_end.acks = true;
  world.run_for(600);
  EXPECT_GE(world.count(&dcu::app::Counters::acks), reports);
  const unsigned repeated = world.head_end.repeated;
  world.run_for(1800);
  EXPECT_EQ(world.head_end.repeated, repeated);
}

TEST(Uplink, ANetworkThatIsGoneCostsDialsNotRows) {
  World world({});
  world.run_for(3600);
  world.network = false;
  world.drop_uplink();
  world.run_for(10 * 3600);
  EXPECT_LT(world.count(&dcu::app::Counters::dials), 100u);
  world.network = true;
  world.run_for(3600);
  EXPECT_GT(world.reported(1, ReportKind::load_profile).size(), 35u);
}

// Ethernet: the head-end calls in.
TEST(P32Door, AnswersInPlace) {
  World world({.uplink = p32::Uplink::ethernet});
  world.run_for(600);
  const StreamId stream = world.call(Door::p32);
  const auto post = [&](const p32::Message& message) {
    const std::string octets = p32::http_request("dc", p32::encode(message));
    world.heard[stream].clear();
    world.say(stream, {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    world.run_for(100);
    p32::HttpClient client;
    client.feed(world.heard[stream]);
    const auto response = client.next();
    if (!response) return std::pair<unsigned, std::optional<p32::Message>>{0, std::nullopt};
    auto decoded = p32::decode(response->body);
    std::optional<p32::Message> body;
    if (decoded) body = decoded.message();
    return std::pair{response->status, body};
  };
  const auto query = post(
      world.head_end.message(p32::Query{selection(ReportKind::relay_status, Source::meter)}, "Q1"));
  EXPECT_EQ(query.first, 200u);
  ASSERT_TRUE(query.second);
  EXPECT_EQ(query.second->envelope.re, "Q1");
  EXPECT_TRUE(std::holds_alternative<p32::Report>(query.second->body));
  const auto request = post(
      world.head_end.message(p32::Request{selection(ReportKind::inventory, Source::cache)}, "R1"));
  ASSERT_TRUE(request.second);
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(request.second->body));
  EXPECT_NE(world.head_end.answer_to("R1"), nullptr);
  const auto hello = post(world.head_end.message(FakeHeadEnd::hello(), "X"));
  ASSERT_TRUE(hello.second);
  EXPECT_TRUE(std::holds_alternative<p32::Hello>(hello.second->body));
  p32::Message stranger = world.head_end.message(FakeHeadEnd::hello(), "Y");
  stranger.envelope.to = "AMTDC0000000002";
  EXPECT_EQ(post(stranger).first, 400u);
}

TEST(P32Door, AMessageThatBreaksTheSchemaIsToldWhere) {
  World world({.uplink = p32::Uplink::ethernet});
  world.run_for(60);
  const StreamId stream = world.call(Door::p32);
  std::string xml = p32::encode(
      world.head_end.message(p32::Request{selection(ReportKind::inventory, Source::cache)}, "R1"));
  const std::size_t at = xml.find("inventory");
  ASSERT_NE(at, std::string::npos);
  xml.replace(at, 9, "inventary");
  const std::string octets = p32::http_request("dc", xml);
  world.say(stream, {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
  p32::HttpClient client;
  client.feed(world.heard[stream]);
  const auto response = client.next();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 400u);
  const auto decoded = p32::decode(response->body);
  ASSERT_TRUE(decoded);
  const auto& error = std::get<p32::ErrorBody>(decoded.message().body);
  EXPECT_GT(error.line, 0u);
  EXPECT_NE(error.element.find("Request"), std::string::npos);
  EXPECT_FALSE(error.allowed.empty());
  EXPECT_EQ(world.count(&dcu::app::Counters::messages_malformed), 1u);
}

TEST(P32Door, IsClosedOverGprs) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::p32);
  EXPECT_TRUE(world.hung_up[stream]);
}

TEST(Nodes, AStrangerStandsInTheInventoryWithItsFailure) {
  World world({.change = [](Commission& c) { c.meters.pop_back(); }});
  world.run_for(600);
  bool found = false;
  for (const auto& message : world.head_end.reports) {
    const auto& report = std::get<p32::Report>(message.body);
    if (report.kind() != ReportKind::inventory) continue;
    for (const auto& meter : std::get<p32::InventoryReport>(report.body).meters) {
      found |= meter.id == FakeMeter::serial_of(3) && meter.failure &&
               meter.failure->code == p32::error_code::kUnknownMeter;
    }
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
}

}  // namespace
}  // namespace dcu_test

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rows asked for by their capture counter.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hes-stub/engine.hpp"
#include "protocol/dlms/refusal.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeMeter;
using hes_test::kFebruary;
using protocol::cosem::AccessResult;
using Kind = protocol::cosem::Selection::Kind;

class Numbers : public testing::Test {
 protected:
  explicit Numbers(bool closings = false, std::int64_t most_rows = 192)
      : config_(settings(closings, most_rows)),
        head_end_(config_, inventory_, {hes_test::fake_type(true)}, store_, world_, log_, random_,
                  seen_, world_.now) {
    meter().numbered = true;
    world_.attach(head_end_);
    line_ = world_.connect(0);
  }
  FakeMeter& meter() { return *world_.meters[0]; }
  void live(int hours, const std::function<bool(int)>& push) {
    world_.live(0, line_, hours, push);
    world_.run_for_s(hours * 3600 + 120);
  }
  // Another one takes its place: it counts from the start and has none of the rows.
  void exchange() {
    meter().last_number = 0;
    for (Row& row : meter().rows) row.capture_counter = 0;
  }
  // Until everything that was planned is done.
  void settle(int hours = 3) { live(hours, hes_test::kAll); }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> asked_by_number() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
    for (const auto& each : meter().asked) {
      if (each.kind == Kind::numbers) ranges.emplace_back(each.from_entry, each.to_entry);
    }
    return ranges;
  }
  std::size_t asked_by_stamp() {
    return static_cast<std::size_t>(
        std::count_if(meter().asked.begin(), meter().asked.end(),
                      [](const auto& each) { return each.kind == Kind::range; }));
  }
  // Every row of the meter is here, once.
  void expect_all(std::size_t lost = 0) { EXPECT_EQ(store_.rows() + lost, meter().rows.size()); }

  static EngineConfig settings(bool closings, std::int64_t most_rows) {
    EngineConfig config;
    config.max_rows_per_pull = most_rows;
    config.closing_pull = closings;
    config.clock_check = false;
    config.push_period_s = 2 * 3600;  // a push that is lost is followed by one that comes
    return config;
  }

  EngineConfig config_;
  Inventory inventory_ = hes_test::fake_inventory(1);
  hes_test::World world_{1};
  Store store_{StoreOptions{":memory:", false, false}};
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{42};
  hes_test::Recorder seen_;
  LocalHeadEnd head_end_;
  ConnectionId line_ = 0;
};

TEST_F(Numbers, WhatIsPushedIsNotAskedFor) {
  live(6, hes_test::kAll);
  EXPECT_TRUE(meter().asked.empty());
  EXPECT_EQ(meter().counter_reads, 0);
  expect_all();
}

TEST_F(Numbers, RowsBehindTheNewestNumberAreAskedForWithoutAnEnd) {
  live(8, [](int hour) { return hour < 3; });
  world_.run_for_s(3 * 3600);
  const auto asked = asked_by_number();
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0], std::pair(13u, UINT32_MAX));
  for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_GE(asked[i].first, asked[i - 1].first);
  EXPECT_EQ(asked_by_stamp(), 0u);
  expect_all();
}

TEST_F(Numbers, NumbersThatAreMissingAreAskedForExactlyOnce) {
  live(12, [](int hour) { return hour != 2 && hour != 5; });
  EXPECT_EQ(asked_by_number(), (std::vector{std::pair(9u, 12u), std::pair(21u, 24u)}));
  expect_all();
}

// Numbers of an event log: no row of ours will ever have them.
TEST_F(Numbers, NumbersOfOtherLogsAreAskedForExactlyOnce) {
  world_.at((kFebruary + 7000) * kNsPerSecond, [&] { meter().last_number += 3; });
  live(12, hes_test::kAll);
  EXPECT_EQ(asked_by_number(), (std::vector{std::pair(8u, 10u)}));
  expect_all();
}

// Not before the push that may still bring them has had its time.
TEST_F(Numbers, AHoleWaitsForThePushThatMayCloseIt) {
  world_.at((kFebruary + 3 * 3600 + 600) * kNsPerSecond, [&] {
    const std::vector<Row> rows(meter().rows.begin() + 4, meter().rows.begin() + 8);
    world_.send_up(line_, meter().push_of(rows, kLoadProfile));
  });
  live(8, [](int hour) { return hour != 1; });
  EXPECT_TRUE(asked_by_number().empty());
  expect_all();
}

TEST_F(Numbers, WithoutAPushTheCounterSaysWhereToBegin) {
  live(6, hes_test::kNone);
  EXPECT_EQ(meter().counter_reads, 1);
  const auto asked = asked_by_number();
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0].first, 1u);
  EXPECT_EQ(asked_by_stamp(), 0u);
  world_.run_for_s(3 * 3600);
  expect_all();
}

// A repaired meter may begin anywhere.
TEST_F(Numbers, AfterAJumpForwardTheNumbersBetweenAreAskedForOnce) {
  world_.at((kFebruary + 4 * 3600 + 120) * kNsPerSecond, [&] { meter().last_number = 999'999; });
  live(12, hes_test::kAll);
  EXPECT_EQ(asked_by_number(), (std::vector{std::pair(17u, 999'999u)}));
  expect_all();
}

// Another one counts from the start: its rows are as good, and missing ones are missed.
TEST_F(Numbers, AfterAJumpBackRowsAreMissedAndAskedForAsBefore) {
  world_.at((kFebruary + 6 * 3600 + 120) * kNsPerSecond, [&] { exchange(); });
  live(16, [](int hour) { return hour != 9 && hour != 13; });
  expect_all();
  const auto asked = asked_by_number();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0], std::pair(13u, 16u));
  EXPECT_EQ(asked[1], std::pair(29u, 32u));
}

// The first push of the other one is lost: its numbers before are asked for.
TEST_F(Numbers, AfterAJumpBackTheFirstRowsAreAskedFor) {
  world_.at((kFebruary + 6 * 3600 + 120) * kNsPerSecond, [&] { exchange(); });
  live(16, [](int hour) { return hour != 6; });
  EXPECT_EQ(asked_by_number(), (std::vector{std::pair(1u, 4u)}));
  expect_all();
}

// It pushes nothing at all: the tail stays empty until the counter is looked at.
TEST_F(Numbers, AfterAJumpBackOfAMeterThatDoesNotPushTheCounterTells) {
  world_.at((kFebruary + 6 * 3600 + 120) * kNsPerSecond, [&] { exchange(); });
  live(20, [](int hour) { return hour < 6; });
  world_.run_for_s(2 * 3600);
  EXPECT_GE(meter().counter_reads, 1);
  EXPECT_LE(meter().counter_reads, 2);
  expect_all();
}

// And again, when it is exchanged once more.
TEST_F(Numbers, AfterAnotherJumpBackTheCounterTellsAgain) {
  world_.at((kFebruary + 6 * 3600 + 120) * kNsPerSecond, [&] { exchange(); });
  live(20, [](int hour) { return hour < 6 || hour >= 17; });
  world_.run_for_s(2 * 3600);
  expect_all();
  const int reads = meter().counter_reads;
  exchange();
  live(14, hes_test::kNone);
  world_.run_for_s(4 * 3600);
  EXPECT_GT(meter().counter_reads, reads);
  expect_all();
}

// What a tail leaves out between its rows is of other logs: it was asked for.
TEST_F(Numbers, NumbersOfOtherLogsInsideATailAreNotAskedForAgain) {
  world_.at((kFebruary + 5 * 3600) * kNsPerSecond, [&] { meter().last_number += 3; });
  live(8, [](int hour) { return hour < 3; });
  live(6, hes_test::kAll);
  ASSERT_FALSE(asked_by_number().empty());
  for (const auto& [from, to] : asked_by_number()) EXPECT_EQ(to, UINT32_MAX) << from;
  expect_all();
}

// A queue that was held up brings rows from before we began to count.
TEST_F(Numbers, OlderRowsThatComeLateAreNoOtherMeter) {
  for (const Row& row : hes_test::quarters(kFebruary - 4 * 900, 4)) meter().capture(row);
  meter().last_number = 100;
  for (std::uint32_t i = 0; i < 4; ++i) meter().rows[i].capture_counter = 97 + i;
  live(4, hes_test::kAll);
  world_.send_up(line_, meter().push(0, 4));
  live(4, hes_test::kAll);
  EXPECT_TRUE(asked_by_number().empty());
  expect_all();
}

// Nothing is settled that the meter has not passed, however late it is.
TEST_F(Numbers, WhatCouldNotBeHadYetIsNotSettled) {
  meter().numbers_result = AccessResult::temporary_failure;
  live(9, [](int hour) { return hour < 3; });
  EXPECT_FALSE(asked_by_number().empty());
  EXPECT_LE(store_.settled_until(0, store_.profile(kLoadProfile)), kFebruary + 3 * 3600);
}

TEST_F(Numbers, ARefusalForNowIsAskedByNumberAgain) {
  for (const AccessResult now : {AccessResult::temporary_failure, AccessResult::hardware_fault,
                                 AccessResult::data_block_unavailable}) {
    meter().numbers_result = now;
    const std::size_t before = asked_by_number().size();
    live(6, [](int hour) { return hour != 1; });
    EXPECT_GT(asked_by_number().size(), before) << static_cast<int>(now);
    meter().numbers_result = AccessResult::success;
    settle();
    expect_all();
  }
  EXPECT_EQ(asked_by_stamp(), 0u);
}

TEST_F(Numbers, ARefusalForGoodIsFollowedByStampsForGood) {
  meter().numbers_result = AccessResult::type_unmatched;
  live(6, [](int hour) { return hour != 1; });
  settle();
  EXPECT_EQ(asked_by_number().size(), 1u);
  EXPECT_GE(asked_by_stamp(), 1u);
  expect_all();
  // Also when it would answer now.
  meter().numbers_result = AccessResult::success;
  live(6, [](int hour) { return hour != 2; });
  settle();
  EXPECT_EQ(asked_by_number().size(), 1u);
  expect_all();
}

TEST_F(Numbers, EveryWayToSayNotSelectableIsUnderstood) {
  using protocol::dlms::is_not_selectable;
  using protocol::dlms::is_not_there;
  const auto in = [](AccessResult result, std::initializer_list<AccessResult> list) {
    return std::find(list.begin(), list.end(), result) != list.end();
  };
  for (int code = 0; code <= UINT8_MAX; ++code) {
    const auto result = static_cast<AccessResult>(code);
    EXPECT_EQ(is_not_selectable(result),
              in(result, {AccessResult::type_unmatched, AccessResult::scope_of_access_violated,
                          AccessResult::other_reason}))
        << code;
    EXPECT_EQ(
        is_not_there(result),
        in(result, {AccessResult::object_undefined, AccessResult::object_unavailable,
                    AccessResult::object_class_inconsistent, AccessResult::read_write_denied}))
        << code;
  }
}

TEST_F(Numbers, ACounterThatIsNotThereMeansStamps) {
  meter().counter_result = AccessResult::object_undefined;
  live(6, hes_test::kNone);
  world_.run_for_s(3 * 3600);
  EXPECT_EQ(meter().counter_reads, 1);
  EXPECT_TRUE(asked_by_number().empty());
  EXPECT_GE(asked_by_stamp(), 1u);
  expect_all();
}

TEST_F(Numbers, ACounterThatCannotBeHadNowIsAskedForAgain) {
  meter().counter_result = AccessResult::temporary_failure;
  live(4, hes_test::kNone);
  EXPECT_GE(meter().counter_reads, 2);
  EXPECT_TRUE(meter().asked.empty());
  meter().counter_result = AccessResult::success;
  live(4, hes_test::kNone);
  world_.run_for_s(3 * 3600);
  EXPECT_EQ(asked_by_stamp(), 0u);
  expect_all();
}

// More rows than a session has memory for: a fortnight that nothing came from.
TEST_F(Numbers, AHoleTooLargeForOneAnswerComesInParts) {
  meter().deaf = true;
  live(14 * 24, [](int hour) { return hour < 2 || hour > 14 * 24 - 3; });
  meter().deaf = false;
  live(24, hes_test::kAll);
  expect_all();
  EXPECT_EQ(asked_by_stamp(), 0u);
  // Each block of an answer asks the fake meter again.
  std::set<std::pair<std::uint32_t, std::uint32_t>> whole;
  for (const auto& range : asked_by_number()) {
    if (range.second - range.first > 1000) whole.insert(range);
  }
  EXPECT_LE(whole.size(), 1u);
}

// A tail of them.
TEST_F(Numbers, ATailTooLargeForOneAnswerComesInParts) {
  meter().deaf = true;
  live(14 * 24, [](int hour) { return hour < 2; });
  meter().deaf = false;
  live(12, hes_test::kNone);
  world_.run_for_s(6 * 3600);
  expect_all();
  EXPECT_EQ(asked_by_stamp(), 0u);
}

// A row that the meter's flash has lost holds up none of the others.
TEST_F(Numbers, ARowThatNeverComesIsLeftOutAlone) {
  meter().rotten_number = 11;
  live(12, [](int hour) { return hour != 2 && hour != 5; });
  settle(24);
  expect_all(1);
  EXPECT_EQ(asked_by_stamp(), 0u);
}

// All rows for an answer, and none of them new: asked now and then, not for ever.
TEST_F(Numbers, AMeterThatHeedsNoSelectionIsNotAskedForEver) {
  meter().heeds_selections = false;
  live(4, hes_test::kAll);
  world_.run_for_s(24 * 3600);
  EXPECT_GE(asked_by_number().size(), 2u);
  EXPECT_LE(asked_by_number().size(), 24u * 4);  // a check period each
}

// The largest number has none behind it.
TEST_F(Numbers, NumbersDoNotWrap) {
  meter().last_number = UINT32_MAX - 6;
  live(1, hes_test::kAll);
  live(5, hes_test::kNone);
  world_.run_for_s(3 * 3600);
  for (const auto& [first, last] : asked_by_number()) {
    EXPECT_GE(first, UINT32_MAX - 6);
    EXPECT_LE(first, last);
  }
}

class NumbersOfTenRows : public Numbers {
 protected:
  NumbersOfTenRows() : Numbers(false, 10) {}
};

TEST_F(NumbersOfTenRows, APartHoldsAsManyRowsAsAPullMay) {
  live(2, hes_test::kAll);
  meter().deaf = true;
  live(8, hes_test::kNone);
  meter().deaf = false;
  live(4, hes_test::kNone);
  const auto asked = asked_by_number();
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0], std::pair(9u, 18u));
}

class NumbersAndClosings : public Numbers {
 protected:
  NumbersAndClosings() : Numbers(true) {}
};

// A closing that the meter refuses, for now or for good, holds up no row of the load profile.
TEST_F(NumbersAndClosings, ARefusedClosingHoldsUpNoHole) {
  for (const AccessResult result : {AccessResult::hardware_fault, AccessResult::type_unmatched}) {
    meter().closings_result = result;
    live(48, [](int hour) { return hour % 12 != 5; });
    settle(6);
    expect_all();
  }
}

// What was accounted for stands in the store: a head-end that begins anew asks for nothing twice.
TEST_F(Numbers, WhatWasAccountedForIsKept) {
  live(4, hes_test::kAll);
  EXPECT_EQ(store_.meter_table().record(0).accounted, 16u);
  live(4, [](int hour) { return hour != 1; });
  EXPECT_EQ(store_.meter_table().record(0).accounted, 32u);
}

}  // namespace
}  // namespace hes

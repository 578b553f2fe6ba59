// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The simulator's service times are the counted instructions: neither can move without the other.
#include "models/core/meter/service_times.hpp"

#include <gtest/gtest.h>

#include "tests/rigs/budget/budget.hpp"

namespace target {
namespace {

using rigs::Budget;
using rigs::updating_budgets;

void expect_near(std::int64_t in_table, std::int64_t counted, const char* what) {
  EXPECT_NEAR(static_cast<double>(in_table), static_cast<double>(counted),
              0.1 * static_cast<double>(counted))
      << what << ": models/core/meter/service_times.hpp has " << in_table
      << ", tests/target/instruction_budget.txt makes " << counted;
}

TEST(ServiceTimes, AreTheCountedInstructions) {
  if (updating_budgets()) GTEST_SKIP() << "the budget is being written";
  const Budget budget("tests/target/instruction_budget.txt");
  const auto count = [&](const std::string& name) {
    return static_cast<std::int64_t>(budget.value("Ad11a." + name));
  };
  const auto& work = models::kWorkInstructions;
  // A poll is a frame heard and a frame sent; every exchange has both.
  const std::int64_t frames = count("frame_poll");
  const std::int64_t ciphered = frames + 2 * count("gcm_call");
  expect_near(work[METER_WORK_FRAME].base, frames / 2, "frame");
  expect_near(work[METER_WORK_FRAME].per_100_units, count("frame_100_octets"), "frame octets");
  expect_near(work[METER_WORK_ASSOCIATE].base, count("associate_lls") - frames, "associate");
  expect_near(work[METER_WORK_GET].base, count("get_register") - frames, "GET");
  expect_near(work[METER_WORK_LIST_ENTRY].per_100_units, 100 * count("object_list_entry"), "entry");
  expect_near(work[METER_WORK_SET].base, count("set_time_ciphered") - ciphered, "SET");
  expect_near(work[METER_WORK_ACTION].base, count("shift_time_ciphered") - ciphered, "ACTION");
  expect_near(work[METER_WORK_PROFILE_ROW].per_100_units, 100 * count("profile_row"), "row");
  expect_near(work[METER_WORK_CRYPTO].base, count("gcm_call"), "crypto");
}

// A read of a register and of a day's profile take what meters in the field take.
TEST(ServiceTimes, MakeAnExchangeOfFiftyToTwoHundredMilliseconds) {
  using models::kServiceTimes;
  const auto time = [](meter_work work, std::uint32_t units) {
    return models::service_time(kServiceTimes, work, units);
  };
  const kernel::TimeNs request = time(METER_WORK_FRAME, 60) + time(METER_WORK_CRYPTO, 30);
  const kernel::TimeNs shortest =
      request + time(METER_WORK_GET, 20) + time(METER_WORK_CRYPTO, 37) + time(METER_WORK_FRAME, 70);
  const kernel::TimeNs longest = request + time(METER_WORK_PROFILE_ROW, 12) +
                                 time(METER_WORK_GET, 480) + time(METER_WORK_CRYPTO, 500) +
                                 time(METER_WORK_FRAME, 512);
  EXPECT_GE(shortest, 50 * kernel::kNsPerMs);
  EXPECT_LE(longest, 200 * kernel::kNsPerMs);
}

}  // namespace
}  // namespace target

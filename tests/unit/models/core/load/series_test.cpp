// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/source.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using models::HomeLoad;
using models::Series;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

TEST(Series, SpreadsEachIntervalEvenly) {
  const Series series({100, 0, 250}, {.interval_s = 1800});
  double wh = 0;
  for (std::int64_t step = 0; step < 30; ++step) wh += series.at(step).active_w / 60;
  EXPECT_NEAR(wh, 100, 1e-9);
  EXPECT_EQ(series.at(30).active_w, 0);
  EXPECT_EQ(series.at(30).reactive_var, 0);
  EXPECT_TRUE(series.at(30).known);
  EXPECT_EQ(series.at(89).active_w, 500);
}

TEST(Series, GapsAndWhatLiesOutsideAreUnknownAndDrawNothing) {
  const Series series({100, kGap, 250}, {.interval_s = 900, .first_step = 60});
  for (const std::int64_t step : {0, 59, 75, 89, 105, 1000}) {
    EXPECT_FALSE(series.at(step).known) << step;
    EXPECT_EQ(series.at(step).active_w, 0) << step;
    EXPECT_EQ(series.at(step).reactive_var, 0) << step;
  }
  for (const std::int64_t step : {60, 74, 90, 104}) EXPECT_TRUE(series.at(step).known) << step;
}

TEST(Series, ReactivePowerIsCapacitiveAtLowAndInductiveAtHighLoad) {
  const Series series({25, 1000}, {.interval_s = 3600});
  EXPECT_LT(series.at(0).reactive_var, 0);
  EXPECT_GT(series.at(60).reactive_var, 0);
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/afe.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "kernel/time.hpp"
#include "models/core/grid/mains.hpp"

namespace {

using models::SampleClock;
using models::WindowTiming;

TEST(SampleClock, AtFiftyHertzEveryWindowHolds1280SamplesAtTheSamePhase) {
  const SampleClock clock(0);
  for (const std::int64_t w : {0ll, 1ll, 299ll, 432000ll, 400ll * 432000}) {  // up to 400 days
    const WindowTiming timing = clock.window(w * 200'000'000, 200'000'000);
    EXPECT_EQ(timing.first_sample, w * 1280);
    EXPECT_EQ(timing.n_samples, 1280u);
    EXPECT_EQ(timing.length_q16, 1280u << 16);
    EXPECT_EQ(timing.phase, 0u);
    EXPECT_NEAR(static_cast<double>(timing.phase_step), 0x1p64 / 128, 0x1p10);
  }
}

TEST(SampleClock, EverySampleBelongsToOneWindow) {
  for (const double ppm : {-30.0, 0.0, 17.3}) {
    const SampleClock clock(ppm);
    const models::MainsSchedule mains({}, 2 * kernel::kNsPerHour);
    std::int64_t next = 0;
    for (std::int64_t k = 0; k < mains.n_steps(); ++k) {
      const models::MainsStep& step = mains.step(k);
      for (std::int32_t w = 0; w < step.n_windows; ++w) {
        const WindowTiming timing =
            clock.window(step.start_ns + w * step.window_ns, step.window_ns);
        ASSERT_EQ(timing.first_sample, next) << ppm;
        next += timing.n_samples;
      }
    }
    const double seconds = 1e-9 * static_cast<double>(mains.step(mains.n_steps() - 1).start_ns);
    EXPECT_GT(static_cast<double>(next), 6400 * (1 + ppm * 1e-6) * seconds);
  }
}

TEST(SampleClock, LengthIsTheWindowAsTheCrystalCountsIt) {
  const SampleClock fast(25);
  const WindowTiming timing = fast.window(123'456'789'012, 200'137'500);
  EXPECT_NEAR(timing.length_q16 / 65536.0, 200.1375 * 6.4 * (1 + 25e-6), 1e-5);
}

TEST(SampleClock, PhaseFollowsTheSampleInstants) {
  const SampleClock clock(-21.7);
  const std::int64_t start = 86'399'876'543'210, length = 199'723'411;
  const WindowTiming timing = clock.window(start, length);
  const long double period_ns = 156250.0L / (1 - 21.7e-6L);
  const long double offset_ns = timing.first_sample * period_ns - start;
  ASSERT_GE(offset_ns, 0);
  ASSERT_LT(offset_ns, period_ns);
  const long double turn = 10 * offset_ns / length;
  EXPECT_NEAR(static_cast<double>(timing.phase * 0x1p-64L), static_cast<double>(turn),
              1e-8);  // the period is cut at 2^-32 ns, 5e8 samples back
  EXPECT_NEAR(static_cast<double>(timing.phase_step * 0x1p-64L),
              static_cast<double>(10 * period_ns / length), 1e-13);
}

}  // namespace

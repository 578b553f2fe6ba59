// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/dsp/lanes.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "meter/dsp/window_sums.hpp"

namespace {

using meter::dsp::kLanes;

#if defined(AMITWIN_METER_DSP_VECTOR)

// Random counts of a given size, on a random offset.
std::vector<std::int32_t> random_counts(kernel::KeyedStream& draw, std::size_t n, double size) {
  const double offset = draw.uniform(-size, size) / 4;
  std::vector<std::int32_t> counts(n);
  for (auto& c : counts) c = static_cast<std::int32_t>(offset + size * draw.uniform(-0.7, 0.7));
  return counts;
}

bool same_bits(const meter_sums& a, const meter_sums& b) {
  return std::memcmp(a.element, b.element, sizeof(a.element)) == 0 &&
         std::memcmp(&a.own_fundamental, &b.own_fundamental, sizeof(a.own_fundamental)) == 0;
}

// Law: the meter's scalar core and the host's vectors give the same bits.
TEST(Lanes, VectorAndScalarSumsAreBitIdentical) {
  kernel::KeyedStream draw(11, 0, kernel::kPurposeTest);
  for (const std::uint32_t n :
       {1u, 7u, 8u, 9u, 127u, 128u, 129u, 1279u, 1280u, 1281u, 1287u, 1306u, 1506u}) {
    for (const double size : {30.0, 2000.0, 400000.0, 8388607.0}) {
      const auto v = random_counts(draw, n + METER_WINDOW_LEAD, 8388607.0);
      const auto i = random_counts(draw, n + METER_WINDOW_LEAD, size);
      meter_window window{};
      window.n_samples = n;
      window.n_cycles = METER_WINDOW_CYCLES;
      window.length_q16 = (n << 16) + 777;
      window.channel[METER_V1] = v.data() + METER_WINDOW_LEAD;
      window.channel[METER_I1] = i.data() + METER_WINDOW_LEAD;
      const meter_sums scalar = meter::dsp::window_sums<meter::dsp::ScalarLanes>(window);
      const meter_sums vector = meter::dsp::window_sums<meter::dsp::VectorLanes>(window);
      EXPECT_TRUE(same_bits(scalar, vector)) << n << " samples of size " << size;
      EXPECT_EQ(vector.element[0].ii > 0, n > 1) << n;  // one sample is its own mean
    }
  }
}

TEST(Lanes, ReadsNothingPastTheLastSample) {
  // The same samples with different rubbish behind them.
  kernel::KeyedStream draw(12, 0, kernel::kPurposeTest);
  const std::uint32_t n = 1283;
  auto v = random_counts(draw, n + METER_WINDOW_LEAD + kLanes, 1e6);
  auto i = random_counts(draw, n + METER_WINDOW_LEAD + kLanes, 1e6);
  meter_window window{};
  window.n_samples = n;
  window.n_cycles = METER_WINDOW_CYCLES;
  window.length_q16 = n << 16;
  window.channel[METER_V1] = v.data() + METER_WINDOW_LEAD;
  window.channel[METER_I1] = i.data() + METER_WINDOW_LEAD;
  const meter_sums before = meter::dsp::window_sums<meter::dsp::VectorLanes>(window);
  for (std::size_t k = 0; k < kLanes; ++k) {
    v[METER_WINDOW_LEAD + n + k] = 8388607;
    i[METER_WINDOW_LEAD + n + k] = -8388608;
  }
  EXPECT_TRUE(same_bits(before, meter::dsp::window_sums<meter::dsp::VectorLanes>(window)));
}
#endif

TEST(Lanes, CombineAddsAllEightInTheFixedOrder) {
  const float parts[kLanes] = {1e8f, 1, 2, 4, -1e8f, 8, 16, 32};
  EXPECT_EQ(meter::dsp::combine(parts), 63.0f);  // 0 and 4 meet first, so nothing is lost
}

}  // namespace

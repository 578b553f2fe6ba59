// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/dsp/spectrum.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstring>
#include <vector>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace {

using meter::dsp::FoldedCycle;
using meter::dsp::kSpectrumOrders;
using meter::dsp::Spectrum;
using Complex = std::complex<double>;

// A window of `length` sample periods whose first sample lies `begin` behind its start.
struct Window {
  double length = 1280;
  double begin = 0;
  std::vector<Complex> orders{std::vector<Complex>(kSpectrumOrders + 20)};  // peaks, from order 1
  double offset = 0;

  std::vector<std::int32_t> counts() const {
    const auto n = static_cast<int>(std::ceil(length - begin));
    std::vector<std::int32_t> counts;
    for (int k = -static_cast<int>(METER_WINDOW_LEAD); k < n; ++k) {
      double x = offset;
      for (std::size_t h = 0; h < orders.size(); ++h) {
        const double angle = 2 * M_PI * METER_WINDOW_CYCLES / length * (k + begin);
        x += (orders[h] * std::polar(1.0, angle * static_cast<double>(h + 1))).real();
      }
      counts.push_back(static_cast<std::int32_t>(std::lround(x)));
    }
    return counts;
  }
};

template <typename Lanes = meter::dsp::NativeLanes>
void spectrum_of(const Window& window, const std::vector<std::int32_t>& v,
                 const std::vector<std::int32_t>& i, meter_harmonic (&out)[kSpectrumOrders]) {
  const Spectrum spectrum(METER_WINDOW_CYCLES,
                          static_cast<std::uint32_t>(std::lround(window.length * 65536)));
  FoldedCycle of_v, of_i;
  spectrum.fold<Lanes>(v.data() + METER_WINDOW_LEAD, of_v);
  spectrum.fold<Lanes>(i.data() + METER_WINDOW_LEAD, of_i);
  spectrum.orders<Lanes>(of_v, of_i, out);
}

// At any frequency, whatever the begin of the samples: of 10 % in every order, and of a clean sine.
TEST(Spectrum, FindsEveryOrderAtAnyFrequency) {
  kernel::KeyedStream draw(31, 0, kernel::kPurposeTest);
  for (const double frequency_hz :
       {45.0, 47.3, 49.5, 49.98, 50.0, 50.003, 50.02, 50.5, 52.9, 55.0}) {
    for (int drawn = 0; drawn < 8; ++drawn) {
      Window window;
      window.length = 64'000 / frequency_hz;
      window.begin = draw.uniform(0, 0.999);
      window.offset = 20'000;
      window.orders[0] = std::polar(5.4e6, draw.uniform(0, 6.28));
      for (std::size_t h = 1; drawn % 2 == 0 && h < kSpectrumOrders; ++h) {
        window.orders[h] = std::polar(5.4e4, draw.uniform(0, 6.28));
      }
      const auto counts = window.counts();
      meter_harmonic got[kSpectrumOrders];
      spectrum_of(window, counts, counts, got);
      // Angles are those at one instant: it follows from the fundamental.
      const Complex first(got[0].v_re, got[0].v_im);
      for (std::size_t h = 0; h < kSpectrumOrders; ++h) {
        EXPECT_NEAR(std::abs(Complex(got[h].v_re, got[h].v_im)), std::abs(window.orders[h]), 120)
            << frequency_hz << " Hz, order " << h + 1;
        EXPECT_EQ(got[h].v_re, got[h].i_re);
      }
      EXPECT_NEAR(std::abs(first), 5.4e6, 10);
    }
  }
}

TEST(Spectrum, AnglesAreThoseOfOneInstant) {
  kernel::KeyedStream draw(32, 0, kernel::kPurposeTest);
  for (const double frequency_hz : {47.0, 49.5, 50.0, 50.5}) {
    Window v, i;
    v.length = i.length = 64'000 / frequency_hz;
    v.begin = i.begin = draw.uniform(0, 0.999);
    for (std::size_t h = 0; h < kSpectrumOrders; ++h) {
      v.orders[h] = std::polar(1e6, draw.uniform(0, 6.28));
      i.orders[h] = std::polar(4e5, draw.uniform(0, 6.28));
    }
    // Scaled so that nothing would be clipped.
    meter_harmonic got[kSpectrumOrders];
    spectrum_of(v, v.counts(), i.counts(), got);
    for (std::size_t h = 0; h < kSpectrumOrders; ++h) {
      const Complex expected = v.orders[h] * std::conj(i.orders[h]);
      const Complex power =
          Complex(got[h].v_re, got[h].v_im) * std::conj(Complex(got[h].i_re, got[h].i_im));
      // Of forty orders of one size, each leaves a trace in the highest.
      EXPECT_NEAR(std::abs(power - expected) / std::abs(expected), 0, h < 20 ? 1e-4 : 1e-3)
          << frequency_hz << " Hz, order " << h + 1;
    }
  }
}

#if defined(AMITWIN_METER_DSP_VECTOR)
TEST(Spectrum, VectorAndScalarOrdersAreBitIdentical) {
  kernel::KeyedStream draw(33, 0, kernel::kPurposeTest);
  for (const double length : {1160.7, 1279.4, 1280.0, 1280.6, 1293.0, 1422.2}) {
    Window window;
    window.length = length;
    for (Complex& order : window.orders)
      order = std::polar(draw.uniform(0, 1e5), draw.uniform(0, 6));
    const auto v = window.counts();
    window.orders[0] *= 7;
    const auto i = window.counts();
    meter_harmonic vector[kSpectrumOrders], scalar[kSpectrumOrders];
    spectrum_of<meter::dsp::VectorLanes>(window, v, i, vector);
    spectrum_of<meter::dsp::ScalarLanes>(window, v, i, scalar);
    EXPECT_EQ(std::memcmp(vector, scalar, sizeof vector), 0) << length;
  }
}
#endif

// Cycle by cycle, as a firmware reads them, is the same as all at once.
TEST(Spectrum, CyclesOneByOneGiveTheSame) {
  Window window;
  window.length = 1283.7;
  window.orders[0] = {5e6, 1e5};
  window.orders[4] = {3e5, -2e5};
  const auto counts = window.counts();
  const Spectrum spectrum(METER_WINDOW_CYCLES,
                          static_cast<std::uint32_t>(std::lround(window.length * 65536)));
  FoldedCycle all, one_by_one{};
  spectrum.fold(counts.data() + METER_WINDOW_LEAD, all);
  for (std::uint32_t j = 0; j < meter::dsp::kFolds; ++j) {
    const std::int32_t at = spectrum.first(j) + static_cast<std::int32_t>(METER_WINDOW_LEAD);
    ASSERT_LE(static_cast<std::size_t>(at) + spectrum.samples(), counts.size());
    spectrum.add(counts.data() + at, one_by_one);
  }
  EXPECT_EQ(std::memcmp(all.counts, one_by_one.counts, spectrum.samples() * 4), 0);
}

TEST(Spectrum, NoLengthIsTooStrange) {
  const std::vector<std::int32_t> counts(2 * METER_WINDOW_LEAD + 1600, 1);
  for (const std::uint32_t length_q16 : {0u, 1u, 640u << 16, 1600u << 16, 0xFFFFFFFFu}) {
    const Spectrum spectrum(METER_WINDOW_CYCLES, length_q16);
    EXPECT_LE(spectrum.samples(), FoldedCycle::kMaxSteps * meter::dsp::kLanes);
    EXPECT_GE(spectrum.first(0), -static_cast<std::int32_t>(METER_WINDOW_LEAD));
    EXPECT_LE(spectrum.first(9) + static_cast<std::int32_t>(spectrum.samples()), 1600);
  }
}

TEST(Turns, AnglesOfPhasorsInTenthsOfADegree) {
  for (int tenths = 0; tenths < 3600; tenths += 7) {
    const double angle = tenths * M_PI / 1800;
    EXPECT_EQ(meter::dsp::tenths_of_degree(static_cast<float>(3 * std::cos(angle)),
                                           static_cast<float>(3 * std::sin(angle))),
              static_cast<std::uint32_t>(tenths));
  }
  EXPECT_EQ(meter::dsp::tenths_of_degree(0, 0), 0u);
  EXPECT_EQ(meter::dsp::tenths_of_degree(1, -1e-6f), 0u);
}

}  // namespace

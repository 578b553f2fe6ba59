// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/dsp/window_sums.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "tests/unit/meter/dsp/wave_window.hpp"

namespace {

using meter_dsp_test::WaveWindow;
using std::numbers::pi;

constexpr double kSqrt2 = std::numbers::sqrt2;

// Ten cycles at a frequency that fits the sample grid or not; error of P and Q over true.
struct Errors {
  double p_percent;
  double q_percent;
};
Errors sine_errors(double frequency_hz, double phi_deg, double v_rms = 4e6, double i_rms = 1e6) {
  const double w = 2 * pi * frequency_hz;
  const double phi = phi_deg * pi / 180;
  const auto n = static_cast<std::uint32_t>(std::lround(10 / frequency_hz * 6400));
  const WaveWindow wave(
      n, [&](double t) { return kSqrt2 * v_rms * std::cos(w * t); },
      [&](double t) { return kSqrt2 * i_rms * std::cos(w * t - phi); });
  const meter_element_sums sums = meter::dsp::window_sums(wave.window()).element[0];
  return {100 * (sums.vi / n / (v_rms * i_rms * std::cos(phi)) - 1),
          100 * (sums.vq / n / (v_rms * i_rms * std::sin(phi)) - 1)};
}

TEST(WindowSums, SumsOfASineAreThoseOfItsPhasors) {
  const double v = 3.86e6;  // 230 V
  const double i = 2.37e5;  // 5 A
  const WaveWindow wave(
      1280, [&](double t) { return kSqrt2 * v * std::cos(100 * pi * t) + 12345; },
      [&](double t) { return kSqrt2 * i * std::cos(100 * pi * t - pi / 6) - 6789; });
  const meter_sums sums = meter::dsp::window_sums(wave.window());
  EXPECT_EQ(sums.n_elements, 1u);
  EXPECT_EQ(sums.n_samples, 1280u);
  EXPECT_EQ(sums.length_q16, 1280u << 16);
  const meter_element_sums& e = sums.element[0];
  EXPECT_NEAR(e.vv / (1280 * v * v), 1, 1e-6);
  EXPECT_NEAR(e.ii / (1280 * i * i), 1, 1e-6);
  EXPECT_NEAR(e.vi / (1280 * v * i * std::cos(pi / 6)), 1, 1e-6);
  EXPECT_NEAR(e.vq / (1280 * v * i * std::sin(pi / 6)), 1, 1e-6);  // inductive: positive
}

TEST(WindowSums, FourQuadrantsHaveTheirSigns) {
  for (const double phi_deg : {30.0, 150.0, 210.0, 330.0}) {
    const WaveWindow wave(
        1280, [&](double t) { return 4e6 * std::cos(100 * pi * t); },
        [&](double t) { return 1e6 * std::cos(100 * pi * t - phi_deg * pi / 180); });
    const meter_element_sums e = meter::dsp::window_sums(wave.window()).element[0];
    EXPECT_EQ(e.vi > 0, std::cos(phi_deg * pi / 180) > 0) << phi_deg;
    EXPECT_EQ(e.vq > 0, std::sin(phi_deg * pi / 180) > 0) << phi_deg;
  }
}

// The starting current, 20 mA: 1340 counts peak beside 5.4 million of the voltage.
TEST(WindowSums, SmallCurrentsKeepTheirAccuracy) {
  const Errors errors = sine_errors(50, 30, 3.86e6, 948);
  EXPECT_NEAR(errors.p_percent, 0, 0.01);
  EXPECT_NEAR(errors.q_percent, 0, 0.02);
}

// The same sums in double; the fundamental's by the window's own frequency.
TEST(WindowSums, FloatBlocksLoseLessThanAMillionth) {
  for (const std::uint32_t n : {1280u, 1306u}) {
    const double w = 2 * pi * METER_WINDOW_CYCLES / n;  // a sample
    const WaveWindow wave(
        n,
        [w](double t) {
          const double a = w * 6400 * t;
          return 5.4e6 * std::cos(a) + 1e5 * std::cos(5 * a) - 2e4;
        },
        [w](double t) {
          const double a = w * 6400 * t;
          return 7.3e6 * std::cos(a - 1.2) + 5e5 * std::cos(3 * a) + 1e4;
        });
    const meter_window window = wave.window();
    const std::int32_t* v = window.channel[METER_V1];
    const std::int32_t* i = window.channel[METER_I1];
    double mean_v = 0, mean_i = 0;
    for (std::uint32_t k = 0; k < n; ++k) mean_v += v[k] / double(n), mean_i += i[k] / double(n);
    double vv = 0, ii = 0, vi = 0;
    std::complex<double> v1 = 0, i1 = 0;
    for (std::uint32_t k = 0; k < n; ++k) {
      const double a = v[k] - mean_v, b = i[k] - mean_i;
      vv += a * a;
      ii += b * b;
      vi += a * b;
      v1 += a * std::polar(1.0, -w * k);
      i1 += b * std::polar(1.0, -w * k);
    }
    const double vq = 2.0 / n * std::imag(v1 * std::conj(i1));
    const meter_sums got = meter::dsp::window_sums(window);
    const meter_element_sums& e = got.element[0];
    const double size = std::sqrt(vv * ii);
    EXPECT_NEAR(e.vv, vv, 1e-6 * vv);
    EXPECT_NEAR(e.ii, ii, 1e-6 * ii);
    EXPECT_NEAR(e.vi, vi, 1e-6 * size);
    EXPECT_NEAR(e.vq, vq, 1e-5 * size);  // 1306 is no multiple of ten: what orders leak
    const meter_harmonic& f = got.own_fundamental[0];
    EXPECT_NEAR(std::hypot(f.v_re, f.v_im), 5.4e6, 300);
    EXPECT_NEAR(std::hypot(f.i_re, f.i_im), 7.3e6, 400);
    EXPECT_NEAR(std::atan2(f.v_im, f.v_re) - std::atan2(f.i_im, f.i_re), 1.2, 3e-4);
  }
}

// Of the fundamental at the window's own frequency: no error with frequency or angle, whatever the
// window's length is in samples.
TEST(WindowSums, ReactivePowerIsThatOfTheFundamentalAtAnyFrequency) {
  for (const double f : {45.0, 47.5, 49.0, 49.5, 50.0, 50.02, 50.5, 51.0, 52.5, 55.0}) {
    const double length = 64000 / f;  // ten cycles, samples
    for (const double phi_deg : {90.0, 30.0, 14.4775, -60.0, 170.0}) {
      const double phi = phi_deg * pi / 180;
      for (const double first : {0.0, 0.4, 0.9}) {  // of a sample into the window
        const auto n = static_cast<std::uint32_t>(std::ceil(length - first));
        const auto theta = [&](double t) { return 2 * pi * f * (t + first / 6400); };
        // Even orders, DC, the 5th in quadrature, and 15 and 17, which a coarser sum would fold.
        const WaveWindow wave(
            n,
            [&](double t) {
              const double a = theta(t);
              return 5e6 * (std::cos(a) + 0.1 * std::cos(5 * a)) + 2e4;
            },
            [&](double t) {
              const double a = theta(t);
              return 1e6 * (std::cos(a - phi) + 0.4 * std::sin(5 * a) + 0.2 * std::cos(2 * a) +
                            0.1 * std::cos(15 * a) + 0.1 * std::sin(17 * a)) +
                     2e4;
            });
        meter_window window = wave.window();
        window.length_q16 = static_cast<std::uint32_t>(std::lround(65536 * length));
        const double q = meter::dsp::window_sums(window).element[0].vq / n / (5e6 * 1e6 / 2);
        EXPECT_NEAR(q, std::sin(phi), 2e-4) << f << ' ' << phi_deg << ' ' << first;
      }
    }
  }
}

TEST(WindowSums, ActiveErrorWithFrequencyIsNegligible) {
  for (const double f : {49.0, 49.5, 50.0, 50.5, 51.0}) {
    EXPECT_NEAR(sine_errors(f, 0.01).p_percent, 0, 0.04) << f;
    EXPECT_NEAR(sine_errors(f, 60).p_percent, 0, 0.08) << f;
  }
}

TEST(WindowSums, ThreeElementsNeedThreePairsOfChannels) {
  const WaveWindow wave(
      1280, [](double t) { return 4e6 * std::cos(100 * pi * t); },
      [](double t) { return 1e6 * std::cos(100 * pi * t); });
  meter_window window = wave.window();
  window.channel[METER_V2] = window.channel[METER_V3] = window.channel[METER_V1];
  EXPECT_EQ(meter::dsp::window_sums(window).n_elements, 1u);
  window.channel[METER_I2] = window.channel[METER_I3] = window.channel[METER_I1];
  const meter_sums sums = meter::dsp::window_sums(window);
  EXPECT_EQ(sums.n_elements, 3u);
  EXPECT_EQ(sums.element[2].vi, sums.element[0].vi);
}

TEST(WindowSums, AnEmptyWindowHasNoSums) {
  const WaveWindow wave(
      0, [](double) { return 1; }, [](double) { return 1; });
  const meter_sums sums = meter::dsp::window_sums(wave.window());
  EXPECT_EQ(sums.element[0].vv, 0);
  EXPECT_EQ(sums.element[0].vi, 0);
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0

// Orders 1 to 40 of a voltage and a current: the kernel from counts, the others from floats that
// cost them nothing, out of the second-level cache.
#include <benchmark/benchmark.h>
#include <fftw3.h>

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "bench/cases.hpp"
#include "meter/dsp/spectrum.hpp"

namespace bench {
namespace {

constexpr int kWindows = 24;  // pairs; 240 KiB of counts
constexpr int kLead = METER_WINDOW_LEAD;
constexpr int kOrders = meter::dsp::kSpectrumOrders;
using Complex = std::complex<double>;

// Pairs of windows at one frequency, and the phasors they are made of.
struct Pairs {
  explicit Pairs(double hz) : length(64'000 / hz), n(static_cast<int>(std::ceil(length))) {
    for (int w = 0; w < kWindows; ++w) {
      for (int channel = 0; channel < 2; ++channel) {
        std::vector<Complex> peaks(kOrders);
        for (int h = 0; h < kOrders; ++h) {
          const double size = (channel == 0 ? 5e6 : 1e5 * (w + 1)) * (h == 0 ? 1 : 0.05 / (h + 1));
          peaks[h] = std::polar(size, 0.1 * w + 1.7 * h + channel);
        }
        std::vector<std::int32_t> x;
        for (int k = -kLead; k < n; ++k) {
          double sum = 2e4;
          for (int h = 0; h < kOrders; ++h) {
            sum += (peaks[h] * std::polar(1.0, 2 * M_PI * 10 / length * k * (h + 1))).real();
          }
          x.push_back(static_cast<std::int32_t>(std::lround(sum)));
        }
        floats.push_back({x.begin() + kLead, x.begin() + kLead + n});
        counts.push_back(std::move(x));
        orders.push_back(std::move(peaks));
      }
    }
  }
  double length;
  int n;
  std::vector<std::vector<std::int32_t>> counts;  // with their lead
  std::vector<std::vector<float>> floats;         // without
  std::vector<std::vector<Complex>> orders;
};

void check(benchmark::State& state, const std::vector<Complex>& expected, int order, double re,
           double im, double tolerance) {
  expect_near(state, std::hypot(re, im), std::abs(expected[order]),
              tolerance * std::abs(expected[0]));
}

template <typename Lanes>
void harmonics(benchmark::State& state, double hz) {
  const Pairs pairs(hz);
  const auto length_q16 = static_cast<std::uint32_t>(std::lround(pairs.length * 65536));
  meter_harmonic out[kOrders];
  const auto one = [&](int w) {
    const meter::dsp::Spectrum spectrum(METER_WINDOW_CYCLES, length_q16);
    meter::dsp::FoldedCycle v, i;
    spectrum.fold<Lanes>(pairs.counts[2 * w].data() + kLead, v);
    spectrum.fold<Lanes>(pairs.counts[2 * w + 1].data() + kLead, i);
    spectrum.orders<Lanes>(v, i, out);
    benchmark::DoNotOptimize(out);
  };
  int w = 0;
  for (auto _ : state) {
    one(w);
    w = (w + 1) % kWindows;
  }
  for (w = 0; w < kWindows; ++w) {
    one(w);
    for (int h = 0; h < kOrders; ++h) {
      check(state, pairs.orders[2 * w], h, out[h].v_re, out[h].v_im, 2e-5);
      check(state, pairs.orders[2 * w + 1], h, out[h].i_re, out[h].i_im, 2e-5);
    }
  }
}

// The library's best plan of 1280 samples, real to complex, two a pair.
void fftw(benchmark::State& state) {
  const Pairs pairs(50);
  const int n = pairs.n;
  float* in = fftwf_alloc_real(static_cast<std::size_t>(n));
  fftwf_complex* out = fftwf_alloc_complex(static_cast<std::size_t>(n / 2 + 1));
  const fftwf_plan plan =
      fftwf_plan_dft_r2c_1d(n, in, out, FFTW_PATIENT | FFTW_UNALIGNED | FFTW_PRESERVE_INPUT);
  const auto one = [&](int channel) {
    fftwf_execute_dft_r2c(plan, const_cast<float*>(pairs.floats[channel].data()), out);
    benchmark::DoNotOptimize(out);
  };
  int w = 0;
  for (auto _ : state) {
    one(2 * w);
    one(2 * w + 1);
    w = (w + 1) % kWindows;
  }
  one(6);
  for (int h = 0; h < kOrders; ++h) {
    const float* bin = out[10 * (h + 1)];
    check(state, pairs.orders[6], h, bin[0] * 2 / n, bin[1] * 2 / n, 1e-5);
  }
  fftwf_destroy_plan(plan);
  fftwf_free(in);
  fftwf_free(out);
}

// Forty second-order recurrences over the window.
void goertzel(benchmark::State& state) {
  const Pairs pairs(50);
  float power[kOrders];
  const auto one = [&](int channel) {
    const std::vector<float>& x = pairs.floats[channel];
    for (int h = 0; h < kOrders; ++h) {
      const float twice = static_cast<float>(2 * std::cos(2 * M_PI * (h + 1) / 128));
      float s1 = 0, s2 = 0;
      for (const float sample : x) {
        const float s = sample + twice * s1 - s2;
        s2 = s1;
        s1 = s;
      }
      power[h] = s1 * s1 + s2 * s2 - twice * s1 * s2;
    }
    benchmark::DoNotOptimize(power);
  };
  int w = 0;
  for (auto _ : state) {
    one(2 * w);
    one(2 * w + 1);
    w = (w + 1) % kWindows;
  }
  one(6);
  for (int h = 0; h < kOrders; ++h) {
    check(state, pairs.orders[6], h, std::sqrt(static_cast<double>(power[h])) * 2 / pairs.n, 0,
          3e-3);
  }
}

// All bins as one product of matrices.
void eigen(benchmark::State& state) {
  const Pairs pairs(50);
  Eigen::MatrixXf basis(2 * kOrders, pairs.n);
  for (int h = 0; h < kOrders; ++h) {
    for (int k = 0; k < pairs.n; ++k) {
      basis(2 * h, k) = static_cast<float>(std::cos(2 * M_PI * (h + 1) * k / 128));
      basis(2 * h + 1, k) = static_cast<float>(-std::sin(2 * M_PI * (h + 1) * k / 128));
    }
  }
  Eigen::MatrixXf x(pairs.n, 2 * kWindows);
  for (int c = 0; c < 2 * kWindows; ++c) {
    x.col(c) = Eigen::Map<const Eigen::VectorXf>(pairs.floats[c].data(), pairs.n);
  }
  Eigen::MatrixXf bins(2 * kOrders, 2);
  int w = 0;
  for (auto _ : state) {
    bins.noalias() = basis * x.middleCols(2 * w, 2);
    benchmark::DoNotOptimize(bins.data());
    w = (w + 1) % kWindows;
  }
  bins.noalias() = basis * x.middleCols(6, 2);
  for (int h = 0; h < kOrders; ++h) {
    check(state, pairs.orders[6], h, bins(2 * h, 0) * 2 / pairs.n, bins(2 * h + 1, 0) * 2 / pairs.n,
          1e-5);
  }
}

}  // namespace

void register_harmonics() {
  benchmark::RegisterBenchmark("fftw_harmonics", fftw);
  benchmark::RegisterBenchmark("eigen_harmonics", eigen);
  benchmark::RegisterBenchmark("goertzel_harmonics", goertzel);
  const auto kernel = [](const char* name, double hz) {
    benchmark::RegisterBenchmark(
        name, [hz](benchmark::State& s) { harmonics<meter::dsp::NativeLanes>(s, hz); });
  };
  kernel("harmonics", 50);
  kernel("harmonics_49.5_hz", 49.5);
  kernel("harmonics_50.5_hz", 50.5);
  benchmark::RegisterBenchmark(
      "harmonics_scalar", [](benchmark::State& s) { harmonics<meter::dsp::ScalarLanes>(s, 50); });
}

}  // namespace bench

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0

// The kernel on windows out of the second-level cache, beside what the machine can do of its
// operations and of reading its samples.
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <cmath>
#include <complex>
#include <memory>
#include <string>
#include <vector>

#include "bench/cases.hpp"
#include "meter/dsp/window_sums.hpp"

namespace bench {
namespace {

constexpr int kSets = 1280;   // pairs of (v, i) in a window
constexpr int kWindows = 48;  // 480 KiB
constexpr int kLanes = 8;
typedef float Floats __attribute__((vector_size(32)));
typedef std::int32_t Integers __attribute__((vector_size(32)));

// Keeps a value alive without sending it through memory.
template <typename Vector>
void keep(Vector& x) {
#if defined(AMITWIN_METER_DSP_VECTOR)
  asm volatile("" : "+x"(x));
#else
  benchmark::DoNotOptimize(x);
#endif
}

Floats multiply_add(Floats a, Floats b, Floats c) {
#if defined(AMITWIN_METER_DSP_VECTOR)
  return __builtin_ia32_vfmaddps256(a, b, c);
#else
  return a * b + c;
#endif
}

// Five multiply-adds, two conversions and two subtractions a set, each waiting for none other.
void limit_operations(benchmark::State& state) {
  Floats acc[10] = {};
  const Floats a = Floats{} + 1.0000001f;
  const Floats b = Floats{} + 1e-9f;
  Integers counts = {1, 2, 3, 4, 5, 6, 7, 8};
  for (auto _ : state) {
    for (int n = 0; n < kSets / kLanes / 2; ++n) {
#pragma GCC unroll 10
      for (int k = 0; k < 10; ++k) {
        acc[k] = multiply_add(acc[k], a, b);
        keep(acc[k]);
      }
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        keep(counts);
        Floats x = __builtin_convertvector(counts, Floats);
        x = x - b;
        keep(x);
      }
    }
  }
  Floats sum = {};
#pragma GCC unroll 10
  for (int k = 0; k < 10; ++k) sum += acc[k];
  benchmark::DoNotOptimize(sum);
}

// Windows one after the other in memory, of different loads: both channels, in turn.
struct Windows {
  Windows() {
    for (int w = 0; w < kWindows; ++w) {
      for (int k = 0; k < kSets; ++k) {
        const double a = 2 * M_PI * k / 128;
        v(w)[k] = static_cast<std::int32_t>(std::lround(5.4e6 * std::cos(a) + 2e4));
        i(w)[k] = static_cast<std::int32_t>(
            std::lround(1e5 * (w + 1) * (std::cos(a - 1) + 0.2 * std::cos(5 * a)) - 1e4));
      }
    }
  }
  std::int32_t* v(int w) { return counts + 2 * w * kSets; }
  std::int32_t* i(int w) { return v(w) + kSets; }
  meter_window window(int w, std::uint32_t n = kSets) {
    meter_window window{};
    window.n_samples = n;
    window.n_cycles = METER_WINDOW_CYCLES;
    window.length_q16 = n << 16;
    window.channel[METER_V1] = v(w);
    window.channel[METER_I1] = i(w);
    return window;
  }
  alignas(64) std::int32_t counts[2 * kSets * kWindows];
};
Windows& windows() {
  static Windows all;
  return all;
}

void limit_l2(benchmark::State& state) {
  const std::int32_t* data = windows().v(0);
  int w = 0;
  for (auto _ : state) {
    Integers sum[8] = {};
    const auto* from = reinterpret_cast<const Integers*>(data + 2 * w * kSets);
    for (int k = 0; k < 2 * kSets / kLanes; k += 8) {
#pragma GCC unroll 8
      for (int n = 0; n < 8; ++n) sum[n] += from[k + n];
    }
#pragma GCC unroll 8
    for (Integers& x : sum) keep(x);
    w = (w + 1) % kWindows;
  }
}

// The four sums in double precision, each term as it is defined.
meter_element_sums exact_sums(const meter_window& window) {
  const int n = static_cast<int>(window.n_samples);
  const double w = 2 * M_PI * window.n_cycles / (window.length_q16 / 65536.0);
  double mean_v = 0, mean_i = 0;
  for (int k = 0; k < n; ++k) {
    mean_v += window.channel[METER_V1][k];
    mean_i += window.channel[METER_I1][k];
  }
  mean_v /= n;
  mean_i /= n;
  meter_element_sums sums{};
  std::complex<double> v1, i1;
  for (int k = 0; k < n; ++k) {
    const double v = window.channel[METER_V1][k] - mean_v;
    const double i = window.channel[METER_I1][k] - mean_i;
    sums.vv += v * v;
    sums.ii += i * i;
    sums.vi += v * i;
    v1 += v * std::polar(1.0, -w * k);
    i1 += i * std::polar(1.0, -w * k);
  }
  sums.vq = 2.0 / n * (v1 * std::conj(i1)).imag();
  return sums;
}

void check(benchmark::State& state, const meter_window& window, const meter_element_sums& got,
           double tolerance) {
  const meter_element_sums exact = exact_sums(window);
  const double size = std::sqrt(exact.vv * exact.ii);
  expect_near(state, got.vv, exact.vv, tolerance * exact.vv);
  expect_near(state, got.ii, exact.ii, tolerance * exact.ii);
  expect_near(state, got.vi, exact.vi, tolerance * size);
  expect_near(state, got.vq, exact.vq, tolerance * size);
}

template <typename Lanes>
void fused(benchmark::State& state, int n_windows) {
  int w = 0;
  meter_sums sums{};
  for (auto _ : state) {
    const meter_window window = windows().window(w);
    sums = meter::dsp::window_sums<Lanes>(window);
    benchmark::DoNotOptimize(sums);
    w = (w + 1) % n_windows;
  }
  for (w = 0; w < kWindows; w += 11) {
    const meter_window window = windows().window(w);
    check(state, window, meter::dsp::window_sums<Lanes>(window).element[0], 1e-6);
  }
  // At 49.5 and 50.5 Hz: a window that is no whole number of samples.
  for (const double frequency_hz : {49.5, 50.5}) {
    const double length = 64'000 / frequency_hz;
    std::vector<std::int32_t> v, i;
    for (int k = 0; k < length; ++k) {
      const double a = 2 * M_PI * METER_WINDOW_CYCLES * k / length;
      v.push_back(static_cast<std::int32_t>(std::lround(5.4e6 * std::cos(a))));
      i.push_back(static_cast<std::int32_t>(std::lround(3e6 * std::cos(a - 1))));
    }
    meter_window window{};
    window.n_samples = static_cast<std::uint32_t>(v.size());
    window.n_cycles = METER_WINDOW_CYCLES;
    window.length_q16 = static_cast<std::uint32_t>(std::lround(65536 * length));
    window.channel[METER_V1] = v.data();
    window.channel[METER_I1] = i.data();
    const meter_element_sums got = meter::dsp::window_sums<Lanes>(window).element[0];
    meter_element_sums exact = exact_sums(window);
    check(state, window, {got.vv, got.ii, got.vi, exact.vq}, 1e-6);
    // The phasors that were sampled, not a sum over samples that are no whole number of cycles.
    expect_near(state, got.vq / window.n_samples, 5.4e6 * 3e6 / 2 * std::sin(1.0), 1e7);
  }
}

// The same sums as they are first written down: strict IEEE, a chain of additions in float.
__attribute__((optimize("O3"), noinline)) meter_element_sums naive_sums(const meter_window& window,
                                                                        const float* cosine,
                                                                        const float* sine) {
  const std::int32_t* v = window.channel[METER_V1];
  const std::int32_t* i = window.channel[METER_I1];
  const int n = static_cast<int>(window.n_samples);
  std::int64_t sum_v = 0, sum_i = 0;
  for (int k = 0; k < n; ++k) {
    sum_v += v[k];
    sum_i += i[k];
  }
  const float mean_v = static_cast<float>(sum_v) / static_cast<float>(n);
  const float mean_i = static_cast<float>(sum_i) / static_cast<float>(n);
  float vv = 0, ii = 0, vi = 0, v_re = 0, v_im = 0, i_re = 0, i_im = 0;
  for (int k = 0; k < n; ++k) {
    const float a = static_cast<float>(v[k]) - mean_v;
    const float b = static_cast<float>(i[k]) - mean_i;
    vv += a * a;
    ii += b * b;
    vi += a * b;
    v_re += a * cosine[k];
    v_im -= a * sine[k];
    i_re += b * cosine[k];
    i_im -= b * sine[k];
  }
  return {vv, ii, vi, 2 * (v_im * i_re - v_re * i_im) / static_cast<float>(n)};
}

// The same in Eigen's expressions, one a sum.
meter_element_sums eigen_sums(const meter_window& window, const Eigen::ArrayXf& cosine,
                              const Eigen::ArrayXf& sine) {
  const Eigen::Index n = window.n_samples;
  typedef Eigen::Map<const Eigen::Array<std::int32_t, Eigen::Dynamic, 1>> Counts;
  Eigen::ArrayXf v = Counts(window.channel[METER_V1], n).cast<float>();
  Eigen::ArrayXf i = Counts(window.channel[METER_I1], n).cast<float>();
  v -= v.mean();
  i -= i.mean();
  const float v_re = (v * cosine).sum(), v_im = -(v * sine).sum();
  const float i_re = (i * cosine).sum(), i_im = -(i * sine).sum();
  return {v.square().sum(), i.square().sum(), (v * i).sum(),
          2 * (v_im * i_re - v_re * i_im) / static_cast<float>(n)};
}

template <typename Sums>
void peer(benchmark::State& state, Sums sums_of) {
  Eigen::ArrayXf cosine(kSets), sine(kSets);
  for (int k = 0; k < kSets; ++k) {
    cosine[k] = static_cast<float>(std::cos(2 * M_PI * k / 128));
    sine[k] = static_cast<float>(std::sin(2 * M_PI * k / 128));
  }
  int w = 0;
  meter_element_sums sums{};
  for (auto _ : state) {
    sums = sums_of(windows().window(w), cosine, sine);
    benchmark::DoNotOptimize(sums);
    w = (w + 1) % kWindows;
  }
  check(state, windows().window(7), sums_of(windows().window(7), cosine, sine), 1e-4);
}

}  // namespace

void register_fused() {
  benchmark::RegisterBenchmark("limit_operations", limit_operations);
  benchmark::RegisterBenchmark("limit_l2", limit_l2);
  benchmark::RegisterBenchmark("naive_fused", [](benchmark::State& state) {
    peer(state, [](const meter_window& w, const auto& c, const auto& s) {
      return naive_sums(w, c.data(), s.data());
    });
  });
  benchmark::RegisterBenchmark("eigen_fused", [](benchmark::State& s) { peer(s, eigen_sums); });
  benchmark::RegisterBenchmark(
      "fused", [](benchmark::State& state) { fused<meter::dsp::NativeLanes>(state, kWindows); });
  benchmark::RegisterBenchmark(
      "fused_l1", [](benchmark::State& state) { fused<meter::dsp::NativeLanes>(state, 1); });
  benchmark::RegisterBenchmark("fused_scalar", [](benchmark::State& state) {
    fused<meter::dsp::ScalarLanes>(state, kWindows);
  });
}

}  // namespace bench

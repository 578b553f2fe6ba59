// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/window_form.hpp"

#include "kernel/det_math.hpp"
#include "meter/dsp/fold.hpp"

namespace models {
namespace {

static_assert(kOrder[0] == 1 && kOrder[1] == 3 && kOrder[2] == 5 && kOrder[3] == 7);

Phasor unit(std::uint64_t turn) {
  const kernel::SinCos at = kernel::det_sincos_turn(turn);
  return {at.cos, at.sin};
}

// Half of `step` times n, modulo a turn.
std::uint64_t halves(std::uint64_t step, std::uint64_t n) {
  return step * (n / 2) + (n % 2) * (step / 2);
}

// Sines of the multiples 1 .. count - 1 of an angle.
template <std::size_t count>
void multiples(Phasor angle, double (&sines)[count]) {
  sines[0] = 0;
  sines[1] = angle.im;
  for (std::size_t m = 2; m < count; ++m) {
    sines[m] = kernel::det::fma(2 * angle.re, sines[m - 1], -sines[m - 2]);
  }
}

}  // namespace

WindowForm::WindowForm(const WindowTiming& timing) : n_(timing.n_samples) {
  const std::uint64_t to_middle = halves(timing.phase_step, timing.n_samples - 1);
  const Phasor first = unit(timing.phase + to_middle);
  const Phasor squared = first * first;
  middle_[0] = first;
  for (std::size_t a = 1; a < kOrders; ++a) middle_[a] = middle_[a - 1] * squared;

  // sum of e^{j m w k} over n samples around the middle: sin(m w n / 2) / sin(m w / 2).
  double of_window[kSines];
  double of_sample[kSines];
  multiples(unit(halves(timing.phase_step, timing.n_samples)), of_window);
  multiples(unit(timing.phase_step / 2), of_sample);
  double even[2 * kOrders];  // orders 0, 2 .. 14
  even[0] = n_;
  for (std::size_t m = 1; m < 2 * kOrders; ++m) even[m] = of_window[2 * m] / of_sample[2 * m];
  double odd[kOrders];
  for (std::size_t a = 0; a < kOrders; ++a) odd[a] = of_window[2 * a + 1] / of_sample[2 * a + 1];
  for (std::size_t a = 0; a < kOrders; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double difference = even[a - b];
      const double sum = even[a + b + 1];
      real_[a][b] = real_[b][a] = 0.5 * (difference + sum) - odd[a] * odd[b] / n_;
      imaginary_[a][b] = imaginary_[b][a] = 0.5 * (difference - sum);
    }
  }
  Phasor back[kOrders];
  const Phasor once = conj(unit(to_middle));
  back[0] = once;
  for (std::size_t a = 1; a < kOrders; ++a) back[a] = back[a - 1] * (once * once);
  fill_fundamental(timing, of_sample, back);
}

meter_element_sums WindowForm::sums(const Phasor (&v)[kOrders], const Phasor (&i)[kOrders],
                                    meter_harmonic& fundamental) const {
  Phasor a[kOrders], b[kOrders];
  Phasor v1, i1;
  for (std::size_t h = 0; h < kOrders; ++h) {
    a[h] = v[h] * middle_[h];
    b[h] = i[h] * middle_[h];
    v1 = v1 + a[h] * direct_[h] + conj(a[h]) * mirrored_[h];
    i1 = i1 + b[h] * direct_[h] + conj(b[h]) * mirrored_[h];
  }
  meter_element_sums sums{};
  for (std::size_t h = 0; h < kOrders; ++h) {
    Phasor va, ib;
    for (std::size_t g = 0; g < kOrders; ++g) {
      va = va + Phasor{real_[h][g] * a[g].re, imaginary_[h][g] * a[g].im};
      ib = ib + Phasor{real_[h][g] * b[g].re, imaginary_[h][g] * b[g].im};
    }
    sums.vv += va.re * a[h].re + va.im * a[h].im;
    sums.ii += ib.re * b[h].re + ib.im * b[h].im;
    sums.vi += va.re * b[h].re + va.im * b[h].im;
  }
  sums.vq = 0.5 * n_ * (v1 * conj(i1)).im;
  fundamental = {static_cast<float>(v1.re), static_cast<float>(v1.im), static_cast<float>(i1.re),
                 static_cast<float>(i1.im)};
  return sums;
}

// The kernel's own sum, see meter/dsp/fold.hpp: folds of `length` samples begin one after the
// other, and each goes on by what it lacks of a cycle, a part of the sample after it.
void WindowForm::fill_fundamental(const WindowTiming& timing, const double (&of_sample)[kSines],
                                  const Phasor (&back)[kOrders]) {
  const std::uint32_t length = timing.n_samples / meter::dsp::kFolds;
  const double lacks =
      timing.length_q16 / (65536.0 * meter::dsp::kFolds) - static_cast<double>(length);
  const bool past_end = timing.n_samples == meter::dsp::kFolds * length;
  const Phasor sample = unit(timing.phase_step);
  const Phasor fold = unit(timing.phase_step * length);
  // Sums over a fold of e^{2 j p w k}, p = 0 .. 4.
  Phasor along[kOrders + 1] = {{static_cast<double>(length), 0}};
  Phasor turned = {1, 0};
  Phasor folds = {1, 0};
  for (std::size_t p = 1; p <= kOrders; ++p) {
    folds = folds * fold;
    turned = turned * (fold * conj(sample));
    along[p] = (folds.im / of_sample[2 * p]) * turned;
  }
  const double x = 0.5 * lacks * static_cast<double>(timing.phase_step) *
                   (2 * kernel::kPi / 18446744073709551616.0);
  const double share = meter::dsp::share_of_folds(x * x);
  const double scale = 0.5 * 2 * 65536.0 / (share * timing.length_q16);
  const Phasor edge = lacks * conj(fold);
  const Phasor squared = fold * fold;
  Phasor w = fold;  // of an order over a fold
  for (std::size_t a = 0; a < kOrders; ++a) {
    const Phasor w2 = w * w;
    const Phasor w4 = w2 * w2;
    const Phasor w5 = w4 * w;
    const Phasor five = Phasor{1, 0} + w + w2 + w2 * w + w4;
    const Phasor all = five + w5 * five;
    Phasor next = w * all;
    if (past_end) next = next + Phasor{1, 0} + -1.0 * (w5 * w5);
    direct_[a] = scale * (all * along[a] + edge * next) * back[a];
    mirrored_[a] = scale * (conj(all * along[a + 1]) + edge * conj(next)) * conj(back[a]);
    w = w * squared;
  }
}

}  // namespace models

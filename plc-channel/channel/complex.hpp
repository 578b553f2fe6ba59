// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "kernel/det_math.hpp"

namespace plc {

// Complex arithmetic spelled out: the compiler's own calls a library for products and quotients.
struct Complex {
  double re = 0;
  double im = 0;

  friend Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
  friend Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
  friend Complex operator-(Complex a) { return {-a.re, -a.im}; }
  friend Complex operator*(Complex a, Complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend Complex operator*(double k, Complex a) { return {k * a.re, k * a.im}; }
  Complex& operator+=(Complex b) { return *this = *this + b; }
  Complex& operator-=(Complex b) { return *this = *this - b; }
};
inline double norm(Complex a) { return a.re * a.re + a.im * a.im; }
inline double abs(Complex a) { return kernel::det_sqrt(norm(a)); }
inline Complex inverse(Complex a) {
  const double k = 1 / norm(a);
  return {k * a.re, -k * a.im};
}
inline Complex operator/(Complex a, Complex b) { return a * inverse(b); }
// With the non-negative real part.
inline Complex sqrt(Complex a) {
  const double size = abs(a);
  const double re = kernel::det_sqrt(0.5 * (size + a.re));
  const double im = kernel::det_sqrt(0.5 * (size - a.re));
  return {re, a.im < 0 ? -im : im};
}
inline Complex exp(Complex a) {
  const double size = kernel::det_exp(a.re);
  const kernel::SinCos turn = kernel::det_sincos(a.im);
  return {size * turn.cos, size * turn.sin};
}
inline double decibels(double power_ratio) {
  constexpr double kDbPerNeper = 4.3429448190325175;  // 10 / ln 10
  return kDbPerNeper * kernel::det_log(power_ratio < 1e-300 ? 1e-300 : power_ratio);
}
inline double from_decibels(double db) { return kernel::det_exp(db * 0.23025850929940458); }

// Voltages and currents of the three phases.
using Phases = std::array<Complex, 3>;
inline Phases operator+(const Phases& a, const Phases& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}

struct Matrix3 {
  std::array<Phases, 3> row{};

  friend Matrix3 operator+(const Matrix3& a, const Matrix3& b) {
    return {{a.row[0] + b.row[0], a.row[1] + b.row[1], a.row[2] + b.row[2]}};
  }
  friend Matrix3 operator-(const Matrix3& a, const Matrix3& b) {
    Matrix3 out = a;
    for (unsigned r = 0; r < 3; ++r) {
      for (unsigned c = 0; c < 3; ++c) out.row[r][c] -= b.row[r][c];
    }
    return out;
  }
  friend Phases operator*(const Matrix3& a, const Phases& v) {
    Phases out;
    for (unsigned r = 0; r < 3; ++r) {
      out[r] = a.row[r][0] * v[0] + a.row[r][1] * v[1] + a.row[r][2] * v[2];
    }
    return out;
  }
  friend Matrix3 operator*(const Matrix3& a, const Matrix3& b) {
    Matrix3 out;
    for (unsigned r = 0; r < 3; ++r) {
      for (unsigned c = 0; c < 3; ++c) {
        out.row[r][c] =
            a.row[r][0] * b.row[0][c] + a.row[r][1] * b.row[1][c] + a.row[r][2] * b.row[2][c];
      }
    }
    return out;
  }
};

inline Matrix3 inverse(const Matrix3& m) {
  const auto minor = [&](unsigned r, unsigned c) {
    const unsigned r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
    return m.row[r1][c1] * m.row[r2][c2] - m.row[r1][c2] * m.row[r2][c1];
  };
  Complex determinant;
  for (unsigned c = 0; c < 3; ++c) determinant += m.row[0][c] * minor(0, c);
  const Complex k = inverse(determinant);
  Matrix3 out;
  for (unsigned r = 0; r < 3; ++r) {
    for (unsigned c = 0; c < 3; ++c) out.row[c][r] = k * minor(r, c);
  }
  return out;
}

}  // namespace plc

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/phy/packet_error.hpp"

#include <algorithm>
#include <cstdint>

#include "plc-channel/channel/complex.hpp"

namespace plc {

namespace {

constexpr double kMostPerBit = 0.5;  // loss exponent; the union bound means nothing beyond
constexpr double kMostExponent = 50;

// Weight spectrum of the rate 1/2 code with generators 171, 133: number of paths by their distance
// 10, 12, 14 ... (Conan 1984; also Proakis, table of maximum free distance codes).
constexpr std::array<double, 6> kPaths = {11, 38, 193, 1331, 7275, 40406};
constexpr unsigned kFreeDistance = 10;

// Error probability between two code words at Hamming distance d with differential two-phase
// modulation, soft decision by the sum of symbol-to-symbol products, white noise: binary DPSK with
// d-fold diversity of equal branches (Proakis, 4th ed., 12.1-13).
double pair_error(unsigned d, double es_n0) {
  const double total = d * es_n0;
  double binomial = 1;  // (2d - 1 over n)
  std::array<double, 24> sums{};
  double sum = 0;
  for (unsigned n = 0; n < d; ++n) {
    sum += binomial;
    sums[n] = sum;
    binomial = binomial * (2 * d - 1 - n) / (n + 1);
  }
  double power = 1;  // total^k / k!
  double result = 0;
  for (unsigned k = 0; k < d; ++k) {
    result += power * sums[d - 1 - k];
    power = power * total / (k + 1);
  }
  double scale = 2;
  for (unsigned n = 0; n < 2 * d; ++n) scale *= 0.5;
  return scale * kernel::det_exp(-std::min(total, 600.0)) * result;
}

// Loss exponent of one information bit behind the code: union bound over the first error events.
double coded_bit_exponent(double es_n0) {
  double sum = 0;
  for (unsigned n = 0; n < kPaths.size(); ++n) {
    sum += kPaths[n] * pair_error(kFreeDistance + 2 * n, es_n0);
  }
  return std::min(sum, kMostPerBit);
}

// Pawula, Rice and Roberts (1982): probability that the phase between two symbols is off by more
// than psi, by integration over half a turn.
double phase_tail(double psi, double es_n0) {
  constexpr unsigned kSteps = 200;
  const kernel::SinCos angle = kernel::det_sincos(psi);
  double sum = 0;
  for (unsigned n = 0; n < kSteps; ++n) {
    const double t = kernel::kPi * ((n + 0.5) / kSteps - 0.5);
    const double u = 1 - angle.cos * kernel::det_cos(t);
    sum += kernel::det_exp(-std::min(es_n0 * u, 600.0)) / u;
  }
  return -angle.sin / (4 * kSteps) * sum;
}

// Tail of the normal distribution; Abramowitz and Stegun 26.2.17, error below 7.5e-8.
double normal_tail(double x) {
  if (x < 0) return 1 - normal_tail(-x);
  if (x > 37) return 0;
  const double t = 1 / (1 + 0.2316419 * x);
  const double density = kernel::det_exp(-0.5 * x * x) * 0.3989422804014327;
  return density * t *
         (0.319381530 +
          t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
}

// The chirp has a time-bandwidth product of 2.048 ms x 46.875 kHz; a correlator adds that up. Its
// threshold lets one false alarm in 10^6 samples pass.
constexpr double kPreambleGain = 96;
constexpr double kFalseAlarmSigma = 5.2565;  // sqrt(-2 ln 1e-6)

double sync_miss_probability(double snr) {
  return normal_tail(kernel::det_sqrt(2 * kPreambleGain * snr) - kFalseAlarmSigma);
}

double exponent_of(double loss) {
  const double success = std::max(1 - loss, 1e-22);
  // 1 - loss has no digits left for small losses.
  return loss < 1e-8 ? loss : std::min(-kernel::det_log(success), kMostExponent);
}

double exponent_to_loss(double exponent) {
  return exponent < 1e-8 ? exponent : 1 - kernel::det_exp(-std::min(exponent, 600.0));
}

constexpr unsigned bits_of(Scheme scheme) { return (static_cast<unsigned>(scheme) & 3u) + 1; }

// A symbol of any scheme whose bits fail with `raw`. Bits of more phases behind the code: as two
// phases with the same raw error rate.
double symbol_exponent(Scheme scheme, double es_n0, double raw) {
  const unsigned information = protocol::prime::bits_per_symbol(scheme);
  if (!protocol::prime::is_coded(scheme)) return information * exponent_of(raw);
  const double as_two_phases =
      bits_of(scheme) == 1 ? es_n0 : -kernel::det_log(std::max(2 * raw, 1e-290));
  return information * coded_bit_exponent(as_two_phases);
}

}  // namespace

double dpsk_bit_error(unsigned bits, double es_n0) {
  const auto probability = [](double p) { return std::clamp(p, 0.0, 0.5); };
  // Lee (1986): Gray labels, exact for one and two bits, for three the usual closed form.
  switch (bits) {
    case 1:
      return 0.5 * kernel::det_exp(-std::min(es_n0, 600.0));
    case 2:
      return probability(phase_tail(1.25 * kernel::kPi, es_n0) -
                         phase_tail(0.25 * kernel::kPi, es_n0));
    default:
      return probability(
          2.0 / 3 *
          (phase_tail(1.625 * kernel::kPi, es_n0) - phase_tail(0.125 * kernel::kPi, es_n0)));
  }
}

double PacketErrorTable::at(const Curve& curve, double snr_db) {
  const double place = (snr_db - kMinDb) / kStepDb;
  if (!(place > 0)) return curve.front();
  const auto step = static_cast<std::size_t>(place);
  if (step + 1 >= kSteps) return curve.back();
  const double part = place - static_cast<double>(step);
  return curve[step] + part * (curve[step + 1] - curve[step]);
}

double PacketErrorTable::payload_error(Scheme scheme, double snr_db, unsigned symbols) const {
  return exponent_to_loss(symbols * at(symbol[static_cast<std::size_t>(scheme)], snr_db));
}
double PacketErrorTable::header_error(double snr_db) const {
  return exponent_to_loss(protocol::prime::kHeaderSymbols * at(header, snr_db));
}
double PacketErrorTable::sync_miss(double snr_db) const {
  return exponent_to_loss(at(sync, snr_db));
}
double PacketErrorTable::frame_error(Scheme scheme, double snr_db, unsigned symbols) const {
  return exponent_to_loss(at(sync, snr_db) + protocol::prime::kHeaderSymbols * at(header, snr_db) +
                          symbols * at(symbol[static_cast<std::size_t>(scheme)], snr_db));
}

PacketErrorTable closed_form_packet_errors(double implementation_loss_db) {
  constexpr unsigned kHeaderBits = 84;  // with its flushing bits, G.9904 7.3.4
  PacketErrorTable table;
  for (std::size_t n = 0; n < PacketErrorTable::kSteps; ++n) {
    const double snr =
        from_decibels(PacketErrorTable::kMinDb +
                      PacketErrorTable::kStepDb * static_cast<double>(n) - implementation_loss_db);
    // By bits a carrier; integrals, so made once for schemes with and without the code.
    const std::array<double, 4> raw = {0, dpsk_bit_error(1, snr), dpsk_bit_error(2, snr),
                                       dpsk_bit_error(3, snr)};
    for (std::uint8_t code = 0; code < PacketErrorTable::kSchemes; ++code) {
      if (!protocol::prime::is_scheme(code)) continue;
      const auto scheme = static_cast<Scheme>(code);
      table.symbol[code][n] =
          static_cast<float>(symbol_exponent(scheme, snr, raw[bits_of(scheme)]));
    }
    table.header[n] =
        static_cast<float>(kHeaderBits * coded_bit_exponent(snr) / protocol::prime::kHeaderSymbols);
    table.sync[n] = static_cast<float>(exponent_of(sync_miss_probability(snr)));
  }
  return table;
}

}  // namespace plc

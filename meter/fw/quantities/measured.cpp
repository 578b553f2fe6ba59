// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/quantities/measured.hpp"

#include <algorithm>
#include <limits>

#include "meter/dsp/spectrum.hpp"

namespace meter::fw {
namespace {

// The nearest number of the type, which for what is beyond it is its largest.
template <typename Unsigned>
Unsigned nearest(double value) {
  constexpr Unsigned kMost = std::numeric_limits<Unsigned>::max();
  if (!(value > 0.0)) return 0;
  return value < kMost ? static_cast<Unsigned>(value + 0.5) : kMost;
}

using Orders = std::array<meter_harmonic, dsp::kSpectrumOrders>;
static_assert(dsp::kSpectrumOrders == protocol::cosem::kSpectrumOrders);

// Orders 1 to 40 of the last window of one element, or of kNeutralElement, calibrated: peak V and
// A. False: there are none.
bool read_orders(const Core& core, std::uint32_t element, Orders& out) {
  if (element >= core.n_elements && element != kNeutralElement) return false;
  const std::uint32_t voltage = METER_V1 + (element == kNeutralElement ? 0u : element);
  const dsp::Spectrum spectrum(METER_WINDOW_CYCLES, core.reading.length_q16);
  std::int32_t counts[dsp::FoldedCycle::kMaxSteps * dsp::kLanes];
  const std::span<std::int32_t> cycle(counts, spectrum.samples());
  dsp::FoldedCycle v{}, i{};
  for (std::uint32_t j = 0; j < dsp::kFolds; ++j) {
    for (const bool of_current : {false, true}) {
      const auto channel = static_cast<meter_channel>(of_current ? METER_I1 + element : voltage);
      if (core.hal.samples(channel, spectrum.first(j), cycle) < cycle.size()) return false;
      spectrum.add(counts, of_current ? i : v);
    }
  }
  meter_harmonic orders[dsp::kSpectrumOrders];
  spectrum.orders(v, i, orders);
  // The phase between the channels is one of time: it grows with the order.
  const ElementCalibration calibration = constants_of(core.calibration_now(), element);
  const auto volts = static_cast<float>(volts_per_count(calibration));
  const auto amperes = static_cast<float>(amperes_per_count(calibration));
  const auto cos = static_cast<float>(calibration.phase_cos);
  const auto sin = static_cast<float>(-calibration.phase_sin);
  float re = amperes, im = 0.0f;
  for (std::size_t h = 0; h < out.size(); ++h) {
    const float next = re * cos - im * sin;
    im = re * sin + im * cos;
    re = next;
    const meter_harmonic& raw = orders[h];
    out[h] = {raw.v_re * volts, raw.v_im * volts, raw.i_re * re - raw.i_im * im,
              raw.i_re * im + raw.i_im * re};
  }
  return true;
}

std::uint32_t together_wh(const EnergyRegister& a, const EnergyRegister& b) {
  const std::int64_t rests_uj = std::int64_t{a.rest_uj} + b.rest_uj;
  return a.wh + b.wh + (rests_uj >= kMicrojoulesPerWh ? 1 : 0);
}

std::uint32_t one_way(double power, bool backward) {
  return nearest<std::uint32_t>(backward ? -power : power);
}

double all_apparent_va(const Core& core) {
  double sum_va = 0.0;
  for (const ElementReading& element : core.reading.element) sum_va += apparent_va(element);
  return sum_va;
}

// Of thousandths; nothing where nothing flows.
std::uint32_t power_factor(double active_w, double apparent) {
  if (apparent <= 0.0) return 0;
  const double thousandths = std::clamp(1000.0 * active_w / apparent, -1000.0, 1000.0);
  return static_cast<std::uint32_t>(
      static_cast<std::int32_t>(thousandths + (thousandths < 0.0 ? -0.5 : 0.5)));
}

// By how much b is behind a, tenths of a degree.
std::uint32_t angle_behind(float a_re, float a_im, float b_re, float b_im) {
  const float re = a_re * b_re + a_im * b_im;
  const float im = a_im * b_re - a_re * b_im;
  return dsp::tenths_of_degree(re, im);
}

std::uint32_t voltage_angle(const Core& core, std::uint8_t k) {
  Orders first, other;
  if (!read_orders(core, 0, first) || !read_orders(core, k + 1u, other)) return 0;
  return angle_behind(first[0].v_re, first[0].v_im, other[0].v_re, other[0].v_im);
}
std::uint32_t current_angle(const Core& core, std::uint8_t element) {
  Orders orders;
  if (!read_orders(core, element, orders)) return 0;
  return angle_behind(orders[0].v_re, orders[0].v_im, orders[0].i_re, orders[0].i_im);
}

double square_of(const meter_harmonic& order, bool of_current) {
  const double re = of_current ? order.i_re : order.v_re;
  const double im = of_current ? order.i_im : order.v_im;
  return re * re + im * im;
}
std::uint16_t to_fundamental(double square, const Orders& orders, bool of_current) {
  const double fundamental = square_of(orders[0], of_current);
  if (fundamental <= 0.0) return 0;
  return nearest<std::uint16_t>(10'000.0 * square_root(square / fundamental));
}

// Root of the squares of orders 2 to 40, to the fundamental; hundredths of a percent.
std::uint32_t distortion(const Core& core, std::uint8_t element, bool of_current) {
  Orders orders;
  if (!read_orders(core, element, orders)) return 0;
  double sum = 0.0;
  for (std::size_t h = 1; h < orders.size(); ++h) sum += square_of(orders[h], of_current);
  return to_fundamental(sum, orders, of_current);
}
std::uint32_t highest_distortion(const Core& core, bool of_current) {
  std::uint32_t highest = 0;
  for (std::uint8_t element = 0; element < core.n_elements; ++element) {
    highest = std::max(highest, distortion(core, element, of_current));
  }
  return highest;
}

// Of all orders, mA.
std::uint32_t neutral_current(const Core& core) {
  Orders orders;
  if (!read_orders(core, kNeutralElement, orders)) return 0;
  double sum = 0.0;
  for (const meter_harmonic& order : orders) sum += square_of(order, true);
  return nearest<std::uint32_t>(1000.0 * square_root(0.5 * sum));
}
// The fundamental of what the phases draw less what comes back, mA.
std::uint32_t difference_current(const Core& core) {
  Orders orders;
  if (!read_orders(core, kNeutralElement, orders)) return 0;
  meter_harmonic rest = orders[0];
  for (std::uint32_t element = 0; element < core.n_elements; ++element) {
    if (!read_orders(core, element, orders)) return 0;
    rest.i_re -= orders[0].i_re;
    rest.i_im -= orders[0].i_im;
  }
  return nearest<std::uint32_t>(1000.0 * square_root(0.5 * square_of(rest, true)));
}

// The first rising crossing of zero in a stretch of samples, or the last one, of what sixteen of
// them sum to: high orders would move it between samples. Samples from the begin of the stretch;
// negative: there is none.
double rising_crossing(std::span<const std::int32_t> counts, bool last) {
  constexpr std::size_t kSummed = 16;
  double at = -1.0;
  std::int32_t before = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const std::int32_t sum = before + counts[k] - (k < kSummed ? 0 : counts[k - kSummed]);
    if (k >= kSummed && before < 0 && sum >= 0) {
      at = static_cast<double>(k) - static_cast<double>(sum) / (static_cast<double>(sum) - before);
      if (!last) break;
    }
    before = sum;
  }
  return at;
}

}  // namespace

double frequency_hz(const Core& core) {
  const double length = core.reading.length_q16 / 65536.0;
  if (length <= 0.0) return 0.0;
  constexpr double kCycles = METER_WINDOW_CYCLES;
  const auto read = [&core](std::int32_t first, std::span<std::int32_t> counts) {
    return counts.first(std::min(core.hal.samples(METER_V1, first, counts), counts.size()));
  };
  // A cycle and more from either end.
  std::int32_t counts[dsp::FoldedCycle::kMaxSteps * dsp::kLanes];
  const double first = rising_crossing(read(0, counts), false);
  const std::int32_t from =
      static_cast<std::int32_t>(length) - static_cast<std::int32_t>(std::size(counts));
  const double last = rising_crossing(read(from, counts), true);
  if (first < 0.0 || last < 0.0) return kCycles * METER_ADC_RATE_HZ / length;
  const double span = from + last - first;
  const double cycles = nearest<std::uint32_t>(span * kCycles / length);
  return span > 0.0 ? cycles * METER_ADC_RATE_HZ / span : 0.0;
}

Spectrum40 spectrum_of(const Core& core, std::uint8_t element, bool of_current) {
  Spectrum40 spectrum{};
  Orders orders;
  if (!read_orders(core, element, orders)) return spectrum;
  for (std::size_t h = 0; h < spectrum.size(); ++h) {
    spectrum[h] = to_fundamental(square_of(orders[h], of_current), orders, of_current);
  }
  return spectrum;
}

namespace {

std::uint32_t tenths_celsius(const Core& core) {
  const std::int32_t centi = core.hal.has_thermometer() ? core.hal.centi_celsius() : 0;
  return static_cast<std::uint32_t>((centi + (centi < 0 ? -5 : 5)) / 10);
}

}  // namespace

std::uint32_t measured_value(const Core& core, Measured family, std::uint8_t k) {
  const DurableState& state = core.durable.state;
  const WindowReading& window = core.reading;
  const std::uint8_t phase = k / 2;
  const bool backward = k % 2 != 0;
  switch (family) {
    case Measured::active_power:
      return one_way(window.active_w, backward);
    case Measured::reactive_power:
      return one_way(window.reactive_var, backward);
    case Measured::voltage:
      return nearest<std::uint16_t>(10.0 * square_root(window.element[k].voltage2_v2));
    case Measured::current:
      return nearest<std::uint32_t>(1000.0 * square_root(window.element[k].current2_a2));
    case Measured::frequency:
      return nearest<std::uint16_t>(100.0 * frequency_hz(core));
    case Measured::absolute_energy:
      return together_wh(state.energy[kActiveImport], state.energy[kActiveExport]);
    case Measured::reactive_energy:
      return backward ? together_wh(state.energy[kReactiveQ3], state.energy[kReactiveQ4])
                      : together_wh(state.energy[kReactiveQ1], state.energy[kReactiveQ2]);
    case Measured::apparent_energy:
      return state.apparent[k].wh;
    case Measured::phase_active_energy:
      return core.durable.phases.energy[phase][PhaseState::kImport + (backward ? 1 : 0)].wh;
    case Measured::phase_reactive_energy:
      return core.durable.phases.energy[phase][PhaseState::kReactiveImport + (backward ? 1 : 0)].wh;
    case Measured::absolute_power:
      return one_way(window.active_w, window.active_w < 0.0);
    case Measured::apparent_power:
      return window.exporting == backward ? one_way(all_apparent_va(core), false) : 0;
    case Measured::phase_active_power:
      return one_way(window.element[phase].active_w, backward);
    case Measured::phase_reactive_power:
      return one_way(window.element[phase].reactive_var, backward);
    case Measured::phase_apparent_power: {
      const ElementReading& element = window.element[phase];
      return (element.active_w < 0.0) == backward ? one_way(apparent_va(element), false) : 0;
    }
    case Measured::power_factor:
      return power_factor(window.active_w, all_apparent_va(core));
    case Measured::phase_power_factor:
      return power_factor(window.element[k].active_w, apparent_va(window.element[k]));
    case Measured::voltage_angle:
      return voltage_angle(core, k);
    case Measured::current_angle:
      return current_angle(core, k);
    case Measured::voltage_thd:
    case Measured::current_thd:
      return distortion(core, k, family == Measured::current_thd);
    case Measured::highest_thd:
      return highest_distortion(core, k == 0);
    case Measured::neutral_current:
      return neutral_current(core);
    case Measured::difference_current:
      return difference_current(core);
    case Measured::mean_voltage:
      return core.durable.mean_voltage.last_dv[k];
    case Measured::temperature:
      return tenths_celsius(core);
    case Measured::battery_voltage:
      return core.hal.battery_mv() / 10;
    case Measured::battery_use:
      return state.tamper.battery_use_s;
  }
  return 0;
}

}  // namespace meter::fw

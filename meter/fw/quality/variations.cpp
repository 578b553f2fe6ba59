// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/quality/variations.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "meter/dsp/half_cycles.hpp"

namespace meter::fw {
namespace {

constexpr double square_v2(std::int32_t dv) { return 0.01 * dv * dv; }

std::int64_t half_cycle_us(const WindowReading& window) {
  return window.duration_us / dsp::kMostHalfCycles;
}

// What a value that can be beyond its type is stored as.
template <typename Unsigned>
Unsigned nearest(double value) {
  constexpr Unsigned kMost = std::numeric_limits<Unsigned>::max();
  return value < kMost ? static_cast<Unsigned>(value + 0.5) : kMost;
}

template <typename Count>
void count_up(Count& count) {
  if (count != std::numeric_limits<Count>::max()) ++count;
}

void store(Core& core, const QualityRecord& next) {
  core.durable.quality = next;
  static_cast<void>(core.parameters.store(core.hal, BlockKind::quality, next));
}

bool is_failing(const Core& core) { return core.durable.state.power_down_utc_s != 0; }

}  // namespace

void Variations::take_sums(Core& core, const meter_sums& sums, std::uint32_t count) {
  if (!core.provisioned) return;
  tell_waiting(core);
  const std::int64_t half_us = half_cycle_us(core.reading);
  if (sums.half_cycles.count != 0) {
    const Calibration calibration = core.calibration_now();
    const char* at = reinterpret_cast<const char*>(&sums) + sums.half_cycles.offset;
    for (std::uint32_t k = 0; k < sums.half_cycles.count; ++k, at += sums.half_cycles.stride) {
      const auto& half = *reinterpret_cast<const meter_half_cycle*>(at);
      if (half.element >= core.n_elements || half.n_samples == 0) continue;
      const double volts = volts_per_count(calibration.element[half.element]);
      take_half_cycle(core, half.element, half.vv / half.n_samples * (volts * volts), half_us);
    }
    return;
  }
  const QualityThresholds& limits = core.durable.quality.thresholds;
  const double low = square_v2(limits.sag_dv);
  const double high = square_v2(limits.swell_dv);
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    Line& line = lines_[k];
    const double v2 = core.reading.element[k].voltage2_v2;
    const double first = line.before_v2 < 0.0 ? v2 : 0.5 * (line.before_v2 + v2);
    line.before_v2 = v2;
    const bool inside = v2 >= low && v2 <= high && first >= low && first <= high;
    if (inside && line.state == State::normal) continue;
    take_cycle(core, k, first, half_us);
    take_cycle(core, k, v2, half_us * (std::int64_t{count} * dsp::kMostHalfCycles - 1));
  }
}

void Variations::take_samples(Core& core, const meter_window& window) {
  if (!core.provisioned) return;
  tell_waiting(core);
  const Calibration calibration = core.calibration_now();
  const std::int64_t half_us = half_cycle_us(core.reading);
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    dsp::HalfCycles halves;
    const auto n = dsp::half_cycles(window, static_cast<meter_channel>(METER_V1 + k), halves);
    const double volts = volts_per_count(calibration.element[k]);
    for (std::uint32_t half = 0; half < n; ++half) {
      take_half_cycle(core, k, halves[half] * (volts * volts), half_us);
    }
  }
}

void Variations::take_half_cycle(Core& core, std::uint32_t element, double v2,
                                 std::int64_t length_us) {
  Line& line = lines_[element];
  const double cycle = line.before_v2 < 0.0 ? v2 : 0.5 * (line.before_v2 + v2);
  line.before_v2 = v2;
  take_cycle(core, element, cycle, length_us);
}

// One cycle, or several alike, that end `length_us` after those before.
void Variations::take_cycle(Core& core, std::uint32_t element, double v2, std::int64_t length_us) {
  const QualityThresholds& limits = core.durable.quality.thresholds;
  Line& line = lines_[element];
  const bool over = line.state == State::sag
                        ? v2 >= square_v2(limits.sag_dv + limits.hysteresis_dv)
                        : v2 <= square_v2(limits.swell_dv - limits.hysteresis_dv);
  if (line.state != State::normal && over) end(core, element);
  if (line.state == State::normal) {
    const bool sag = v2 < square_v2(limits.sag_dv);
    if (!sag && v2 <= square_v2(limits.swell_dv)) return;
    line.state = sag ? State::sag : State::swell;
    line.told = false;
    line.lasted_us = 0;
    line.extreme_v2 = static_cast<float>(v2);
  }
  line.extreme_v2 = line.state == State::sag ? std::min(line.extreme_v2, static_cast<float>(v2))
                                             : std::max(line.extreme_v2, static_cast<float>(v2));
  line.lasted_us += length_us;
  const std::uint16_t wait_s = line.state == State::sag ? limits.sag_s : limits.swell_s;
  if (!line.told && !is_failing(core) && line.lasted_us >= wait_s * std::int64_t{1'000'000}) {
    line.told = true;
    tell_begin(core, element, line.state);
  }
}

// One that was too short to be told is none. Of those that end while the supply fails only the
// first can have been told: that one waits.
void Variations::end(Core& core, std::uint32_t element) {
  Line& line = lines_[element];
  const QualityThresholds& limits = core.durable.quality.thresholds;
  const State kind = std::exchange(line.state, State::normal);
  const std::uint16_t wait_s = kind == State::sag ? limits.sag_s : limits.swell_s;
  if (!line.told && line.lasted_us < wait_s * std::int64_t{1'000'000}) return;
  if (line.waiting != State::normal) return;
  line.ended.magnitude_dv = nearest<std::uint16_t>(10.0 * square_root(line.extreme_v2));
  line.ended.duration_ms = nearest<std::uint32_t>(0.001 * static_cast<double>(line.lasted_us));
  line.waiting = kind;
  line.waiting_told = line.told;
  tell_waiting(core);
}

void Variations::tell_waiting(Core& core) {
  if (is_failing(core)) return;
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    const State kind = std::exchange(lines_[k].waiting, State::normal);
    if (kind == State::normal) continue;
    if (!lines_[k].waiting_told) tell_begin(core, k, kind);
    tell_end(core, k, kind, lines_[k].ended);
  }
}

void Variations::tell_begin(Core& core, std::uint32_t element, State kind) {
  core.note(
      of_phase(kind == State::sag ? EventCode::sag_begins : EventCode::swell_begins, element));
}

void Variations::tell_end(Core& core, std::uint32_t element, State kind,
                          const QualityRecord::Last& ended) {
  const bool sag = kind == State::sag;
  QualityRecord next = core.durable.quality;
  QualityRecord::Last& last =
      next.of_phase[element][sag ? QualityRecord::kSags : QualityRecord::kSwells];
  last.magnitude_dv = ended.magnitude_dv;
  last.duration_ms = ended.duration_ms;
  count_up(last.count);
  next.last = last;
  core.note_at(of_phase(sag ? EventCode::sag_ends : EventCode::swell_ends, element),
               core.clock.utc_s(core.hal), {last.magnitude_dv, last.duration_ms});
  store(core, next);
}

void Variations::add_to_mean(Core& core, std::uint32_t count) {
  MeanVoltage& mean = core.durable.mean_voltage;
  mean.windows += count;
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    mean.sum_v2[k] += core.reading.element[k].voltage2_v2 * count;
  }
}

void Variations::close_mean(Core& core) {
  MeanVoltage& mean = core.durable.mean_voltage;
  MeanVoltage next;
  for (std::uint32_t k = 0; k < core.n_elements && mean.windows != 0; ++k) {
    next.last_dv[k] = nearest<std::uint16_t>(10.0 * square_root(mean.sum_v2[k] / mean.windows));
  }
  mean = next;
}

// By the clock, which a battery kept meanwhile. Without one nobody knows when it was and how long,
// only that it was.
void Variations::note_outage(Core& core, std::int64_t since_utc_s) {
  QualityRecord next = core.durable.quality;
  count_up(next.outages.count);
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  if (!core.clock.valid || now_s < since_utc_s) return store(core, next);
  const auto lasted_s = static_cast<std::uint32_t>(std::max<std::int64_t>(1, now_s - since_utc_s));
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    core.note_at(of_phase(EventCode::outage_begins, k), since_utc_s);
  }
  for (std::uint32_t k = 0; k < core.n_elements; ++k) {
    core.note_at(of_phase(EventCode::outage_ends, k), now_s,
                 {0, nearest<std::uint32_t>(1000.0 * lasted_s)});
  }
  if (lasted_s >= next.thresholds.long_outage_s) {
    count_up(next.outages.long_count);
    next.outages.last_long_s = lasted_s;
  }
  store(core, next);
}

}  // namespace meter::fw

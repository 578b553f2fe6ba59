// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/measured.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "protocol/cosem/obis.hpp"
#include "sim/referee/board_truth.hpp"
#include "sim/referee/truth/measured_truth.hpp"

namespace sim::run {
namespace {

using protocol::cosem::kMeasured;
using protocol::cosem::MeasuredFamily;

// At the terminals over the last whole window before `at`.
struct LastWindow {
  models::ElectricalState state;
  double frequency_hz;
};
LastWindow last_window(const Home& home, kernel::TimeNs at) {
  const models::MainsSchedule& mains = home.supply->mains();
  std::int64_t index = mains.step_at(at);
  const models::MainsStep* step = &mains.step(index);
  std::int64_t window = (at - step->start_ns) / step->window_ns - 1;
  if (window < 0 && index > 0) {
    step = &mains.step(--index);
    window = step->n_windows - 1;
  }
  const kernel::TimeNs start = step->start_ns + window * step->window_ns;
  models::SwitchState switches;
  const models::ChangeLog& changes = home.meter->feed().changes();
  for (std::size_t n = 0; n < changes.size() && changes[n].at <= start; ++n) {
    switches.apply(changes[n]);
  }
  const double window_s = static_cast<double>(step->window_ns) * 1e-9;
  return {home.supply->state(index, switches),
          static_cast<double>(models::kWindowCycles) / window_s};
}

// Of the last whole interval of the load profile, by the meter's own clock, before `at`.
std::optional<MeasuredTruth> mean_voltage_before(const Home& home, unsigned phase,
                                                 kernel::TimeNs at) {
  const std::int64_t ticks = home.meter->board().rtc.clock().ticks_at(at);
  const std::int64_t period_s = home.settings.capture_period_s;
  const std::int64_t since_ticks = ticks % (period_s * models::Rtc::kRateHz);
  const kernel::TimeNs end = at - since_ticks * kernel::kNsPerSecond / models::Rtc::kRateHz;
  return mean_voltage_truth(*home.supply, home.meter->feed().changes(), phase,
                            end - period_s * kernel::kNsPerSecond, end, at);
}

double unit_of(const MeasuredFamily& family) { return std::pow(10.0, family.scaler); }

bool fits(const MeasuredFamily& family, double value, const MeasuredTruth& truth) {
  double off = std::abs(value - truth.value);
  if (family.unit == protocol::cosem::kDegree) off = std::min(off, 360 - off);
  return off <= truth.tolerance + unit_of(family);
}

// One value and what it may be: a row, and a verdict where there is a truth.
class Verdicts {
 public:
  Verdicts(std::uint32_t meter, result::ResultWriter& writer, result::RunFigures& figures)
      : meter_(meter), writer_(writer), figures_(figures) {}

  void add(const std::string& name, double value, const std::optional<MeasuredTruth>& truth,
           double unit, bool right) {
    result::MeasuredRow row;
    row.meter = meter_;
    row.register_name = name;
    row.value = value;
    row.right = right || !truth ? 1 : 0;
    if (truth) {
      row.truth = truth->value;
      row.tolerance = truth->tolerance + unit;
      ++figures_.measured.judged;
      if (!right) ++figures_.measured.mismatches;
    }
    writer_.append(row);
  }

 private:
  std::uint32_t meter_;
  result::ResultWriter& writer_;
  result::RunFigures& figures_;
};

std::string name_of(const protocol::cosem::Obis& obis) {
  return std::string(protocol::cosem::ObisText(obis).view());
}

}  // namespace

void judge_measured(const Scenario& scenario, const Home& home,
                    std::span<const PoweredSpan> powered, const HeldQuantities& held,
                    result::ResultWriter& writer, result::RunFigures& figures) {
  if (held.registers.empty()) return;
  Verdicts verdicts(home.identity.number, writer, figures);
  const auto energies =
      measured_energies(*home.supply, home.meter->feed().changes(), held.registers.back().answered);
  for (const HeldMeasured& one : held.registers) {
    const MeasuredFamily& family = kMeasured[one.family];
    std::optional<MeasuredTruth> truth;
    bool right = false;
    // The load may have changed between question and answer.
    for (const kernel::TimeNs at : {one.asked, one.answered}) {
      const LastWindow window = last_window(home, at);
      if (is_energy(family.kind)) {
        truth = energies[one.family][one.k];
      } else if (family.kind == protocol::cosem::Measured::mean_voltage) {
        truth = mean_voltage_before(home, one.k, at);
      } else {
        truth = measured_truth(family.kind, one.k, window.state, window.frequency_hz);
      }
      if (!truth) truth = board_truth(family.kind, scenario, home.identity.number, powered, at);
      right = right || (truth && fits(family, one.value, *truth));
    }
    verdicts.add(name_of(family.name(one.k)), one.value, truth, unit_of(family), right);
  }
  constexpr double kHundredth = 0.01;
  for (const HeldSpectrum& one : held.spectra) {
    const LastWindow windows[] = {last_window(home, one.asked), last_window(home, one.answered)};
    for (unsigned order = 1; order <= one.percent.size(); ++order) {
      const double percent = one.percent[order - 1];
      std::optional<MeasuredTruth> truth;
      bool right = false;
      for (const LastWindow& window : windows) {
        truth = order_truth(order, one.of_current, one.phase, window.state);
        right =
            right || (truth && std::abs(percent - truth->value) <= truth->tolerance + kHundredth);
      }
      const std::string name = name_of(protocol::cosem::spectrum_name(one.of_current, one.phase));
      verdicts.add(name + "/" + std::to_string(order), percent, truth, kHundredth, right);
    }
  }
}

}  // namespace sim::run

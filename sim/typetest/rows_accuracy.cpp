// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Accuracy under reference conditions, start, no load, constant and registers.
#include <fmt/format.h>

#include <algorithm>

#include "sim/typetest/rows.hpp"

namespace sim::typetest {
namespace {

constexpr double kCurrents_a[] = {0.25, 0.5, 1, 2.5, 5, 10, 20, 50, 100};
constexpr double kTransition_a = 0.5;  // Itr; below it and down to Imin a limit of its own

// From a current on, for a factor whose |cos| or |sin| is at least so much. The first line that
// fits counts; none: the standard has no limit there.
struct Limit {
  double from_a;
  double below_a;
  double share_from;
  double percent;
};
constexpr double kNoEnd = 1e9;
constexpr double kShareOfOne = 0.99, kShareOfHalf = 0.49, kShareOfQuarter = 0.24;

// EN 50470-3, class B, direct connected.
constexpr Limit kActive[] = {{0.25, kTransition_a, kShareOfOne, 1.5},
                             {kTransition_a, kNoEnd, kShareOfHalf, 1.0}};
constexpr Limit kActiveSingle[] = {{kTransition_a, kNoEnd, kShareOfHalf, 2.0}};
// IEC 62053-23, class 2, direct connected.
constexpr Limit kReactive[] = {{0.25, 0.5, kShareOfOne, 2.5},
                               {0.5, kNoEnd, kShareOfOne, 2.0},
                               {0.5, 1, kShareOfHalf, 2.5},
                               {1, kNoEnd, kShareOfHalf, 2.0},
                               {1, kNoEnd, kShareOfQuarter, 2.5}};
constexpr Limit kReactiveSingle[] = {{0.5, kNoEnd, kShareOfOne, 3.0},
                                     {1, kNoEnd, kShareOfHalf, 3.0}};

double limit_of(std::span<const Limit> limits, double current_a, double share) {
  const auto fits = [&](const Limit& limit) {
    return current_a >= limit.from_a && current_a < limit.below_a && share >= limit.share_from;
  };
  const auto found = std::ranges::find_if(limits, fits);
  return found == limits.end() ? 0 : found->percent;
}

// cos and sin of the factors above, by their names.
double share_of(const Factor& factor) {
  const std::string name = factor.name;
  if (name.find("0.25") != std::string::npos) return 0.25;
  if (name.find("0.5") != std::string::npos) return 0.5;
  return name.find("0.8") != std::string::npos ? 0.8 : 1;
}

struct Sweep {
  std::span<const Factor> factors;
  std::span<const Limit> limits;
  Output output;
  double share;  // of the limits
};

void sweep(Rows& rows, const Sweep& what, std::uint8_t phases) {
  for (const bool export_power : {false, true}) {
    for (const Factor& factor : what.factors) {
      for (const double current_a : kCurrents_a) {
        const double limit = limit_of(what.limits, current_a, share_of(factor));
        if (limit == 0) continue;
        Load load = load_of(current_a, factor, export_power);
        load.phases = phases;
        Row row;
        row.point = point_text(load, factor, export_power);
        row.output = what.output;
        row.measurement = rows.pulses(load);
        row.limit_percent = limit * what.share;
        row.x = current_a;
        row.curve = factor.name;
        row.chart = export_power ? "export" : "import";
        if (phases != 7) row.chart += fmt::format(", L{}", phases == 4 ? 3 : phases);
        rows.add(row);
      }
    }
  }
}

void sweep_singles(Rows& rows, const Sweep& what) {
  if (!rows.polyphase()) return;
  for (const std::uint8_t phase : {1, 2, 4}) sweep(rows, what, phase);
}

}  // namespace

void add_reference(Rows& rows) {
  sweep(rows, {kActiveFactors, kActive, Output::active, kReferenceShare}, 7);
}
void add_single_phase(Rows& rows) {
  sweep_singles(rows, {kActiveFactors, kActiveSingle, Output::active, 1});
}
void add_reactive(Rows& rows) {
  sweep(rows, {kReactiveFactors, kReactive, Output::reactive, kReferenceShare}, 7);
}
void add_reactive_single_phase(Rows& rows) {
  sweep_singles(rows, {std::span(kReactiveFactors).first(4), kReactiveSingle, Output::reactive, 1});
}

// At Ib and PF 1, load on one phase against load on all.
void add_balance(Rows& rows) {
  if (!rows.polyphase()) return;
  for (const std::uint8_t phase : {1, 2, 4}) {
    Load load = load_of(5, kUnity);
    Row row;
    row.base = rows.pulses(load);
    load.phases = phase;
    row.point = point_text(load, kUnity, false);
    row.judge = Judge::shift;
    row.measurement = rows.pulses(load);
    row.limit_percent = 1.5;
    rows.add(row);
  }
}

void add_start(Rows& rows) {
  struct Start {
    double current_a;
    Factor factor;
    Output output;
  };
  // 0.04 and 0.05 of Itr (docs/typetest.md).
  constexpr Start kStarts[] = {{0.020, kUnity, Output::active}, {0.025, kSine, Output::reactive}};
  for (const Start& start : kStarts) {
    for (const bool export_power : {false, true}) {
      const Load load = load_of(start.current_a, start.factor, export_power);
      Row row;
      row.point = point_text(load, start.factor, export_power);
      row.judge = Judge::starts;
      row.output = start.output;
      row.measurement = rows.measure({Procedure::start, load, 0});
      rows.add(row);
    }
  }
}

void add_no_load(Rows& rows) {
  struct NoLoad {
    double voltage_un;
    double minutes;  // of one element
    const char* clause;
  };
  // 240 000 / (k m Utest Ist) min, k = 1000, Ist = 20 mA; EN 50470-3 and IEC 62052-11.
  constexpr NoLoad kNoLoads[] = {{1.15, 43.5, "EN 50470-3"}, {1.1, 45.5, "IEC 62052-11"}};
  for (const NoLoad& each : kNoLoads) {
    Load load = load_of(0, kUnity);
    load.voltage_un.fill(each.voltage_un);
    const double minutes = each.minutes / static_cast<double>(rows.n_phases());
    Row row;
    row.point =
        fmt::format("{} Un {:.1f} min ({})", number_text(each.voltage_un), minutes, each.clause);
    row.judge = Judge::silent;
    row.measurement = rows.measure({Procedure::no_load, load, minutes * 60});
    rows.add(row);
  }
}

namespace {

constexpr double kRegisters_s = 600;  // a kilowatt-hour at the least: registers step by 1 Wh

}  // namespace

void add_constant(Rows& rows) {
  for (const Output output : {Output::active, Output::reactive}) {
    for (const bool export_power : {false, true}) {
      const Factor factor{"45 deg", 45};
      const Load load = load_of(100, factor, export_power);
      Row row;
      row.point = fmt::format("{} {}", point_text(load, factor, export_power),
                              output == Output::active ? "1000 imp/kWh" : "1000 imp/kvarh");
      row.judge = Judge::constant;
      row.output = output;
      row.measurement = rows.measure({Procedure::registers, load, kRegisters_s});
      row.limit_percent = 0.1;  // a tenth of the class
      rows.add(row);
    }
  }
}

void add_registers(Rows& rows) {
  constexpr const char* kQuadrants[] = {"I", "II", "III", "IV"};
  for (int quadrant = 0; quadrant < 4; ++quadrant) {
    const Factor factor{kQuadrants[quadrant], 45.0 + 90 * quadrant};
    const Load load = load_of(100, factor);
    for (const Judge judge : {Judge::active_registers, Judge::reactive_registers}) {
      const bool active = judge == Judge::active_registers;
      Row row;
      row.point = fmt::format("100 A quadrant {} {}", factor.name, active ? "+A -A" : "R1 to R4");
      row.judge = judge;
      row.output = active ? Output::active : Output::reactive;
      row.measurement = rows.measure({Procedure::registers, load, kRegisters_s});
      row.limit_percent = kReferenceShare * (active ? 1.0 : 2.0);
      rows.add(row);
    }
  }
}

// At Ib, an hour each: 600 Wh, of which a register shows 0.2 %.
void add_load_changes(Rows& rows) {
  struct Change {
    double on_s;
    double off_s;
  };
  for (const Change& change : {Change{10, 10}, Change{5, 5}, Change{5, 0.5}}) {
    Row row;
    row.point = fmt::format("5 A PF 1 {:g} s on {:g} s off", change.on_s, change.off_s);
    row.judge = Judge::active_registers;
    row.measurement =
        rows.measure({Procedure::registers, load_of(5, kUnity), 3600, change.on_s, change.off_s});
    row.limit_percent = 2.0;
    rows.add(row);
  }
}

}  // namespace sim::typetest

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "sim/result/kpi.hpp"
#include "sim/result/register_errors.hpp"

// The figures that every register has: a row of kQuantityTable brings its own.
namespace sim::result {

using NameText = std::array<char, 32>;

// "ap_wh" and "_total", with its unit again: "ap_total_wh"; without: "error_ap_worst_percent".
constexpr NameText kpi_name(std::size_t of, std::string_view before, std::string_view after,
                            bool with_unit) {
  const std::string_view name = protocol::cosem::kQuantityTable[of].name;
  const std::string_view unit = name.substr(name.rfind('_'));
  NameText text{};
  auto at = std::copy(before.begin(), before.end(), text.begin());
  at = std::copy(name.begin(), name.end() - unit.size(), at);
  at = std::copy(after.begin(), after.end(), at);
  if (with_unit) std::copy(unit.begin(), unit.end(), at);
  return text;
}

template <std::size_t kRegister>
inline constexpr NameText kSumName = kpi_name(kRegister, "", "_total", true);
template <std::size_t kRegister>
inline constexpr NameText kMeanName = kpi_name(kRegister, "error_", "_mean_percent", false);
template <std::size_t kRegister>
inline constexpr NameText kP95Name = kpi_name(kRegister, "error_", "_p95_percent", false);
template <std::size_t kRegister>
inline constexpr NameText kWorstName = kpi_name(kRegister, "error_", "_worst_percent", false);

template <std::size_t kRegister>
constexpr std::array<KpiInfo, 4> kpis_of_register() {
  return {
      KpiInfo{kSumName<kRegister>.data(), protocol::cosem::kQuantityTable[kRegister].unit_name(),
              "sum over all meters of this register in the last row captured by the end of "
              "duration_h",
              [](const RunFigures& f) { return f.sums[kRegister]; }},
      KpiInfo{kMeanName<kRegister>.data(), "%",
              "error of this register from the start on, mean over the meters (table "
              "register_errors)",
              [](const RunFigures& f) { return mean_percent(f.register_errors[kRegister]); },
              Ripeness::ripe},
      KpiInfo{kP95Name<kRegister>.data(), "%", "95 % of the meters err by no more, either way",
              [](const RunFigures& f) {
                return size_quantile_percent(f.register_errors[kRegister], 0.95);
              },
              Ripeness::ripe},
      KpiInfo{kWorstName<kRegister>.data(), "%", "the largest of these errors, either way",
              [](const RunFigures& f) {
                return size_quantile_percent(f.register_errors[kRegister], 1);
              },
              Ripeness::ripe},
  };
}

// The sums of all registers, then their errors.
constexpr auto register_kpis() {
  constexpr std::size_t n = protocol::cosem::kQuantities;
  std::array<KpiInfo, 4 * n> table{};
  const auto put = [&]<std::size_t... kRegister>(std::index_sequence<kRegister...>) {
    ((table[kRegister] = kpis_of_register<kRegister>()[0],
      table[n + 3 * kRegister] = kpis_of_register<kRegister>()[1],
      table[n + 3 * kRegister + 1] = kpis_of_register<kRegister>()[2],
      table[n + 3 * kRegister + 2] = kpis_of_register<kRegister>()[3]),
     ...);
  };
  put(std::make_index_sequence<n>{});
  return table;
}

}  // namespace sim::result

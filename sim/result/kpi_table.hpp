// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "sim/result/figures.hpp"
#include "sim/result/kpi.hpp"

namespace sim::result {

// One line a figure: what [[expect]] may name, docs/scenario-reference.md explains and the table
// kpi of result.h5 holds, in this order.
struct KpiInfo {
  const char* name;
  const char* unit;  // "" for counts and shares
  const char* doc;
  double (*value)(const RunFigures&);  // NaN: nothing to judge
};
std::span<const KpiInfo> kpi_table();

std::vector<Kpi> kpis_of(const RunFigures& figures);

}  // namespace sim::result

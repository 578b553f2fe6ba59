// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "sim/result/kpi.hpp"

namespace sim::result {

// JUnit XML, one test case for each expectation, for CI systems.
std::string junit_text(const std::string& scenario, std::span<const Kpi> kpis, double wall_s);
bool write_junit(const std::string& path, const std::string& scenario, std::span<const Kpi> kpis,
                 double wall_s);

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/typetest/measure.hpp"

namespace sim::typetest {

// A row of the protocol: of all meters the worst.
struct Verdict {
  double error_percent = 0;
  double least_percent = 0;  // over the meters
  double most_percent = 0;
  std::uint32_t worst_meter = 1;  // from 1
  bool pass = true;
  std::string remark;  // what a percentage does not say
};

// results[meter][measurement].
using Results = std::vector<std::vector<Measured>>;

std::vector<Verdict> judge(const Plan& plan, const std::vector<Prepared>& prepared,
                           const Results& results);

}  // namespace sim::typetest

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/typetest/protocol_text.hpp"

namespace sim::typetest {
namespace {

// Names hold no comma but those of users' files.
std::string cell(std::string text) {
  std::ranges::replace(text, ',', ' ');
  return text;
}

std::string number(double value) {
  const std::string text = fmt::format("{:.4f}", value);
  return text == "-0.0000" ? "0.0000" : text;
}

}  // namespace

std::string csv_text(const Plan& plan, const std::vector<Verdict>& verdicts) {
  std::string text = "test,point,error_percent,limit_percent,pass\n";
  for (std::size_t k = 0; k < plan.rows.size(); ++k) {
    const Row& row = plan.rows[k];
    text +=
        fmt::format("{},{},{},{:g},{}\n", plan.tests[row.test].name, cell(row.point),
                    number(verdicts[k].error_percent), row.limit_percent, verdicts[k].pass ? 1 : 0);
  }
  return text;
}

Count count_of(const Plan& plan, const std::vector<Verdict>& verdicts) {
  Count count;
  count.rows = plan.rows.size();
  for (std::size_t k = 0; k < plan.rows.size(); ++k) {
    count.failed += verdicts[k].pass ? 0 : 1;
    const double limit = plan.rows[k].limit_percent;
    if (limit == 0) continue;
    ++count.limited;
    const double share = std::abs(verdicts[k].error_percent) / limit;
    if (!(share <= count.worst_share)) count.worst_share = share;
  }
  return count;
}

}  // namespace sim::typetest

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

// A clock's percents are small: half a second a day is 0.00058 of them.
std::string number(double value, bool of_clock) {
  const std::string text = fmt::format("{:.{}f}", value, of_clock ? 8 : 4);
  return text.find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text.substr(1)
                                                                              : text;
}

}  // namespace

std::string csv_text(const Plan& plan, const std::vector<Verdict>& verdicts) {
  std::string text = "test,point,error_percent,limit_percent,pass\n";
  for (std::size_t k = 0; k < plan.rows.size(); ++k) {
    const Row& row = plan.rows[k];
    text += fmt::format("{},{},{},{:g},{}\n", plan.tests[row.test].name, cell(row.point),
                        number(verdicts[k].error_percent, row.limit_s_per_day > 0),
                        row.limit_percent, verdicts[k].pass ? 1 : 0);
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

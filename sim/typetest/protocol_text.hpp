// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/typetest/judge.hpp"

namespace sim::typetest {

// What the protocol says of itself.
struct Heading {
  std::string variant;   // "AD11A"
  std::string firmware;  // name and revision
  std::uint64_t seed = 1;
  std::uint32_t meters = 20;
  bool whole = true;  // all tests
};

// test,point,error_percent,limit_percent,pass: a line a row; limit_percent 0: judged otherwise.
std::string csv_text(const Plan& plan, const std::vector<Verdict>& verdicts);
// One self-contained page with the error curves.
std::string page_text(const Heading& heading, const Plan& plan,
                      const std::vector<Prepared>& prepared, const std::vector<Verdict>& verdicts);

struct Count {
  std::size_t rows = 0;
  std::size_t limited = 0;
  std::size_t failed = 0;
  double worst_share = 0;  // of a limit, over all limited rows
};
Count count_of(const Plan& plan, const std::vector<Verdict>& verdicts);

}  // namespace sim::typetest

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "hes-stub/concentrators/mailbox.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {

// The profile whose rows a report carries.
const Obis& profile_of(p32::ReportKind kind);

// Rows that should have been reported: asked of the meters once more, so many times.
class RowRequests {
 public:
  RowRequests(Context& context, Mailbox& mailbox);
  void start();

  void on_check_deadline(const Deadline& deadline);
  // What the meter answered settles the range, also where it has no rows.
  void on_answer(Mailbox::Item& item, MeterIndex meter, p32::ReportKind profile,
                 const p32::ProfileMeter& rows);
  void finish(ConcentratorIndex from, std::uint64_t seq);
  // The meter reported something new: it can be reached again.
  void reached(MeterIndex meter, p32::ReportKind profile);
  // The meter's clock went back so far: what it stamps from now on it has stamped before.
  void set_back(MeterIndex meter, std::int64_t by_s);

 private:
  // Missing rows of a meter that were asked for in vain.
  struct Gap {
    std::uint32_t tries = 0;
    UtcNs not_before = 0;
    StampRange twice;  // stamps lived twice; to 0: none
  };
  void check(ConcentratorIndex concentrator);
  void ask(ConcentratorIndex concentrator, p32::ReportKind profile);
  std::optional<StampRange> missing(MeterIndex meter, p32::ReportKind profile);
  void tried_in_vain(MeterIndex meter, p32::ReportKind profile);

  Context& context_;
  Mailbox& mailbox_;
  std::vector<std::vector<MeterIndex>> meters_;  // of each concentrator
  std::map<std::pair<MeterIndex, p32::ReportKind>, Gap> gaps_;
};

}  // namespace hes

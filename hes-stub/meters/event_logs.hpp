// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hes-stub/core/context.hpp"
#include "protocol/cosem/alarm_notice.hpp"

namespace hes {

class Job;

// The event logs of the meters behind modules, 0.0.99.98.E: read once a period, and the one that an
// alarm comes from soon after it. A log that is not there is asked for once. Entries are asked for
// by number where the meter selects by it, and stored as those that concentrators report.
class EventLogs {
 public:
  explicit EventLogs(Context& context);
  void start();

  // Looks at the meter anew.
  void plan(MeterIndex meter);
  bool wants(MeterIndex meter) const { return meters_[meter].due != 0; }
  // A data-notification that tells one entry. False: it is none.
  bool take_notice(MeterIndex meter, protocol::Bytes body, UtcNs arrival, std::uint32_t octets);

  // For the job: the next log to ask for, and what came of it.
  std::optional<std::uint8_t> next(MeterIndex meter) const;
  protocol::cosem::Selection selection(MeterIndex meter, std::uint8_t group) const;
  bool take_rows(MeterIndex meter, std::uint8_t group, protocol::Bytes rows);
  void refused(MeterIndex meter, std::uint8_t group, protocol::cosem::AccessResult result);

 private:
  using Groups = std::uint16_t;  // a bit a log
  struct Meter {
    std::int64_t period = 0;  // the last one that was read for
    std::int64_t spread_s = 0;
    Groups due = 0;
    Groups absent = 0;
    Groups by_stamp = 0;  // does not select by number
    std::array<std::uint32_t, protocol::cosem::kEventGroups> newest{};
  };
  std::int64_t period_of(const Meter& meter) const;

  Context& context_;
  std::vector<Meter> meters_;
};

// One log.
std::unique_ptr<Job> make_events_job(Context& context, EventLogs& logs);

}  // namespace hes

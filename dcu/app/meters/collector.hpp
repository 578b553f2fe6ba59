// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>

#include "dcu/app/core/core.hpp"
#include "dcu/app/meters/job.hpp"
#include "protocol/hosted/p32/order.hpp"

namespace dcu::app {

// Who wants to know that rows were stored.
class RowsReady {
 public:
  virtual void rows_ready(MeterIndex meter, Profile profile) = 0;

 protected:
  ~RowsReady() = default;
};

// Makes the jobs that read profiles and clocks, and takes what they bring into the store.
class Collector {
 public:
  Collector(Core& core, RowsReady& ready) : core_(core), ready_(ready) {}

  // What came since the last time.
  JobPtr profile_job(MeterIndex meter, Profile profile, std::uint8_t priority);
  // The meter has said that there is no such log.
  bool is_absent(MeterIndex meter, Profile profile) const {
    return absent_.contains({meter, profile});
  }
  // All rows of a range, known ones too, into `rows`; new ones are stored as well.
  struct Range {
    std::int64_t from_s = 0;
    std::int64_t to_s = 0;
    std::vector<Row> rows;
  };
  JobPtr range_job(MeterIndex meter, Profile profile, std::uint8_t priority,
                   std::shared_ptr<Range> range);

  struct ClockPolicy {
    protocol::p32::ClockSyncMode mode = protocol::p32::ClockSyncMode::shift;
    std::int64_t threshold_s = 0;
    std::int64_t limit_s = 0;
  };
  // The deviation found, meter minus concentrator, goes to `offset_ms`.
  JobPtr clock_job(MeterIndex meter, std::uint8_t priority, const ClockPolicy& policy,
                   std::shared_ptr<std::optional<std::int32_t>> offset_ms);

  // An LSDU to client 3 that is a spontaneous event; anything else is counted and dropped.
  void on_notification(MeterIndex meter, Bytes apdu);

 private:
  struct Reading;
  void plan(Job& job, Reading& reading) const;
  void ask(Job& job, Reading& reading) const;
  void ask_next(Job& job, Reading& reading) const;
  Job::Next on_period(const Answer& answer, MeterIndex meter);
  Job::Next on_counter(Job& job, Reading& reading, const Answer& answer);
  std::optional<DecodedRows> take_answer(const Job& job, const Reading& reading,
                                         const Answer& answer);
  Job::Next on_numbered_rows(Job& job, Reading& reading, const Answer& answer);
  bool found_absent(Job& job, const Reading& reading, const Answer& answer);
  Job::Next go_by_stamp(Job& job, Reading& reading);
  Job::Next on_rows(Job& job, Reading& reading, const Answer& answer);
  bool looks_disturbed(const Reading& reading, const std::vector<Row>& rows,
                       const std::vector<Row>& fresh) const;
  Job::Next on_clock(Job& job, const ClockPolicy& policy, const Answer& answer,
                     std::optional<std::int32_t>& offset_ms);
  void correct_clock(Job& job, const ClockPolicy& policy, UtcNs deviation, UtcNs way);
  void take(MeterIndex meter, const Reading& reading, std::vector<Row> fresh, std::int64_t to_s);
  void store(MeterIndex meter, Profile profile, Chunk chunk);
  std::int64_t from_s(MeterIndex meter, Profile profile) const;
  TakenRows& taken(MeterIndex meter, Profile profile);
  std::int64_t period_s(MeterIndex meter) const;

  Core& core_;
  RowsReady& ready_;
  std::map<std::pair<MeterIndex, Profile>, TakenRows> taken_;
  std::set<std::pair<MeterIndex, Profile>> absent_;      // logs that the meter has not
  std::set<std::pair<MeterIndex, Profile>> unnumbered_;  // not selected by number
};

}  // namespace dcu::app

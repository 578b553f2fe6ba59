// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/meters/collector.hpp"

#include <algorithm>

#include "dcu/app/meters/profiles.hpp"
#include "dcu/app/ports/event_code.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/refusal.hpp"
#include "protocol/dlms/selection.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;

constexpr std::int64_t kUsualPeriodS = 900;
// Rows in one answer: what a session's buffer holds, and an answer the line carries in seconds.
constexpr std::int64_t kMaxRowsPerRead = 96;
// How far back a disturbed profile is read again: more than what passes between two readings.
constexpr std::int64_t kRowsReread = 100;
constexpr std::int64_t kClockSlackS = 3600;
constexpr std::int64_t kFarS = 3650 * kDayS;
// A meter closes its interval late by its clock's deviation.
constexpr std::int64_t kLateS = 300;

}  // namespace

// One reading under way. Rows are asked for by number where the meter numbers them: whatever its
// clock did, that is everything since the last one. Otherwise by stamp.
struct Collector::Reading {
  Profile profile;
  bool by_number = false;
  bool reach_on = false;  // a part was empty: the next request has no end
  std::int64_t from_s = 0;
  std::int64_t to_s = 0;
  bool last_part = false;
  bool again = false;  // a disturbed clock: further back
  std::shared_ptr<Range> wanted;
};

std::int64_t Collector::period_s(MeterIndex meter) const {
  const std::uint32_t read = core_.store.meters()[meter].capture_period_s;
  return read == 0 ? kUsualPeriodS : read;
}

TakenRows& Collector::taken(MeterIndex meter, Profile profile) {
  const auto [at, made] = taken_.try_emplace({meter, profile});
  if (!made) return at->second;
  const ProfileCursor& cursor =
      core_.store.meters()[meter].profiles[static_cast<std::size_t>(profile)];
  for (std::uint32_t number = cursor.oldest; number < cursor.next; ++number) {
    const auto chunk = core_.store.chunk(meter, profile, number);
    if (!chunk) continue;
    for (const Row& row : chunk->rows) at->second.add(row);
  }
  return at->second;
}

JobPtr Collector::profile_job(MeterIndex meter, Profile profile, std::uint8_t priority) {
  return range_job(meter, profile, priority, nullptr);
}

JobPtr Collector::range_job(MeterIndex meter, Profile profile, std::uint8_t priority,
                            std::shared_ptr<Range> range) {
  JobPtr job = job_of(facts_of(profile).job, meter, priority);
  const auto reading = std::make_shared<Reading>();
  reading->profile = profile;
  reading->wanted = std::move(range);
  job->prepare = [this, reading](Job& planned) { plan(planned, *reading); };
  job->on_answer = [this, reading](Job& asked, const Answer& answer) {
    const protocol::cosem::Attribute& target = asked.operations[asked.at].target;
    if (target.class_id == classes::Data::kId) return on_counter(asked, *reading, answer);
    if (target.index == classes::ProfileGeneric::kCapturePeriod) {
      return answer.ok() ? on_period(answer, asked.meter) : Job::Next::finished;
    }
    if (reading->by_number) return on_numbered_rows(asked, *reading, answer);
    if (found_absent(asked, *reading, answer) || !answer.ok()) return Job::Next::finished;
    return on_rows(asked, *reading, answer);
  };
  return job;
}

// Where a reading begins: what is settled, or as far back as a new meter is read.
std::int64_t Collector::from_s(MeterIndex meter, Profile profile) const {
  const std::int64_t settled_s =
      core_.store.meters()[meter].profiles[static_cast<std::size_t>(profile)].settled_s;
  return settled_s != 0 ? settled_s : core_.now_s() - core_.store.parameters().backfill_s;
}

void Collector::plan(Job& job, Reading& reading) const {
  const MeterEntry& entry = core_.store.meters()[job.meter];
  reading.again = reading.reach_on = false;
  if (reading.profile == Profile::load && entry.capture_period_s == 0) {
    job.operations.push_back(get_of(classes::ProfileGeneric::kId, facts_of(reading.profile).name,
                                    classes::ProfileGeneric::kCapturePeriod));
  }
  const ProfileCursor& cursor = entry.profiles[static_cast<std::size_t>(reading.profile)];
  reading.by_number = !reading.wanted && !unnumbered_.contains({job.meter, reading.profile});
  reading.from_s = from_s(job.meter, reading.profile);
  if (reading.by_number && cursor.newest == 0) {
    job.operations.push_back(
        get_of(classes::Data::kId, protocol::cosem::kCaptureCounter, classes::Data::kValue));
    return;
  }
  if (reading.by_number) return ask_next(job, reading);
  if (reading.wanted) {
    reading.wanted->rows.clear();
    reading.from_s = reading.wanted->from_s;
  } else if (cursor.settled_s != 0) {
    reading.from_s -= facts_of(reading.profile).overlap_s;
  }
  ask(job, reading);
}

// Appends the request for the rows behind the newest one: all of them, or a part when there must
// be many.
void Collector::ask_next(Job& job, Reading& reading) const {
  const ProfileCursor& cursor =
      core_.store.meters()[job.meter].profiles[static_cast<std::size_t>(reading.profile)];
  const bool load = reading.profile == Profile::load;
  const std::int64_t expected = load ? (core_.now_s() - reading.from_s) / period_s(job.meter) : 0;
  reading.last_part = reading.reach_on || expected <= kMaxRowsPerRead;
  const auto first = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{cursor.newest} + 1, UINT32_MAX));
  const auto last = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(std::uint64_t{cursor.newest} + kMaxRowsPerRead, UINT32_MAX));
  job.operations.push_back(
      get_of(classes::ProfileGeneric::kId, facts_of(reading.profile).name,
             classes::ProfileGeneric::kBuffer,
             protocol::dlms::rows_numbered(first, reading.last_part ? UINT32_MAX : last)));
}

// Groups of event logs differ from country to country: what a meter does not have is no fault.
bool Collector::found_absent(Job& job, const Reading& reading, const Answer& answer) {
  if (!is_event_log(reading.profile) || !protocol::dlms::is_not_there(answer.result)) return false;
  absent_.insert({job.meter, reading.profile});
  job.refusal = protocol::cosem::AccessResult::success;
  return true;
}

Job::Next Collector::go_by_stamp(Job& job, Reading& reading) {
  unnumbered_.insert({job.meter, reading.profile});
  job.refusal = protocol::cosem::AccessResult::success;  // there is another way
  reading.by_number = false;
  ask(job, reading);
  return Job::Next::go_on;
}

// The number given last: a new meter is read as far back as its rows may reach, all logs together.
Job::Next Collector::on_counter(Job& job, Reading& reading, const Answer& answer) {
  if (protocol::dlms::is_not_there(answer.result)) return go_by_stamp(job, reading);
  if (!answer.ok()) return Job::Next::finished;
  protocol::axdr::Cursor in(answer.data);
  const std::uint64_t last = in.unsigned_number();
  if (!in.at_end()) return go_by_stamp(job, reading);  // something else under this name
  const std::int64_t back_s = core_.now_s() - reading.from_s;
  const auto rows = static_cast<std::uint64_t>(back_s / period_s(job.meter) + back_s / kDayS + 64);
  core_.store.meters()[job.meter].profiles[static_cast<std::size_t>(reading.profile)].newest =
      static_cast<std::uint32_t>(last > rows ? last - rows : 0);
  ask_next(job, reading);
  return Job::Next::go_on;
}

std::optional<DecodedRows> Collector::take_answer(const Job& job, const Reading& reading,
                                                  const Answer& answer) {
  auto decoded =
      decode_rows(answer.data, reading.profile, period_s(job.meter), core_.store.parameters().zone);
  if (decoded && decoded->columns_changed) {
    core_.store.note(Store::EventGroup::meters, event_code::kColumnsChanged,
                     core_.store.meters()[job.meter].given.serial);
    return std::nullopt;
  }
  if (decoded && decoded->left_out != 0) {
    core_.counters.rows_left_out += decoded->left_out;
    core_.store.note(Store::EventGroup::meters, event_code::kRowsLeftOut,
                     core_.store.meters()[job.meter].given.serial);
  }
  return decoded;
}

Job::Next Collector::on_numbered_rows(Job& job, Reading& reading, const Answer& answer) {
  if (found_absent(job, reading, answer)) return Job::Next::finished;
  if (protocol::dlms::is_not_selectable(answer.result)) return go_by_stamp(job, reading);
  if (!answer.ok()) return Job::Next::finished;
  const auto decoded = take_answer(job, reading, answer);
  if (!decoded) return Job::Next::unreadable;
  const std::vector<Row>& rows = decoded->rows;
  ProfileCursor& cursor =
      core_.store.meters()[job.meter].profiles[static_cast<std::size_t>(reading.profile)];
  const std::int64_t now_s = core_.now_s();
  const std::uint32_t newest_before = cursor.newest;
  cursor.newest = std::max(cursor.newest, decoded->newest);
  // Rows and none of them newer: a meter that does not heed the selection, or has no more numbers.
  if (!rows.empty() && cursor.newest == newest_before) reading.last_part = true;
  const std::int64_t to_s = reading.last_part || rows.empty()
                                ? now_s
                                : std::clamp(rows.back().at.utc_s, reading.from_s, now_s);
  // Boundaries of periods, as the stamps of a clock that is right.
  const std::int64_t step_s = reading.profile == Profile::load ? period_s(job.meter) : 1;
  if (!rows.empty() || reading.last_part) cursor.settled_s = to_s - to_s % step_s;
  // A range that was asked for in between may have brought some of them.
  std::vector<Row> fresh = taken(job.meter, reading.profile).fresh(rows, INT64_MIN, INT64_MAX);
  core_.counters.rows_known += rows.size() - fresh.size();
  job.new_rows += static_cast<std::uint32_t>(fresh.size());
  take(job.meter, reading, std::move(fresh), to_s);
  if (reading.last_part) return Job::Next::finished;
  reading.reach_on = rows.empty();
  reading.from_s = to_s;
  ask_next(job, reading);
  return Job::Next::go_on;
}

// New rows into the store; a profile that has none says so for the range.
void Collector::take(MeterIndex meter, const Reading& reading, std::vector<Row> fresh,
                     std::int64_t to_s) {
  const bool load = reading.profile == Profile::load;
  if (fresh.empty() && (is_event_log(reading.profile) || reading.wanted)) {
    return core_.store.save_state(meter);
  }
  Chunk chunk;
  chunk.from_s = reading.from_s;
  chunk.to_s = std::min(to_s, core_.now_s());
  chunk.period_s = load ? static_cast<std::uint32_t>(period_s(meter)) : 0;
  chunk.rows = std::move(fresh);
  store(meter, reading.profile, std::move(chunk));
}

// Appends the request of the next part of the range.
void Collector::ask(Job& job, Reading& reading) const {
  const std::int64_t now_s = core_.now_s();
  std::int64_t end_s = now_s + (is_event_log(reading.profile) ? kDayS : kClockSlackS);
  if (reading.wanted) end_s = std::min(end_s, reading.wanted->to_s);
  reading.to_s = end_s;
  if (reading.profile == Profile::load) {
    const std::int64_t part_s = kMaxRowsPerRead * period_s(job.meter);
    reading.to_s = std::min(end_s, reading.from_s + part_s);
  }
  reading.last_part = reading.to_s == end_s;
  if (reading.again && reading.last_part) reading.to_s = now_s + kFarS;
  job.operations.push_back(get_of(classes::ProfileGeneric::kId, facts_of(reading.profile).name,
                                  classes::ProfileGeneric::kBuffer,
                                  protocol::dlms::rows_between(reading.from_s, reading.to_s)));
}

Job::Next Collector::on_period(const Answer& answer, MeterIndex meter) {
  protocol::axdr::Cursor in(answer.data);
  const std::uint64_t period = in.unsigned_number();
  if (!in.at_end() || period == 0 || period > kDayS) return Job::Next::unreadable;
  core_.store.meters()[meter].capture_period_s = static_cast<std::uint32_t>(period);
  core_.store.save_state(meter);
  return Job::Next::go_on;
}

// Whether there may be rows with stamps that were asked for before. A meter's clock that was moved
// says so in the next row; one that runs behind has no row where there should be one.
bool Collector::looks_disturbed(const Reading& reading, const std::vector<Row>& rows,
                                const std::vector<Row>& fresh) const {
  if (reading.profile != Profile::load || reading.again || reading.wanted) return false;
  constexpr unsigned kMoved = kRowClockInvalid | kRowNotValid | kRowClockAdjusted;
  for (const Row& row : fresh) {
    if ((row.status & kMoved) != 0) return true;
  }
  return reading.last_part && rows.empty();
}

Job::Next Collector::on_rows(Job& job, Reading& reading, const Answer& answer) {
  const std::int64_t period = period_s(job.meter);
  const auto decoded = take_answer(job, reading, answer);
  if (!decoded) return Job::Next::unreadable;
  const std::vector<Row>& rows = decoded->rows;
  std::vector<Row> fresh =
      taken(job.meter, reading.profile).fresh(rows, reading.from_s, reading.to_s);
  const std::int64_t now_s = core_.now_s();
  const bool late =
      reading.last_part && !rows.empty() && rows.back().at.utc_s < now_s - period - kLateS;
  if (looks_disturbed(reading, rows, fresh) ||
      (late && reading.profile == Profile::load && !reading.again && !reading.wanted)) {
    ++core_.counters.reread;
    reading.again = true;
    const std::int64_t back_s = kRowsReread * period;
    reading.from_s = std::min(reading.from_s, now_s) - back_s;
    ask(job, reading);
    return Job::Next::go_on;
  }
  ProfileCursor& cursor =
      core_.store.meters()[job.meter].profiles[static_cast<std::size_t>(reading.profile)];
  if (!reading.wanted) {
    if (!rows.empty()) {
      cursor.settled_s = std::min(rows.back().at.utc_s, now_s);
    } else if (!reading.last_part) {
      cursor.settled_s = reading.to_s;
    }
  } else {
    auto& all = reading.wanted->rows;
    all.insert(all.end(), rows.begin(), rows.end());
  }
  core_.counters.rows_known += rows.size() - fresh.size();
  job.new_rows += static_cast<std::uint32_t>(fresh.size());
  take(job.meter, reading, std::move(fresh), reading.to_s);
  if (reading.last_part) return Job::Next::finished;
  reading.from_s = reading.to_s + 1;
  ask(job, reading);
  return Job::Next::go_on;
}

void Collector::store(MeterIndex meter, Profile profile, Chunk chunk) {
  chunk.read_s = core_.now_s();
  core_.counters.rows += chunk.rows.size();
  TakenRows& rows = taken(meter, profile);
  for (const Row& row : chunk.rows) rows.add(row);
  core_.store.add_chunk(meter, profile, chunk);
  ready_.rows_ready(meter, profile);
}

}  // namespace dcu::app

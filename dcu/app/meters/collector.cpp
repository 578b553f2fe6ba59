// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/meters/collector.hpp"

#include <algorithm>

#include "dcu/app/meters/profiles.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
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

// One reading under way.
struct Collector::Reading {
  Profile profile;
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
    if (!answer.ok()) return Job::Next::finished;
    const bool period =
        asked.operations[asked.at].target.index == classes::ProfileGeneric::kCapturePeriod;
    return period ? on_period(answer, asked.meter) : on_rows(asked, *reading, answer);
  };
  return job;
}

void Collector::plan(Job& job, Reading& reading) const {
  const MeterEntry& entry = core_.store.meters()[job.meter];
  const std::int64_t now_s = core_.now_s();
  reading.again = false;
  if (reading.wanted) {
    reading.wanted->rows.clear();
    reading.from_s = reading.wanted->from_s;
  } else {
    const std::int64_t settled_s =
        entry.profiles[static_cast<std::size_t>(reading.profile)].settled_s;
    const std::int64_t oldest_s = now_s - core_.store.parameters().backfill_s;
    reading.from_s = settled_s == 0 ? oldest_s : settled_s - facts_of(reading.profile).overlap_s;
  }
  if (reading.profile == Profile::load && entry.capture_period_s == 0) {
    job.operations.push_back(get_of(classes::ProfileGeneric::kId, facts_of(reading.profile).name,
                                    classes::ProfileGeneric::kCapturePeriod));
  }
  ask(job, reading);
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
  const auto rows = decode_rows(answer.data, reading.profile, period);
  if (!rows) return Job::Next::unreadable;
  std::vector<Row> fresh =
      taken(job.meter, reading.profile).fresh(*rows, reading.from_s, reading.to_s);
  const std::int64_t now_s = core_.now_s();
  const bool late =
      reading.last_part && !rows->empty() && rows->back().at.utc_s < now_s - period - kLateS;
  if (looks_disturbed(reading, *rows, fresh) ||
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
    if (!rows->empty()) {
      cursor.settled_s = std::min(rows->back().at.utc_s, now_s);
    } else if (!reading.last_part) {
      cursor.settled_s = reading.to_s;
    }
  } else {
    auto& all = reading.wanted->rows;
    all.insert(all.end(), rows->begin(), rows->end());
  }
  core_.counters.rows_known += rows->size() - fresh.size();
  job.new_rows += static_cast<std::uint32_t>(fresh.size());
  const bool tells = !fresh.empty() || (!is_event_log(reading.profile) && !reading.wanted);
  if (tells) {
    Chunk chunk;
    chunk.from_s = reading.from_s;
    chunk.to_s = std::min(reading.to_s, now_s);
    chunk.period_s = reading.profile == Profile::load ? static_cast<std::uint32_t>(period) : 0;
    chunk.rows = std::move(fresh);
    store(job.meter, reading.profile, std::move(chunk));
  } else {
    core_.store.save_state(job.meter);
  }
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

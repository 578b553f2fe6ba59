// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/tasks/task_table.hpp"

#include <algorithm>

#include "dcu/app/meters/profiles.hpp"
#include "protocol/calendar.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::TaskKind;

// Stored values: the last run of a task, by a digest of its id.
// Owners of jobs beyond those of orders, requests and queries.
constexpr std::uint64_t kSurveyOwners = std::uint64_t{1} << 61;
constexpr std::uint32_t kRunNames = 0x8000'0000;

// The first day of the month that lies `months` after the one of `now_s`.
std::int64_t month_s(std::int64_t now_s, int months) {
  const auto civil = protocol::civil_from_days(protocol::floor_div(now_s, kDayS));
  const int month = static_cast<int>(civil.month) - 1 + months;
  const int year = civil.year + (month < 0 ? -1 : month / 12);
  const auto of_year = static_cast<unsigned>((month + 12) % 12 + 1);
  return protocol::days_from_civil(year, of_year, 1) * kDayS;
}

}  // namespace

std::int64_t last_run_s(const Task& task, std::int64_t now_s) {
  if (task.period_s != 0) {
    return protocol::floor_div(now_s - task.offset_s, task.period_s) * task.period_s +
           task.offset_s;
  }
  const std::int64_t this_month = month_s(now_s, 0) + task.offset_s;
  return this_month <= now_s ? this_month : month_s(now_s, -1) + task.offset_s;
}

std::int64_t next_run_s(const Task& task, std::int64_t now_s) {
  const std::int64_t last = last_run_s(task, now_s);
  if (task.period_s != 0) return last + task.period_s;
  return month_s(last, 1) + task.offset_s;
}

std::uint32_t TaskTable::run_name(const std::string& id) {
  std::uint32_t digest = 0x811c9dc5;  // FNV-1a
  for (const char c : id) digest = (digest ^ static_cast<std::uint8_t>(c)) * 0x01000193;
  return kRunNames | digest;
}

void TaskTable::start() {
  // What a new table would have done before it was there is not made up for.
  for (const Task& task : parts_.core.store.tasks()) {
    const std::uint32_t name = run_name(task.id);
    if (parts_.core.store.value(name) == 0) {
      parts_.core.store.set_value(name, parts_.core.now_s());
    }
  }
  if (!parts_.core.store.commit()) return;
  resume();
  run_due();
}

// Jobs are lost with a restart. What a run before it did not get to is asked for again.
void TaskTable::resume() {
  const std::int64_t now_s = parts_.core.now_s();
  for (const Task& task : parts_.core.store.tasks()) {
    const auto* const facts =
        std::ranges::find(kProfileFacts, std::optional(task.kind), &ProfileFacts::task);
    if (!task.enabled || facts == std::end(kProfileFacts)) continue;
    const std::int64_t run_s = parts_.core.store.value(run_name(task.id));
    if (run_s < last_run_s(task, now_s)) continue;  // missed as a whole: run_due() does it
    std::vector<MeterIndex> open;
    for (const MeterIndex meter : meters_of(parts_.core.store, task.meters)) {
      const MeterEntry& entry = parts_.core.store.meters()[meter];
      const std::int64_t settled_s =
          entry.profiles[static_cast<std::size_t>(facts->profile)].settled_s;
      const std::int64_t period_s = facts->profile == Profile::daily  ? kDayS
                                    : facts->profile == Profile::load ? entry.capture_period_s
                                                                      : 0;
      if (is_event_log(facts->profile) || settled_s + period_s <= last_run_s(task, now_s)) {
        open.push_back(meter);
      }
    }
    read_profiles(task, open);
  }
}

void TaskTable::plan() {
  Core& core = parts_.core;
  core.agenda.cancel(timer_);
  std::int64_t next_s = INT64_MAX / kNsPerSecond;
  for (const Task& task : core.store.tasks()) {
    if (task.enabled) next_s = std::min(next_s, next_run_s(task, core.now_s()));
  }
  timer_ = core.agenda.at(next_s * kNsPerSecond, [this] {
    timer_ = Agenda::kNone;
    run_due();
  });
}

void TaskTable::run_due() {
  Core& core = parts_.core;
  const std::int64_t now_s = core.now_s();
  for (const Task& task : core.store.tasks()) {
    const std::uint32_t name = run_name(task.id);
    if (!task.enabled || core.store.value(name) >= last_run_s(task, now_s)) continue;
    core.store.set_value(name, now_s);
    run(task);
  }
  plan();
}

void TaskTable::run(const Task& task) {
  std::vector<MeterIndex> meters = meters_of(parts_.core.store, task.meters);
  // Every other day from the other end of the list: no meter is always the last.
  const bool odd = (parts_.core.now_s() / kDayS) % 2 != 0;
  if (odd) std::reverse(meters.begin(), meters.end());
  const auto priority = static_cast<std::uint8_t>(task.priority);
  const Parameters& parameters = parts_.core.store.parameters();
  switch (task.kind) {
    case TaskKind::load_profile:
    case TaskKind::daily_closing:
    case TaskKind::monthly_closing:
    case TaskKind::meter_events:
      return read_profiles(task, meters);
    case TaskKind::clock_check: {
      const Collector::ClockPolicy policy{p32::ClockSyncMode::shift,
                                          static_cast<std::int64_t>(parameters.clock_threshold_s),
                                          static_cast<std::int64_t>(parameters.clock_limit_s)};
      for (const MeterIndex meter : meters) {
        const auto offset = std::make_shared<std::optional<std::int32_t>>();
        parts_.poller.add(parts_.collector.clock_job(meter, priority, policy, offset));
      }
      return;
    }
    case TaskKind::inventory:
      for (const MeterIndex meter : meters) {
        if (!parts_.core.store.meters()[meter].firmware.empty()) continue;
        parts_.poller.add(parts_.reader.identity_job(meter, priority));
      }
      return parts_.reporter.add(parts_.nodes.inventory(meters, true));
    case TaskKind::instantaneous:
      return survey(task, p32::ReportKind::instantaneous);
    case TaskKind::relay_status:
      return survey(task, p32::ReportKind::relay_status);
    case TaskKind::concentrator_parameters:
      return parts_.reporter.add(parts_.reporter.parameters());
    case TaskKind::concentrator_events:
      return parts_.reporter.report_events();
    case TaskKind::statistics:
      for (const MeterIndex meter : meters) {
        const Poller::Tally tally = parts_.poller.take_tally(meter);
        parts_.nodes.add_tally(meter, tally.requests, tally.failed);
      }
      return parts_.reporter.add(parts_.nodes.statistics(meters, true));
  }
}

void TaskTable::read_profiles(const Task& task, const std::vector<MeterIndex>& meters) {
  const auto priority = static_cast<std::uint8_t>(task.priority);
  const auto add = [&](MeterIndex meter, Profile profile) {
    parts_.poller.add(parts_.collector.profile_job(meter, profile, priority));
  };
  for (const MeterIndex meter : meters) {
    for (const ProfileFacts& facts : kProfileFacts) {
      if (parts_.collector.is_absent(meter, facts.profile)) continue;
      if (facts.task == task.kind) add(meter, facts.profile);
    }
  }
}

void TaskTable::survey(const Task& task, p32::ReportKind kind) {
  p32::Selection selection;
  selection.report = kind;
  selection.source = p32::Source::meter;
  selection.priority = task.priority;
  selection.meters = task.meters;
  const bool send = task.send;
  parts_.surveyor.survey(selection, kSurveyOwners + ++surveys_, {}, SIZE_MAX,
                         [this, send](Surveyor::Part part) {
                           if (send) parts_.reporter.add(std::move(part.body));
                         });
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which meter is served when, and with what.
#include "dcu/app/meters/poller.hpp"

#include <algorithm>

#include "dcu/app/meters/association.hpp"
#include "dcu/app/ports/event_code.hpp"

namespace dcu::app {
namespace {

constexpr unsigned kMostDoublings = 4;

}  // namespace

std::string_view outcome_name(PollOutcome outcome) {
  constexpr std::string_view kNames[] = {"done",       "refused", "no answer",  "rejected",
                                         "unreadable", "lost",    "unreachable"};
  return kNames[static_cast<std::size_t>(outcome)];
}

Poller::Poller(Core& core) : core_(core) {}
Poller::~Poller() = default;

void Poller::start() {
  lines_.resize(core_.store.meters().size());
  for (MeterIndex meter = 0; meter < lines_.size(); ++meter) {
    // What was reserved before the restart may be used up.
    lines_[meter].counter = core_.store.meters()[meter].counter_reserved;
  }
}

void Poller::insert(Line& line, JobPtr job) {
  const auto later = [](std::uint8_t priority, const JobPtr& other) {
    return priority < other->priority;
  };
  const auto place = std::upper_bound(line.jobs.begin(), line.jobs.end(), job->priority, later);
  line.jobs.insert(place, std::move(job));
}

void Poller::add(JobPtr job) {
  const MeterIndex meter = job->meter;
  Line& line = lines_[meter];
  if (job->owner == 0) {
    const auto waits = [&](const JobPtr& other) {
      return other->owner == 0 && other->name == job->name && other->begun == 0;
    };
    if (std::any_of(line.jobs.begin(), line.jobs.end(), waits)) return;
  }
  const bool hopeless = !job->patient && !connected(meter);
  const UtcNs until = hopeless ? core_.now() : job->until;
  if (hopeless) job->until = until;
  insert(line, std::move(job));
  if (until != kNever) {
    core_.agenda.at(until, [this, meter] { expire(meter); });
  }
  enqueue(meter);
}

void Poller::cancel(std::uint64_t owner) {
  for (Line& line : lines_) {
    for (std::size_t k = line.jobs.size(); k-- > 0;) {
      Job& job = *line.jobs[k];
      if (job.owner != owner) continue;
      job.on_finished = nullptr;
      job.on_answer = nullptr;
      if (line.session != nullptr && line.session->job() == &job) {
        job.operations.clear();  // its last answer is on the way
        continue;
      }
      line.jobs.erase(line.jobs.begin() + static_cast<std::ptrdiff_t>(k));
    }
  }
}

std::uint8_t Poller::urgency(const Line& line) const {
  return line.jobs.empty() ? UINT8_MAX : line.jobs.front()->priority;
}

void Poller::enqueue(MeterIndex meter) {
  Line& line = lines_[meter];
  const bool can = line.address != fw::kNoAddress && !line.jobs.empty();
  if (!can || core_.now() < line.not_before) return;
  if (line.session != nullptr) {
    if (line.session->ready()) line.session->next();
    return;
  }
  if (line.queued) return;
  line.queued = true;
  waiting_.push_back(meter);
  // Not from within a caller's loop over many meters: all of them queue first.
  if (!pumping_) {
    pumping_ = true;
    core_.agenda.at(core_.now(), [this] {
      pumping_ = false;
      pump();
    });
  }
}

// The one that waited longest among those of the highest priority.
MeterIndex Poller::most_urgent() const {
  MeterIndex best = kNoMeter;
  for (const MeterIndex meter : waiting_) {
    if (lines_[meter].held || lines_[meter].waits_for_public()) continue;
    if (best == kNoMeter || urgency(lines_[meter]) < urgency(lines_[best])) best = meter;
  }
  return best;
}

void Poller::pump() {
  while (sessions() < core_.store.parameters().sessions_max) {
    const MeterIndex meter = most_urgent();
    if (meter == kNoMeter) return;
    waiting_.erase(std::find(waiting_.begin(), waiting_.end(), meter));
    Line& line = lines_[meter];
    line.queued = false;
    const bool can = line.address != fw::kNoAddress && !line.jobs.empty();
    if (can && line.session == nullptr && core_.now() >= line.not_before) begin(meter);
  }
}

void Poller::begin(MeterIndex meter) {
  if (free_.empty()) {
    sessions_.push_back(std::make_unique<Association>(core_, *this));
    free_.push_back(sessions_.back().get());
  }
  Association& session = *free_.back();
  free_.pop_back();
  session.begin(meter);
}

bool Poller::on_sent(fw::SendHandle handle, bool ok) {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [&](const auto& session) { return session->on_sent(handle, ok); });
}

bool Poller::on_data(MeterIndex meter, std::uint8_t client, Bytes apdu) {
  Association* const session = lines_[meter].session;
  return session != nullptr && session->on_data(client, apdu);
}

void Poller::expire(MeterIndex meter) {
  Line& line = lines_[meter];
  const Job* const busy = line.session == nullptr ? nullptr : line.session->job();
  for (std::size_t k = 0; k < line.jobs.size();) {
    const Job& job = *line.jobs[k];
    if (&job == busy || job.until > core_.now()) {
      ++k;
      continue;
    }
    finish(meter, &job, connected(meter) ? PollOutcome::no_answer : PollOutcome::unreachable);
    k = 0;  // what was told may have changed the line
  }
}

void Poller::finish(MeterIndex meter, const Job* finished, PollOutcome outcome) {
  Line& line = lines_[meter];
  const auto is_it = [&](const JobPtr& job) { return job.get() == finished; };
  const auto at = std::find_if(line.jobs.begin(), line.jobs.end(), is_it);
  if (at == line.jobs.end()) return;
  const JobPtr job = std::move(*at);
  line.jobs.erase(at);
  if (line.session != nullptr && line.session->job() == finished) {
    line.session->forget_job();
  }
  ++core_.counters.polls;
  if (outcome != PollOutcome::done) ++core_.counters.polls_failed;
  core_.observer.poll_finished(core_.now(), meter, job->name, outcome, job->octets_up,
                               job->octets_down, job->begun, job->new_rows);
  if (job->on_finished) job->on_finished(*job, outcome);
}

// The session broke off for good: whoever cannot wait is told; the rest has its turn later.
void Poller::give_up(MeterIndex meter, PollOutcome outcome) {
  Line& line = lines_[meter];
  for (std::size_t k = 0; k < line.jobs.size();) {
    const Job& job = *line.jobs[k];
    if (job.patient && job.until > core_.now()) {
      ++k;
      continue;
    }
    finish(meter, &job, outcome);
    k = 0;
  }
}

void Poller::back_off(MeterIndex meter) {
  Line& line = lines_[meter];
  const unsigned doublings = std::min<unsigned>(line.failures, kMostDoublings);
  if (line.failures < UINT8_MAX) ++line.failures;
  const std::uint64_t delay_s = std::uint64_t{core_.store.parameters().retry_interval_s}
                                << doublings;
  const std::uint64_t spread_s = core_.draw_below(delay_s / 4 + 1);
  line.not_before = core_.in_s(static_cast<std::int64_t>(delay_s + spread_s));
  core_.agenda.at(line.not_before, [this, meter] { enqueue(meter); });
}

void Poller::on_joined(MeterIndex meter, fw::Address address) {
  Line& line = lines_[meter];
  line.address = address;
  line.not_before = 0;
  line.failures = 0;
  enqueue(meter);
}

void Poller::on_left(MeterIndex meter) {
  Line& line = lines_[meter];
  line.address = fw::kNoAddress;
  line.held = line.public_lent = false;
  if (line.session != nullptr) line.session->end();
  give_up(meter, PollOutcome::lost);
}

void Poller::hold(MeterIndex meter, bool on) {
  Line& line = lines_[meter];
  line.held = on;
  if (on) return;
  if (line.session != nullptr && line.session->ready()) return line.session->next();
  if (line.queued) pump();
}

void Poller::lend_public_client(MeterIndex meter, bool lent) {
  Line& line = lines_[meter];
  line.public_lent = lent;
  if (!lent && line.queued) pump();
}

bool Poller::uses_public_client(MeterIndex meter) const {
  const Association* session = lines_[meter].session;
  return session != nullptr && session->public_client();
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/reports/surveyor.hpp"

#include <algorithm>

#include "dcu/app/meters/profiles.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;

// A meter that does not answer in this time stands in the report with its failure.
constexpr std::int64_t kPatienceS = 600;

// The lines of a report, whatever they are of.
template <typename Call>
void with_lines(p32::ReportBody& body, Call&& call) {
  std::visit(
      [&](auto& report) {
        if constexpr (requires { report.meters; }) call(report.meters);
        if constexpr (requires { report.targets; }) call(report.targets);
      },
      body);
}

template <typename Line>
void append_line(p32::ReportBody& body, Line line) {
  with_lines(body, [&](auto& lines) {
    if constexpr (requires { lines.push_back(line); }) lines.push_back(std::move(line));
  });
}

}  // namespace

struct Surveyor::Survey {
  p32::Selection selection;
  std::uint64_t owner = 0;
  std::size_t meters_per_part = 0;
  std::size_t open = 0;  // meters still to come
  Part part;
  std::function<void(Part)> deliver;
};

void Surveyor::survey(const p32::Selection& selection, std::uint64_t owner,
                      const std::set<std::string>& skip, std::size_t meters_per_part,
                      std::function<void(Part)> part) {
  const auto survey = std::make_shared<Survey>();
  survey->selection = selection;
  survey->owner = owner;
  survey->meters_per_part = std::max<std::size_t>(1, meters_per_part);
  survey->part.body = p32::body_of(selection.report);
  survey->deliver = std::move(part);
  std::vector<std::string> serials = selection.meters;
  if (serials.empty()) {
    for (const MeterIndex meter : meters_of(core_.store, {})) {
      serials.push_back(core_.store.meters()[meter].given.serial);
    }
  }
  std::erase_if(serials, [&](const std::string& serial) { return skip.contains(serial); });
  survey->open = serials.size() + 1;
  const p32::Failure unknown{p32::ErrorCategory::communication, p32::error_code::kUnknownMeter};
  for (const std::string& serial : serials) {
    const MeterIndex meter = core_.store.meter_of(serial);
    if (meter != kNoMeter) {
      (this->*source_of(selection.report).ask)(survey, meter);
      continue;
    }
    with_lines(survey->part.body, [&](auto& lines) {
      auto& line = lines.emplace_back();
      line.id = serial;
      line.failure = unknown;
    });
    done(survey, serial);
  }
  done(survey, "");
}

void Surveyor::done(const SurveyPtr& survey, const std::string& serial) {
  --survey->open;
  if (!serial.empty()) survey->part.meters.push_back(serial);
  const bool last = survey->open == 0;
  if (!last && survey->part.meters.size() < survey->meters_per_part) return;
  Part part = std::exchange(survey->part, {});
  survey->part.body = p32::body_of(survey->selection.report);
  part.last = last;
  survey->deliver(std::move(part));
}

void Surveyor::start(const SurveyPtr& survey, JobPtr job,
                     std::function<void(std::optional<p32::Failure>)> done) {
  job->owner = survey->owner;
  job->patient = false;
  job->until = core_.in_s(kPatienceS);
  job->on_finished = [done = std::move(done)](Job& finished, PollOutcome outcome) {
    done(failure_of(finished, outcome));
  };
  poller_.add(std::move(job));
}

// One line of the report: `make` gives the job that brings it, `fill` takes what the job brought.
template <typename Line, typename Make, typename Fill>
void Surveyor::ask_line(const SurveyPtr& survey, MeterIndex meter, Make&& make, Fill fill) {
  const auto line = std::make_shared<Line>();
  line->id = core_.store.meters()[meter].given.serial;
  const auto priority = static_cast<std::uint8_t>(survey->selection.priority);
  start(survey, make(line, priority),
        [this, survey, line, fill](std::optional<p32::Failure> failure) {
          fill(*line);
          line->failure = failure;
          append_line(survey->part.body, *line);
          done(survey, line->id);
        });
}

void Surveyor::ask_identity(const SurveyPtr& survey, MeterIndex meter) {
  ask_line<p32::InventoryMeter>(survey, meter, [&](const auto&, std::uint8_t priority) {
    return reader_.identity_job(meter, priority);
  });
}

void Surveyor::ask_instantaneous(const SurveyPtr& survey, MeterIndex meter) {
  ask_line<p32::InstantaneousMeter>(survey, meter, [&](const auto& line, std::uint8_t priority) {
    return reader_.instantaneous_job(meter, priority, line);
  });
}

void Surveyor::ask_relay(const SurveyPtr& survey, MeterIndex meter) {
  ask_line<p32::RelayMeter>(survey, meter, [&](const auto& line, std::uint8_t priority) {
    return reader_.relay_job(meter, priority, line);
  });
}

void Surveyor::ask_firmware(const SurveyPtr& survey, MeterIndex meter) {
  ask_line<p32::FirmwareTarget>(survey, meter, [&](const auto& line, std::uint8_t priority) {
    return reader_.firmware_job(meter, priority, line);
  });
}

void Surveyor::ask_clock(const SurveyPtr& survey, MeterIndex meter) {
  const auto offset = std::make_shared<std::optional<std::int32_t>>();
  const auto make = [&](const auto&, std::uint8_t priority) {
    return collector_.clock_job(meter, priority, {p32::ClockSyncMode::check, 0, 0}, offset);
  };
  ask_line<p32::ClockMeter>(survey, meter, make, [this, offset](p32::ClockMeter& line) {
    line.offset_ms = offset->value_or(0);
    if (*offset) line.read_at = p32::utc_ms_of_ns(core_.now());
  });
}

std::shared_ptr<Collector::Range> Surveyor::range_of(const Survey& survey) const {
  const auto range = std::make_shared<Collector::Range>();
  const p32::Selection& selection = survey.selection;
  range->from_s = selection.from ? *selection.from / 1000 : core_.now_s() - kDayS;
  range->to_s = selection.until ? *selection.until / 1000 : core_.now_s();
  return range;
}

void Surveyor::ask_rows(const SurveyPtr& survey, MeterIndex meter) {
  const Profile profile = profile_of(survey->selection.report);
  const auto range = range_of(*survey);
  const auto make = [&](const auto&, std::uint8_t priority) {
    return collector_.range_job(meter, profile, priority, range);
  };
  ask_line<p32::ProfileMeter>(survey, meter, make, [=, this](p32::ProfileMeter& line) {
    Chunk chunk;
    chunk.from_s = range->from_s;
    chunk.to_s = std::max(range->from_s, range->to_s);
    const std::uint32_t period_s = core_.store.meters()[meter].capture_period_s;
    chunk.period_s = profile == Profile::load ? period_s : 0;
    chunk.rows = std::move(range->rows);
    line = Reporter::profile_meter(line.id, chunk);
  });
}

void Surveyor::ask_events(const SurveyPtr& survey, MeterIndex meter) {
  const auto line = std::make_shared<p32::EventMeter>();
  line->id = core_.store.meters()[meter].given.serial;
  const auto has = [&](const ProfileFacts& facts) {
    return facts.report == survey->selection.report;
  };
  const auto left =
      std::make_shared<std::ptrdiff_t>(std::count_if(kProfileFacts, std::end(kProfileFacts), has));
  const auto priority = static_cast<std::uint8_t>(survey->selection.priority);
  for (const ProfileFacts& facts : kProfileFacts) {
    if (!has(facts)) continue;
    const Profile profile = facts.profile;
    const auto range = range_of(*survey);
    start(survey, collector_.range_job(meter, profile, priority, range),
          [this, survey, line, left, range, profile](std::optional<p32::Failure> failure) {
            for (const Row& row : range->rows) {
              if (!selects(survey->selection, row)) continue;
              line->events.push_back(Reporter::event_of(row, profile));
            }
            if (failure) line->failure = failure;
            if (--*left > 0) return;
            append_line(survey->part.body, *line);
            done(survey, line->id);
          });
  }
}

}  // namespace dcu::app

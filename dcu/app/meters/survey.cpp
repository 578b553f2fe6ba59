// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Requests that are answered by the meters themselves.
#include <algorithm>

#include "dcu/app/head_end/reporter.hpp"
#include "dcu/app/meters/meter_reader.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ReportKind;

constexpr std::int64_t kDefaultBackS = 86'400;
// A meter that does not answer in this time stands in the report with its failure.
constexpr std::int64_t kPatienceS = 600;

Profile profile_of(ReportKind kind) {
  return kind == ReportKind::load_profile    ? Profile::load
         : kind == ReportKind::daily_closing ? Profile::daily
                                             : Profile::monthly;
}

p32::ReportBody empty_body(ReportKind kind) {
  switch (kind) {
    case ReportKind::load_profile:
    case ReportKind::daily_closing:
    case ReportKind::monthly_closing: {
      p32::ProfileReport report;
      report.profile = kind;
      return report;
    }
    case ReportKind::instantaneous:
      return p32::InstantaneousReport{};
    case ReportKind::relay_status:
      return p32::RelayStatusReport{};
    case ReportKind::firmware_status:
      return p32::FirmwareStatusReport{};
    case ReportKind::inventory:
      return p32::InventoryReport{};
    case ReportKind::meter_events:
      return p32::MeterEventsReport{};
    case ReportKind::alarms:
    case ReportKind::concentrator_parameters:
    case ReportKind::concentrator_events:
    case ReportKind::statistics:
      break;  // no meter is asked for these
  }
  PROTOCOL_ASSERT(false);
  return {};
}

template <typename Line>
void append_line(p32::ReportBody& body, Line line) {
  std::visit(
      [&](auto& report) {
        if constexpr (requires { report.meters.push_back(line); }) {
          report.meters.push_back(std::move(line));
        } else if constexpr (requires { report.targets.push_back(line); }) {
          report.targets.push_back(std::move(line));
        }
      },
      body);
}

}  // namespace

struct MeterReader::Survey {
  p32::Selection selection;
  std::uint64_t owner = 0;
  std::size_t meters_per_part = 0;
  std::size_t open = 0;  // meters still to come
  Part part;
  std::function<void(Part)> deliver;
};

void MeterReader::survey(const p32::Selection& selection, std::uint64_t owner,
                         const std::set<std::string>& skip, std::size_t meters_per_part,
                         std::function<void(Part)> part) {
  const auto survey = std::make_shared<Survey>();
  survey->selection = selection;
  survey->owner = owner;
  survey->meters_per_part = std::max<std::size_t>(1, meters_per_part);
  survey->part.body = empty_body(selection.report);
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
      ask(survey, meter);
      continue;
    }
    std::visit(
        [&](auto& report) {
          if constexpr (requires { report.meters.emplace_back().failure; }) {
            auto& line = report.meters.emplace_back();
            line.id = serial;
            line.failure = unknown;
          } else if constexpr (requires { report.targets.emplace_back(); }) {
            auto& line = report.targets.emplace_back();
            line.id = serial;
            line.failure = unknown;
          }
        },
        survey->part.body);
    done(survey, serial);
  }
  done(survey, "");
}

void MeterReader::done(const SurveyPtr& survey, const std::string& serial) {
  --survey->open;
  if (!serial.empty()) survey->part.meters.push_back(serial);
  const bool last = survey->open == 0;
  if (!last && survey->part.meters.size() < survey->meters_per_part) return;
  Part part = std::exchange(survey->part, {});
  survey->part.body = empty_body(survey->selection.report);
  part.last = last;
  survey->deliver(std::move(part));
}

void MeterReader::start(const SurveyPtr& survey, JobPtr job,
                        std::function<void(std::optional<p32::Failure>)> done) {
  job->owner = survey->owner;
  job->patient = false;
  job->until = core_.in_s(kPatienceS);
  job->on_finished = [done = std::move(done)](Job& finished, PollOutcome outcome) {
    done(failure_of(finished, outcome));
  };
  poller_.add(std::move(job));
}

template <typename Line, typename Make>
void MeterReader::ask_line(const SurveyPtr& survey, MeterIndex meter, Make&& make) {
  const auto line = std::make_shared<Line>();
  line->id = core_.store.meters()[meter].given.serial;
  start(survey, make(line), [this, survey, line](std::optional<p32::Failure> failure) {
    line->failure = failure;
    append_line(survey->part.body, *line);
    done(survey, line->id);
  });
}

void MeterReader::ask(const SurveyPtr& survey, MeterIndex meter) {
  const auto priority = static_cast<std::uint8_t>(survey->selection.priority);
  switch (survey->selection.report) {
    case ReportKind::load_profile:
    case ReportKind::daily_closing:
    case ReportKind::monthly_closing:
      return ask_rows(survey, meter);
    case ReportKind::meter_events:
      return ask_events(survey, meter);
    case ReportKind::instantaneous:
      return ask_line<p32::InstantaneousMeter>(survey, meter, [&](const auto& line) {
        return instantaneous_job(meter, priority, line);
      });
    case ReportKind::relay_status:
      return ask_line<p32::RelayMeter>(
          survey, meter, [&](const auto& line) { return relay_job(meter, priority, line); });
    case ReportKind::firmware_status:
      return ask_line<p32::FirmwareTarget>(
          survey, meter, [&](const auto& line) { return firmware_job(meter, priority, line); });
    case ReportKind::alarms:
    case ReportKind::concentrator_parameters:
    case ReportKind::concentrator_events:
    case ReportKind::statistics:
      PROTOCOL_ASSERT(false);
      return;
    case ReportKind::inventory:
      return ask_line<p32::InventoryMeter>(survey, meter, [&](const auto& line) {
        *line = {};
        line->id = core_.store.meters()[meter].given.serial;
        return identity_job(meter, priority);
      });
  }
}

void MeterReader::ask_rows(const SurveyPtr& survey, MeterIndex meter) {
  const p32::Selection& selection = survey->selection;
  const Profile profile = profile_of(selection.report);
  const auto range = std::make_shared<Collector::Range>();
  range->from_s = selection.from ? *selection.from / 1000 : core_.now_s() - kDefaultBackS;
  range->to_s = selection.until ? *selection.until / 1000 : core_.now_s();
  const auto priority = static_cast<std::uint8_t>(selection.priority);
  const std::string serial = core_.store.meters()[meter].given.serial;
  start(survey, collector_.range_job(meter, profile, priority, range),
        [this, survey, range, serial, meter, profile](std::optional<p32::Failure> failure) {
          Chunk chunk;
          chunk.from_s = range->from_s;
          chunk.to_s = std::max(range->from_s, range->to_s);
          const std::uint32_t period_s = core_.store.meters()[meter].capture_period_s;
          chunk.period_s = profile == Profile::load ? period_s : 0;
          chunk.rows = std::move(range->rows);
          p32::ProfileMeter line = Reporter::profile_meter(serial, chunk);
          line.failure = failure;
          append_line(survey->part.body, std::move(line));
          done(survey, serial);
        });
}

void MeterReader::ask_events(const SurveyPtr& survey, MeterIndex meter) {
  const p32::Selection selection = survey->selection;
  const auto line = std::make_shared<p32::EventMeter>();
  line->id = core_.store.meters()[meter].given.serial;
  const auto left = std::make_shared<int>(2);
  for (const Profile profile : {Profile::standard_events, Profile::relay_events}) {
    const auto range = std::make_shared<Collector::Range>();
    range->from_s = selection.from ? *selection.from / 1000 : core_.now_s() - kDefaultBackS;
    range->to_s = selection.until ? *selection.until / 1000 : core_.now_s();
    const auto priority = static_cast<std::uint8_t>(selection.priority);
    start(survey, collector_.range_job(meter, profile, priority, range),
          [this, survey, line, left, range, profile](std::optional<p32::Failure> failure) {
            const auto& codes = survey->selection.codes;
            for (const Row& row : range->rows) {
              const bool coded =
                  codes.empty() || std::find(codes.begin(), codes.end(), row.status) != codes.end();
              if (coded) line->events.push_back(Reporter::event_of(row, profile));
            }
            if (failure) line->failure = failure;
            if (--*left > 0) return;
            append_line(survey->part.body, *line);
            done(survey, line->id);
          });
  }
}

}  // namespace dcu::app

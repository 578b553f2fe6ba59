// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Answers from what the concentrator has stored.
#include <algorithm>

#include "dcu/app/head_end/reporter.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ReportKind;

constexpr p32::Failure kNotStored{p32::ErrorCategory::data, p32::error_code::kNotThere};
constexpr p32::Failure kUnknown{p32::ErrorCategory::communication, p32::error_code::kUnknownMeter};

bool in_range(std::int64_t utc_s, const p32::Selection& selection) {
  const std::int64_t ms = utc_s * 1000;
  return (!selection.from || ms >= *selection.from) && (!selection.until || ms <= *selection.until);
}

// Serials as selected, all of them when none is named.
std::vector<std::string> serials_of(const Store& store, const p32::Selection& selection) {
  if (!selection.meters.empty()) return selection.meters;
  std::vector<std::string> serials;
  for (const MeterIndex meter : meters_of(store, {})) {
    serials.push_back(store.meters()[meter].given.serial);
  }
  return serials;
}

template <typename Line, typename Fill>
std::vector<Line> lines_of(const Store& store, const p32::Selection& selection, Fill&& fill) {
  std::vector<Line> lines;
  for (const std::string& serial : serials_of(store, selection)) {
    Line line;
    line.id = serial;
    const MeterIndex meter = store.meter_of(serial);
    if (meter == kNoMeter) {
      line.failure = kUnknown;
    } else {
      fill(meter, line);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

p32::ReportBody Reporter::cached_rows(const p32::Selection& selection) {
  const Profile profile = selection.report == ReportKind::load_profile    ? Profile::load
                          : selection.report == ReportKind::daily_closing ? Profile::daily
                                                                          : Profile::monthly;
  p32::ProfileReport report;
  report.profile = selection.report;
  const Store& store = core_.store;
  report.meters = lines_of<p32::ProfileMeter>(store, selection, [&](MeterIndex meter, auto& line) {
    const ProfileCursor& cursor = store.meters()[meter].profiles[static_cast<std::size_t>(profile)];
    for (std::uint32_t number = cursor.oldest; number < cursor.next; ++number) {
      const auto chunk = store.chunk(meter, profile, number);
      if (!chunk) continue;
      line.period_s = chunk->period_s;
      for (const p32::ProfileRow& row : profile_meter(line.id, *chunk).rows) {
        if (in_range(row.at.utc_s, selection)) line.rows.push_back(row);
      }
    }
    if (line.rows.empty()) line.failure = kNotStored;
  });
  return report;
}

p32::ReportBody Reporter::cached_events(const p32::Selection& selection) {
  p32::MeterEventsReport report;
  report.alarms = selection.report == ReportKind::alarms;
  const Store& store = core_.store;
  const auto& codes = selection.codes;
  const auto take = [&](MeterIndex meter, Profile profile, p32::EventMeter& line) {
    const ProfileCursor& cursor = store.meters()[meter].profiles[static_cast<std::size_t>(profile)];
    for (std::uint32_t number = cursor.oldest; number < cursor.next; ++number) {
      const auto chunk = store.chunk(meter, profile, number);
      if (!chunk) continue;
      for (const Row& row : chunk->rows) {
        const bool coded =
            codes.empty() || std::find(codes.begin(), codes.end(), row.status) != codes.end();
        if (!coded || !in_range(row.at.utc_s, selection)) continue;
        line.events.push_back(event_of(row, profile));
        if (report.alarms) line.events.back().received = chunk->read_s * 1000;
      }
    }
  };
  report.meters = lines_of<p32::EventMeter>(store, selection, [&](MeterIndex meter, auto& line) {
    if (report.alarms) return take(meter, Profile::alarms, line);
    take(meter, Profile::standard_events, line);
    take(meter, Profile::relay_events, line);
  });
  return report;
}

p32::ReportBody Reporter::cached(const p32::Selection& selection) {
  const Store& store = core_.store;
  const std::vector<MeterIndex> meters = meters_of(store, selection.meters);
  switch (selection.report) {
    case ReportKind::inventory: {
      p32::InventoryReport report = nodes_.inventory(meters, selection.meters.empty());
      for (const std::string& serial : selection.meters) {
        if (store.meter_of(serial) != kNoMeter) continue;
        p32::InventoryMeter line;
        line.id = serial;
        line.failure = kUnknown;
        line.eui48 = "000000000000";
        report.meters.push_back(std::move(line));
      }
      return report;
    }
    case ReportKind::load_profile:
    case ReportKind::daily_closing:
    case ReportKind::monthly_closing:
      return cached_rows(selection);
    case ReportKind::meter_events:
    case ReportKind::alarms:
      return cached_events(selection);
    case ReportKind::concentrator_parameters:
      return parameters();
    case ReportKind::concentrator_events: {
      p32::ConcentratorEventsReport report;
      for (auto& event : core_.store.events(0)) {
        if (in_range(event.at / 1000, selection)) report.events.push_back(std::move(event));
      }
      return report;
    }
    case ReportKind::statistics:
      return nodes_.statistics(meters, false);
    // Not kept: true only at the moment at which it is read.
    case ReportKind::instantaneous: {
      p32::InstantaneousReport report;
      report.meters = lines_of<p32::InstantaneousMeter>(
          store, selection, [](MeterIndex, auto& line) { line.failure = kNotStored; });
      return report;
    }
    case ReportKind::relay_status: {
      p32::RelayStatusReport report;
      report.meters = lines_of<p32::RelayMeter>(
          store, selection, [](MeterIndex, auto& line) { line.failure = kNotStored; });
      return report;
    }
    case ReportKind::firmware_status: {
      p32::FirmwareStatusReport report;
      report.targets =
          lines_of<p32::FirmwareTarget>(store, selection, [&](MeterIndex meter, auto& line) {
            line.active = store.meters()[meter].firmware;
            if (line.active.empty()) line.failure = kNotStored;
          });
      return report;
    }
  }
  return p32::ConcentratorEventsReport{};
}

}  // namespace dcu::app

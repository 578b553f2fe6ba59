// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Answers from what the concentrator has stored.
#include <algorithm>

#include "dcu/app/meters/profiles.hpp"
#include "dcu/app/reports/reporter.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;

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

p32::ReportBody Reporter::rows(const p32::Selection& selection) {
  const Profile profile = profile_of(selection.report);
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

p32::ReportBody Reporter::meter_events(const p32::Selection& selection) {
  p32::MeterEventsReport report;
  report.take_kind(selection.report);
  const Store& store = core_.store;
  const auto take = [&](MeterIndex meter, Profile profile, p32::EventMeter& line) {
    const ProfileCursor& cursor = store.meters()[meter].profiles[static_cast<std::size_t>(profile)];
    for (std::uint32_t number = cursor.oldest; number < cursor.next; ++number) {
      const auto chunk = store.chunk(meter, profile, number);
      if (!chunk) continue;
      for (const Row& row : chunk->rows) {
        if (!selects(selection, row) || !in_range(row.at.utc_s, selection)) continue;
        line.events.push_back(event_of(row, profile));
        if (report.alarms) line.events.back().received = chunk->read_s * 1000;
      }
    }
  };
  report.meters = lines_of<p32::EventMeter>(store, selection, [&](MeterIndex meter, auto& line) {
    for (const ProfileFacts& facts : kProfileFacts) {
      if (facts.report == selection.report) take(meter, facts.profile, line);
    }
  });
  return report;
}

p32::ReportBody Reporter::inventory(const p32::Selection& selection) {
  const Store& store = core_.store;
  p32::InventoryReport report =
      nodes_.inventory(meters_of(store, selection.meters), selection.meters.empty());
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

p32::ReportBody Reporter::own_parameters(const p32::Selection&) { return parameters(); }

p32::ReportBody Reporter::own_events(const p32::Selection& selection) {
  p32::ConcentratorEventsReport report;
  for (auto& event : core_.store.events().events(0)) {
    if (in_range(event.at / 1000, selection)) report.events.push_back(std::move(event));
  }
  return report;
}

p32::ReportBody Reporter::statistics(const p32::Selection& selection) {
  return nodes_.statistics(meters_of(core_.store, selection.meters), false);
}

p32::ReportBody Reporter::nothing_stored(const p32::Selection& selection) {
  p32::ReportBody body = p32::body_of(selection.report);
  std::visit(
      [&](auto& report) {
        if constexpr (requires { report.meters.front().failure; }) {
          using Line = std::remove_cvref_t<decltype(report.meters.front())>;
          report.meters = lines_of<Line>(core_.store, selection,
                                         [](MeterIndex, auto& line) { line.failure = kNotStored; });
        }
      },
      body);
  return body;
}

p32::ReportBody Reporter::firmware(const p32::Selection& selection) {
  p32::FirmwareStatusReport report;
  report.targets =
      lines_of<p32::FirmwareTarget>(core_.store, selection, [&](MeterIndex meter, auto& line) {
        const p32::FirmwareTarget* const transfer = transfer_of ? transfer_of(line.id) : nullptr;
        if (transfer != nullptr) line = *transfer;
        line.active = core_.store.meters()[meter].firmware;
        if (line.active.empty()) line.failure = kNotStored;
      });
  return report;
}

}  // namespace dcu::app

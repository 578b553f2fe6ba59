// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/reports/reporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dcu/app/meters/profiles.hpp"
#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"
#include "protocol/hosted/p32/text.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ReportKind;

constexpr std::size_t kRowsPerReport = 20'000;
constexpr std::int64_t kAlarmHoldS = 2;
constexpr std::int64_t kStrangersEveryS = 60;
constexpr std::uint32_t kReportedEvents = 1;  // name of a stored value

std::size_t rows_in(const p32::ReportBody& body) {
  std::size_t rows = 0;
  if (const auto* profile = std::get_if<p32::ProfileReport>(&body)) {
    for (const auto& meter : profile->meters) rows += meter.rows.size();
  } else if (const auto* events = std::get_if<p32::MeterEventsReport>(&body)) {
    for (const auto& meter : events->meters) rows += meter.events.size();
  }
  return rows;
}

std::size_t meters_in(const p32::ReportBody& body) {
  if (const auto* profile = std::get_if<p32::ProfileReport>(&body)) return profile->meters.size();
  return std::get<p32::MeterEventsReport>(body).meters.size();
}

}  // namespace

std::vector<MeterIndex> meters_of(const Store& store, const std::vector<std::string>& serials) {
  std::vector<MeterIndex> meters;
  if (serials.empty()) {
    for (MeterIndex meter = 0; meter < store.meters().size(); ++meter) {
      if (!store.meters()[meter].removed) meters.push_back(meter);
    }
    return meters;
  }
  for (const std::string& serial : serials) {
    const MeterIndex meter = store.meter_of(serial);
    if (meter != kNoMeter) meters.push_back(meter);
  }
  return meters;
}

bool selects(const p32::Selection& selection, const Row& event) {
  const auto& codes = selection.codes;
  return codes.empty() || std::find(codes.begin(), codes.end(), event.status) != codes.end();
}

void Reporter::start() {
  started_ = core_.now();
  for (MeterIndex meter = 0; meter < core_.store.meters().size(); ++meter) {
    for (std::size_t p = 0; p < kProfiles; ++p) {
      const ProfileCursor& cursor = core_.store.meters()[meter].profiles[p];
      if (cursor.reported < cursor.next) rows_ready(meter, static_cast<Profile>(p));
    }
  }
}

void Reporter::rows_ready(MeterIndex, Profile profile) {
  const ReportKind kind = facts_of(profile).report;
  bool& armed = armed_[static_cast<std::size_t>(kind)];
  if (armed) return;
  armed = true;
  const bool alarm = kind == ReportKind::alarms;
  const std::int64_t hold_s = alarm ? kAlarmHoldS : core_.store.parameters().report_hold_s;
  core_.agenda.at(core_.in_s(hold_s), [this, kind] { flush(kind); });
}

// A task may say that its rows are only stored.
bool Reporter::wanted(ReportKind kind) const {
  for (const ProfileFacts& facts : kProfileFacts) {
    if (facts.report != kind || !facts.task) continue;
    for (const Task& task : core_.store.tasks()) {
      if (task.kind == *facts.task && task.enabled) return task.send;
    }
  }
  return true;
}

void Reporter::flush(ReportKind kind) {
  armed_[static_cast<std::size_t>(kind)] = false;
  if (!core_.store.commit()) return;  // rows are read back from what is durable
  const bool send = wanted(kind);
  const std::size_t most = std::max<std::size_t>(1, core_.store.parameters().meters_per_report);
  p32::ReportBody body = p32::body_of(kind);
  const auto hand_over = [&] {
    if (meters_in(body) == 0) return;
    const bool event = kind == ReportKind::alarms;
    if (send) add(std::move(body), event ? p32::Cause::event : p32::Cause::schedule);
    body = p32::body_of(kind);
  };
  for (MeterIndex meter = 0; meter < core_.store.meters().size(); ++meter) {
    for (const ProfileFacts& facts : kProfileFacts) {
      if (facts.report == kind) append(meter, facts.profile, body);
    }
    if (meters_in(body) >= most || rows_in(body) >= kRowsPerReport) hand_over();
  }
  hand_over();
}

p32::ProfileMeter Reporter::profile_meter(const std::string& serial, const Chunk& chunk) {
  p32::ProfileMeter line;
  line.id = serial;
  line.from = chunk.from_s * 1000;
  line.to = chunk.to_s * 1000;
  line.period_s = chunk.period_s;
  line.rows.reserve(chunk.rows.size());
  for (const Row& row : chunk.rows) {
    line.rows.push_back({row.at, row.status, row.values, row.capture_counter});
  }
  return line;
}

p32::MeterEvent Reporter::event_of(const Row& row, Profile profile) {
  p32::MeterEvent event;
  const auto group =
      profile == Profile::alarms ? row.values[kAlarmGroup] : facts_of(profile).name.octets[4];
  event.log = static_cast<p32::EventLog>(group);
  event.at = row.at;
  event.capture_counter = row.capture_counter;
  event.code = row.status;
  if (profile == Profile::quality_events) {
    event.magnitude_dv = static_cast<std::uint32_t>(row.values[kMagnitude]);
    event.duration_ms = static_cast<std::uint32_t>(row.values[kDuration]);
  }
  return event;
}

// What is in no report yet goes into this one; both become durable together.
void Reporter::append(MeterIndex meter, Profile profile, p32::ReportBody& body) {
  MeterEntry& entry = core_.store.meters()[meter];
  ProfileCursor& cursor = entry.profiles[static_cast<std::size_t>(profile)];
  if (cursor.reported == cursor.next) return;
  const std::string& serial = entry.given.serial;
  for (; cursor.reported < cursor.next; ++cursor.reported) {
    const auto chunk = core_.store.chunk(meter, profile, cursor.reported);
    if (!chunk) continue;
    if (auto* rows = std::get_if<p32::ProfileReport>(&body)) {
      p32::ProfileMeter line = profile_meter(serial, *chunk);
      const bool joins = !rows->meters.empty() && rows->meters.back().id == serial;
      if (!joins) {
        rows->meters.push_back(std::move(line));
        continue;
      }
      p32::ProfileMeter& before = rows->meters.back();
      before.from = std::min(before.from, line.from);
      before.to = std::max(before.to, line.to);
      before.period_s = line.period_s;
      before.rows.insert(before.rows.end(), line.rows.begin(), line.rows.end());
      continue;
    }
    auto& events = std::get<p32::MeterEventsReport>(body);
    if (events.meters.empty() || events.meters.back().id != serial) {
      events.meters.push_back({serial, std::nullopt, {}});
    }
    for (const Row& row : chunk->rows) {
      p32::MeterEvent event = event_of(row, profile);
      if (profile == Profile::alarms) event.received = chunk->read_s * 1000;
      events.meters.back().events.push_back(event);
    }
  }
  core_.store.save_state(meter);
}

p32::Envelope Reporter::envelope(const std::string& re) {
  const Commission& config = core_.store.config();
  const std::uint64_t seq = core_.store.mailbox().next_seq();
  return {fmt::format("{}-{}", config.id, seq), config.id, config.head_end_id, seq,
          p32::utc_ms_of_ns(core_.now()),       re};
}

std::uint64_t Reporter::add(p32::Report report, const std::string& re) {
  const ReportKind kind = report.kind();
  const p32::Message message{envelope(re), std::move(report)};
  const std::uint64_t seq = message.envelope.seq;
  core_.store.mailbox().add_report(seq, {core_.now(), kind, p32::gzip(p32::encode(message))});
  ++core_.counters.reports;
  return seq;
}

p32::ConcentratorParametersReport Reporter::parameters() const {
  const Commission& config = core_.store.config();
  const Parameters& p = config.parameters;
  p32::ConcentratorParametersReport report;
  report.identity = {config.id,
                     "amitwin",
                     "AMTDC",
                     kSoftware,
                     {},
                     config.uplink,
                     p32::utc_ms_of_ns(started_),
                     core_.store.restarts()};
  p32::put_hex(config.eui48, report.identity.base_eui48);
  p32::ConcentratorParameters& out = report.parameters;
  each_ordered(out, p, [](auto& reported, const auto& own) { reported = own; });
  if (p.head_end_host.empty()) out.head_end_host.reset();
  if (p.ntp_host.empty()) out.ntp_host.reset();
  out.tasks = core_.store.tasks();
  return report;
}

void Reporter::report_events() {
  const std::int64_t from = core_.store.value(kReportedEvents, 1);
  p32::ConcentratorEventsReport events;
  events.events = core_.store.events().events(static_cast<std::uint64_t>(from));
  if (events.events.empty()) return;
  core_.store.set_value(kReportedEvents,
                        static_cast<std::int64_t>(events.events.back().number + 1));
  add(std::move(events));
}

void Reporter::report_strangers() {
  if (strangers_told_) return;
  strangers_told_ = true;
  core_.agenda.at(core_.in_s(kStrangersEveryS), [this] {
    strangers_told_ = false;
    add(nodes_.inventory({}, true), p32::Cause::event);
  });
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/head_end/reporter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/gzip.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ReportKind;

constexpr std::size_t kRowsPerReport = 20'000;
constexpr std::int64_t kAlarmHoldS = 2;
constexpr std::uint32_t kReportedEvents = 1;  // name of a stored value

// Event logs of a meter share a report.
Profile group_of(Profile profile) {
  return profile == Profile::relay_events ? Profile::standard_events : profile;
}

ReportKind kind_of(Profile profile) {
  switch (profile) {
    case Profile::load:
      return ReportKind::load_profile;
    case Profile::daily:
      return ReportKind::daily_closing;
    case Profile::monthly:
      return ReportKind::monthly_closing;
    case Profile::alarms:
      return ReportKind::alarms;
    default:
      return ReportKind::meter_events;
  }
}

p32::TaskKind task_of(Profile profile) {
  switch (profile) {
    case Profile::load:
      return p32::TaskKind::load_profile;
    case Profile::daily:
      return p32::TaskKind::daily_closing;
    case Profile::monthly:
      return p32::TaskKind::monthly_closing;
    default:
      return p32::TaskKind::meter_events;
  }
}

// Relay events of the meter's journal (IDIS package 2).
bool is_relay_code(std::uint8_t code) { return code >= 59 && code <= 68; }

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
  const Profile group = group_of(profile);
  bool& armed = armed_[static_cast<std::size_t>(group)];
  if (armed) return;
  armed = true;
  const bool alarm = group == Profile::alarms;
  const std::int64_t hold_s = alarm ? kAlarmHoldS : core_.store.parameters().report_hold_s;
  core_.agenda.at(core_.in_s(hold_s), [this, group] { flush(group); });
}

// A task may say that its rows are only stored.
bool Reporter::wanted(Profile profile) const {
  if (profile == Profile::alarms) return true;
  const p32::TaskKind kind = task_of(profile);
  for (const Task& task : core_.store.tasks()) {
    if (task.kind == kind && task.enabled) return task.send;
  }
  return true;
}

p32::ReportBody Reporter::empty_body(Profile profile) const {
  if (is_event_log(profile)) {
    p32::MeterEventsReport events;
    events.alarms = profile == Profile::alarms;
    return events;
  }
  p32::ProfileReport rows;
  rows.profile = kind_of(profile);
  return rows;
}

void Reporter::flush(Profile group) {
  armed_[static_cast<std::size_t>(group)] = false;
  if (!core_.store.commit()) return;  // rows are read back from what is durable
  const bool send = wanted(group);
  const std::size_t most = std::max<std::size_t>(1, core_.store.parameters().meters_per_report);
  p32::ReportBody body = empty_body(group);
  const auto hand_over = [&] {
    if (meters_in(body) == 0) return;
    p32::Report report;
    report.cause = group == Profile::alarms ? p32::Cause::event : p32::Cause::schedule;
    report.body = std::move(body);
    if (send) add(std::move(report));
    body = empty_body(group);
  };
  for (MeterIndex meter = 0; meter < core_.store.meters().size(); ++meter) {
    append(meter, group, body);
    if (group == Profile::standard_events) append(meter, Profile::relay_events, body);
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
    p32::ProfileRow out;
    out.at = row.at;
    out.status = row.status;
    out.values = row.values;
    line.rows.push_back(out);
  }
  return line;
}

p32::MeterEvent Reporter::event_of(const Row& row, Profile profile) {
  p32::MeterEvent event;
  const bool relay =
      profile == Profile::relay_events || (profile == Profile::alarms && is_relay_code(row.status));
  event.log = relay ? p32::EventLog::relay : p32::EventLog::standard;
  event.at = row.at;
  event.code = row.status;
  return event;
}

// What is in no report yet goes into this one; both become durable together.
bool Reporter::append(MeterIndex meter, Profile profile, p32::ReportBody& body) {
  MeterEntry& entry = core_.store.meters()[meter];
  ProfileCursor& cursor = entry.profiles[static_cast<std::size_t>(profile)];
  if (cursor.reported == cursor.next) return false;
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
  return true;
}

p32::Envelope Reporter::envelope(const std::string& re) {
  p32::Envelope envelope;
  envelope.seq = core_.store.next_seq();
  envelope.from = core_.store.config().id;
  envelope.id = fmt::format("{}-{}", envelope.from, envelope.seq);
  envelope.to = core_.store.config().head_end_id;
  envelope.at = p32::utc_ms_of_ns(core_.now());
  envelope.re = re;
  return envelope;
}

std::uint64_t Reporter::add(p32::Report report, const std::string& re) {
  p32::Message message;
  message.envelope = envelope(re);
  const ReportKind kind = report.kind();
  message.body = std::move(report);
  const std::uint64_t seq = message.envelope.seq;
  core_.store.add_report(seq, {core_.now(), kind, p32::gzip(p32::encode(message))});
  ++core_.counters.reports;
  return seq;
}

p32::ConcentratorParametersReport Reporter::parameters() const {
  const Commission& config = core_.store.config();
  const Parameters& p = config.parameters;
  p32::ConcentratorParametersReport report;
  report.identity.id = config.id;
  report.identity.maker = "amitwin";
  report.identity.model = "AMTDC";
  report.identity.firmware = kSoftware;
  for (const std::uint8_t octet : config.eui48) {
    report.identity.base_eui48 += fmt::format("{:02X}", octet);
  }
  report.identity.uplink = config.uplink;
  report.identity.started = p32::utc_ms_of_ns(started_);
  report.identity.restarts = core_.store.restarts();
  p32::ConcentratorParameters& out = report.parameters;
  out.poll_period_s = p.poll_period_s;
  if (!p.head_end_host.empty()) out.head_end_host = p.head_end_host;
  out.head_end_port = p.head_end_port;
  if (!p.ntp_host.empty()) out.ntp_host = p.ntp_host;
  out.clock_threshold_s = p.clock_threshold_s;
  out.clock_limit_s = p.clock_limit_s;
  out.sessions_max = p.sessions_max;
  out.meters_per_report = p.meters_per_report;
  out.retries = p.retries;
  out.retry_interval_s = p.retry_interval_s;
  out.meter_lost_after_s = p.meter_lost_after_s;
  out.order_age_max_s = p.order_age_max_s;
  out.firmware_timeout_s = p.firmware_timeout_s;
  out.tasks = core_.store.tasks();
  return report;
}

p32::ReportBody Reporter::events_since(std::uint64_t number) const {
  p32::ConcentratorEventsReport report;
  report.events = core_.store.events(number);
  return report;
}

void Reporter::report_events() {
  const std::int64_t from = core_.store.value(kReportedEvents, 1);
  p32::Report report;
  report.body = events_since(static_cast<std::uint64_t>(from));
  const auto& events = std::get<p32::ConcentratorEventsReport>(report.body).events;
  if (events.empty()) return;
  core_.store.set_value(kReportedEvents, static_cast<std::int64_t>(events.back().number + 1));
  add(std::move(report));
}

void Reporter::report_statistics(const std::vector<MeterIndex>& meters) {
  p32::Report report;
  report.body = nodes_.statistics(meters, true);
  add(std::move(report));
}

void Reporter::report_inventory(const std::vector<MeterIndex>& meters) {
  p32::Report report;
  report.body = nodes_.inventory(meters, true);
  add(std::move(report));
}

}  // namespace dcu::app

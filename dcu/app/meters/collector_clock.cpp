// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks of meters, and what meters tell by themselves.
#include "dcu/app/meters/collector.hpp"
#include "dcu/app/ports/event_code.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/dlms/server.hpp"
#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace dcu::app {
namespace {

namespace classes = protocol::cosem::classes;
using protocol::p32::ClockSyncMode;

constexpr std::int64_t kMaxShiftS = 900;                     // Blue Book 4.5.1
constexpr std::int64_t kFarthestS = INT64_C(8'000'000'000);  // past it nanoseconds overflow
constexpr std::int64_t kNsPerHundredth = kNsPerSecond / 100;

Octets time_value(UtcNs at) {
  std::array<std::uint8_t, protocol::cosem::kDateTimeValueOctets> octets{};
  protocol::Writer out(octets);
  protocol::cosem::DateTime time;
  time.utc_s = at / kNsPerSecond;
  time.hundredths = static_cast<std::uint8_t>(at % kNsPerSecond / kNsPerHundredth);
  protocol::cosem::put_date_time(time, out);
  return {octets.begin(), octets.end()};
}

}  // namespace

JobPtr Collector::clock_job(MeterIndex meter, std::uint8_t priority, const ClockPolicy& policy,
                            std::shared_ptr<std::optional<std::int32_t>> offset_ms) {
  JobPtr job = job_of("clockCheck", meter, priority);
  job->prepare = [](Job& planned) {
    planned.operations.push_back(get_of(classes::Clock::kId, kClock, classes::Clock::kTime));
  };
  job->on_answer = [this, policy, offset_ms](Job& asked, const Answer& answer) {
    if (!answer.ok()) return Job::Next::finished;
    if (asked.at > 0) return Job::Next::go_on;
    return on_clock(asked, policy, answer, *offset_ms);
  };
  return job;
}

Job::Next Collector::on_clock(Job& job, const ClockPolicy& policy, const Answer& answer,
                              std::optional<std::int32_t>& offset_ms) {
  protocol::axdr::Cursor in(answer.data);
  const auto time =
      protocol::profile_rows::meter_time(in.date_time(), core_.store.parameters().zone);
  const UtcNs way = (answer.received - answer.sent) / 2;
  const bool readable =
      in.at_end() && time.ok() && time->utc_s > -kFarthestS && time->utc_s < kFarthestS;
  if (!readable) {
    if (policy.mode == ClockSyncMode::check) return Job::Next::unreadable;
    // No date at all: nothing to shift.
    job.operations.push_back(
        set_of(classes::Clock::kId, kClock, classes::Clock::kTime, time_value(core_.now() + way)));
    return Job::Next::go_on;
  }
  const UtcNs meter_ns = time->utc_s * kNsPerSecond + time->hundredths * kNsPerHundredth;
  // The meter read its clock about half way between request and answer.
  const UtcNs deviation = meter_ns - (answer.sent + way);
  core_.observer.clock_checked(core_.now(), job.meter, deviation);
  const std::int64_t ms = deviation / 1'000'000;
  offset_ms = static_cast<std::int32_t>(std::clamp<std::int64_t>(ms, INT32_MIN, INT32_MAX));
  const UtcNs size = deviation < 0 ? -deviation : deviation;
  if (policy.mode == ClockSyncMode::check || size <= policy.threshold_s * kNsPerSecond) {
    return Job::Next::finished;
  }
  const std::string& serial = core_.store.meters()[job.meter].given.serial;
  if (policy.limit_s != 0 && size > policy.limit_s * kNsPerSecond) {
    core_.store.note(Store::EventGroup::meters, event_code::kClockFarOff, serial);
    return Job::Next::finished;
  }
  core_.store.note(Store::EventGroup::meters, event_code::kClockCorrected, serial);
  correct_clock(job, policy, deviation, way);
  return Job::Next::go_on;
}

void Collector::correct_clock(Job& job, const ClockPolicy& policy, UtcNs deviation, UtcNs way) {
  const std::int64_t half = deviation < 0 ? -kNsPerSecond / 2 : kNsPerSecond / 2;
  const std::int64_t shift_s = -(deviation + half) / kNsPerSecond;
  const bool far = shift_s < -kMaxShiftS || shift_s > kMaxShiftS;
  if (far || policy.mode == ClockSyncMode::set) {
    job.operations.push_back(
        set_of(classes::Clock::kId, kClock, classes::Clock::kTime, time_value(core_.now() + way)));
    return;
  }
  std::array<std::uint8_t, 3> parameter{};
  protocol::Writer out(parameter);
  protocol::axdr::put_long(static_cast<std::int16_t>(shift_s), out);
  Operation shift = action_of(classes::Clock::kId, kClock, classes::Clock::kShiftTime,
                              {parameter.begin(), parameter.end()});
  shift.once = true;  // if its answer is lost, the clock tells
  job.operations.push_back(std::move(shift));
}

void Collector::on_notification(MeterIndex meter, Bytes apdu) {
  MeterEntry& entry = core_.store.meters()[meter];
  Octets plain(apdu.size());
  const auto title = protocol::dlms::sender_of_general_glo(apdu);
  const bool stranger = !title || (entry.given.system_title != protocol::dlms::SystemTitle{} &&
                                   *title != entry.given.system_title);
  if (stranger) {
    ++core_.counters.alarms_dropped;
    return;
  }
  auto opened = protocol::dlms::open_general_glo(apdu, entry.given.keys, core_.crypto, plain);
  if (!opened && entry.next_keys) {
    opened = protocol::dlms::open_general_glo(apdu, *entry.next_keys, core_.crypto, plain);
  }
  if (!opened || opened->invocation_counter <= entry.notification_counter) {
    ++core_.counters.alarms_dropped;
    return;
  }
  const auto notification = protocol::dlms::decode_notification(opened->apdu);
  Row row;
  if (const auto notice =
          notification ? protocol::cosem::take_alarm_notice(notification->body) : std::nullopt) {
    const auto time = protocol::profile_rows::meter_time(notice->at, core_.store.parameters().zone);
    const auto group = protocol::cosem::event_group(notice->log);
    if (time.ok() && group) {
      row.at = *time;
      row.status = notice->code;
      row.capture_counter = notice->number;
      row.values[kAlarmGroup] = *group;
    }
  }
  if (row.status == 0) {
    ++core_.counters.alarms_dropped;
    return;
  }
  entry.notification_counter = opened->invocation_counter;
  entry.last_contact_s = core_.now_s();
  ++core_.counters.alarms;
  core_.observer.alarm(core_.now(), meter, row.status);
  Chunk chunk;
  chunk.from_s = chunk.to_s = row.at.utc_s;
  chunk.rows.push_back(row);
  store(meter, Profile::alarms, std::move(chunk));
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "hes-stub/meters/jobs.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace hes {
namespace {

using protocol::dlms::ClientEvent;

class ClockJob final : public Job {
 public:
  ClockJob(Context& context, Plans& plans) : context_(context), plans_(plans) {}

  MessageKind kind() const override { return MessageKind::clock; }
  Progress begin(Session& session) override { return get_time(session); }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    if (correcting_) return finish(session, Progress::done);
    plans_.clock_read(session.meter());
    if (event.kind == ClientEvent::Kind::data) return on_time(session, event.data);
    context_.note_event(session.meter(), "refused", std::to_string(kWantClock));
    return finish(session, Progress::concluded);
  }

 private:
  Progress finish(Session& session, Progress how) {
    plans_.drop(session.meter(), kWantClock);
    return how;
  }

  Progress on_time(Session& session, protocol::Bytes value) {
    const MeterIndex meter = session.meter();
    const EngineConfig& config = context_.config;
    UtcNs deviation = 0;
    if (!read_deviation(context_, session, value, deviation)) {
      ++context_.counters.malformed;
      context_.note_event(meter, "clock invalid");
      return config.clock_correct ? set(session) : finish(session, Progress::done);
    }
    context_.note_clock(meter, deviation);
    const UtcNs limit = config.clock_threshold_s * kNsPerSecond;
    if (!config.clock_correct || (deviation <= limit && deviation >= -limit)) {
      return finish(session, Progress::done);
    }
    correcting_ = true;
    plans_.clock_moved(meter, deviation, 0);  // also when its answer gets lost
    const std::int64_t shift_s = -deviation / kNsPerSecond;
    if (shift_s < -kMaxShiftS || shift_s > kMaxShiftS) return set(session);
    context_.note_event(meter, "clock shift s", std::to_string(shift_s));
    return shift_time(session, shift_s);
  }

  Progress set(Session& session) {
    correcting_ = true;
    context_.note_event(session.meter(), "clock set");
    return set_time(context_, session, context_.now_s());
  }

  Context& context_;
  Plans& plans_;
  bool correcting_ = false;
};

}  // namespace

bool read_deviation(const Context& context, const Session& session, protocol::Bytes value,
                    UtcNs& deviation) {
  protocol::axdr::Cursor in(value);
  const auto time = protocol::profile_rows::meter_time(in.date_time(), context.config.zone);
  constexpr std::int64_t kFarthest = INT64_C(8'000'000'000);  // past it nanoseconds overflow
  if (!in.at_end() || !time || time->utc_s < -kFarthest || time->utc_s > kFarthest) return false;
  constexpr UtcNs kNsPerHundredth = kNsPerSecond / 100;
  const UtcNs meter_ns = time->utc_s * kNsPerSecond + time->hundredths * kNsPerHundredth;
  const UtcNs asked_at = session.asked_at();
  deviation = meter_ns - (asked_at + (context.now() - asked_at) / 2);
  return true;
}

Progress get_time(Session& session) {
  return session.ask(session.client().get({classes::Clock::kId, kClock, classes::Clock::kTime}));
}

Progress set_time(const Context& context, Session& session, std::int64_t utc_s) {
  const LocalZone& zone = context.config.zone;
  protocol::cosem::DateTime time;
  time.utc_s = utc_s;
  time.deviation_min = static_cast<std::int16_t>(-zone.offset_min(utc_s));
  time.status = zone.daylight_saving(utc_s) ? protocol::cosem::kStatusDaylightSaving : 0;
  std::array<std::uint8_t, protocol::cosem::kDateTimeValueOctets> value;
  protocol::Writer out(value);
  protocol::cosem::put_date_time(time, out);
  return session.ask(
      session.client().set({classes::Clock::kId, kClock, classes::Clock::kTime}, value));
}

Progress shift_time(Session& session, std::int64_t by_s) {
  std::array<std::uint8_t, 3> parameter;
  protocol::Writer out(parameter);
  protocol::axdr::put_long(static_cast<std::int16_t>(by_s), out);
  return session.ask(session.client().action(
      {classes::Clock::kId, kClock, classes::Clock::kShiftTime}, out.written()));
}

std::unique_ptr<Job> make_clock_job(Context& context, Plans& plans) {
  return std::make_unique<ClockJob>(context, plans);
}

}  // namespace hes

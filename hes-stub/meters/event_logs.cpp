// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/event_logs.hpp"

#include <algorithm>
#include <bit>

#include "hes-stub/meters/session.hpp"
#include "hes-stub/store/concentrator_store.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/refusal.hpp"
#include "protocol/dlms/selection.hpp"
#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace hes {
namespace {

namespace classes = protocol::cosem::classes;
namespace profile_rows = protocol::profile_rows;
using protocol::cosem::AccessResult;
using protocol::cosem::kEventGroups;
using protocol::dlms::ClientEvent;

constexpr std::uint16_t bit_of(std::uint8_t group) {
  return static_cast<std::uint16_t>(1u << group);
}
constexpr std::uint16_t kAll = (1u << kEventGroups) - 1;
// Behind every stamp that a clock may show.
constexpr std::int64_t kEndOfTimeS = 4'102'444'800;  // 2100-01-01

class EventsJob final : public Job {
 public:
  EventsJob(Context& context, EventLogs& logs) : context_(context), logs_(logs) {}

  MessageKind kind() const override { return MessageKind::events; }

  Progress begin(Session& session) override {
    const auto group = logs_.next(session.meter());
    if (!group) return Progress::done;
    group_ = *group;
    return session.ask(
        session.client().get({classes::ProfileGeneric::kId, protocol::cosem::event_log_name(group_),
                              classes::ProfileGeneric::kBuffer},
                             logs_.selection(session.meter(), group_)));
  }

  Progress on_answer(Session& session, const ClientEvent& event) override {
    if (event.kind != ClientEvent::Kind::data) {
      logs_.refused(session.meter(), group_, event.access_result);
      return Progress::concluded;
    }
    if (logs_.take_rows(session.meter(), group_, event.data)) return Progress::done;
    ++context_.counters.malformed;
    logs_.refused(session.meter(), group_, AccessResult::hardware_fault);
    return Progress::concluded;
  }

  void on_too_long(MeterIndex meter) override {
    logs_.refused(meter, group_, AccessResult::hardware_fault);
  }

 private:
  Context& context_;
  EventLogs& logs_;
  std::uint8_t group_ = 0;
};

}  // namespace

EventLogs::EventLogs(Context& context) : context_(context), meters_(context.inventory.size()) {}

void EventLogs::start() {
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    if (context_.inventory[meter].concentrator != kNoConcentrator) continue;
    // Apart from each other, the same in every life, and no draw that others would miss.
    constexpr std::int64_t kSpread = 2'654'435'761;
    meters_[meter].spread_s = meter * kSpread % (context_.config.closing_spread_s + 1);
    meters_[meter].period = period_of(meters_[meter]);
  }
}

std::int64_t EventLogs::period_of(const Meter& meter) const {
  const EngineConfig& config = context_.config;
  const std::int64_t at_s = context_.now_s() - config.closing_delay_s - meter.spread_s;
  return protocol::floor_div(at_s, config.event_period_s);
}

void EventLogs::plan(MeterIndex meter) {
  Meter& state = meters_[meter];
  if (!context_.config.event_pull || period_of(state) == state.period) return;
  state.period = period_of(state);
  state.due = kAll & static_cast<Groups>(~state.absent);
}

std::optional<std::uint8_t> EventLogs::next(MeterIndex meter) const {
  const Groups due = meters_[meter].due;
  if (due == 0) return std::nullopt;
  return static_cast<std::uint8_t>(std::countr_zero(due));
}

protocol::cosem::Selection EventLogs::selection(MeterIndex meter, std::uint8_t group) const {
  const Meter& state = meters_[meter];
  if ((state.by_stamp & bit_of(group)) != 0) return protocol::dlms::rows_between(0, kEndOfTimeS);
  const std::uint32_t newest = state.newest[group];
  return protocol::dlms::rows_numbered(newest == UINT32_MAX ? newest : newest + 1, UINT32_MAX);
}

void EventLogs::refused(MeterIndex meter, std::uint8_t group, AccessResult result) {
  Meter& state = meters_[meter];
  const bool other_way =
      protocol::dlms::is_not_selectable(result) && (state.by_stamp & bit_of(group)) == 0;
  if (other_way) {
    state.by_stamp |= bit_of(group);
    return;
  }
  if (protocol::dlms::is_not_there(result)) state.absent |= bit_of(group);
  state.due &= static_cast<Groups>(~bit_of(group));
}

bool EventLogs::take_rows(MeterIndex meter, std::uint8_t group, protocol::Bytes rows) {
  // Clock, code and capture counter; a meter whose rows have no numbers leaves the last one out. Of
  // power quality magnitude and duration stand before it.
  constexpr std::size_t kVariation = 5;
  const std::size_t columns = profile_rows::columns_of(rows);
  const bool variations = columns == kVariation;
  const profile_rows::Shape shape{variations ? columns : std::clamp<std::size_t>(columns, 2, 3), 0,
                                  0, context_.config.zone};
  std::vector<profile_rows::Row> captured;
  if (!profile_rows::decode(rows, shape, captured)) return false;
  Meter& state = meters_[meter];
  state.due &= static_cast<Groups>(~bit_of(group));
  std::vector<StoredEvent> events;
  for (const profile_rows::Row& row : captured) {
    const auto code = row.cells[1].uint64();
    if (!row.at || !code || *code > UINT8_MAX) continue;
    StoredEvent event;
    event.group = group;
    event.at = *row.at;
    event.code = static_cast<std::uint8_t>(*code);
    const auto number = [&row](std::size_t column) {
      return static_cast<std::uint32_t>(row.cells[column].uint64().value_or(0));
    };
    event.number = number(variations ? kVariation - 1 : 2);
    if (variations) {
      event.magnitude_dv = number(2);
      event.duration_ms = number(3);
    }
    state.newest[group] = std::max(state.newest[group], event.number);
    events.push_back(event);
  }
  const std::string& serial = context_.inventory[meter].serial;
  context_.store.concentrators().add_events(serial, context_.now(), events);
  return true;
}

bool EventLogs::take_notice(MeterIndex meter, protocol::Bytes body, UtcNs arrival,
                            std::uint32_t octets) {
  const auto notice = protocol::cosem::take_alarm_notice(body);
  if (!notice) return false;
  const auto group = protocol::cosem::event_group(notice->log);
  const auto at = profile_rows::meter_time(notice->at, context_.config.zone);
  if (!group || !at.ok()) {
    ++context_.counters.malformed;
    return true;
  }
  ++context_.counters.alarms;
  StoredEvent event;
  event.alarm = true;
  event.group = *group;
  event.at = *at;
  event.code = notice->code;
  event.number = notice->number;
  const std::string& serial = context_.inventory[meter].serial;
  context_.store.concentrators().add_events(serial, arrival, std::span(&event, 1));
  if (context_.config.event_pull) {
    meters_[meter].due |= bit_of(*group) & static_cast<Groups>(~meters_[meter].absent);
  }
  context_.observer.message({.meter = meter,
                             .kind = MessageKind::alarm,
                             .octets_up = octets,
                             .at = arrival,
                             .latency = arrival - at->utc_s * kNsPerSecond});
  return true;
}

std::unique_ptr<Job> make_events_job(Context& context, EventLogs& logs) {
  return std::make_unique<EventsJob>(context, logs);
}

}  // namespace hes

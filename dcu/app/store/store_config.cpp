// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was commissioned, and the meters, as values of the store.
#include <algorithm>

#include "dcu/app/store/store.hpp"
#include "protocol/calendar.hpp"

namespace dcu::app {
namespace {

using Kind = Records::Kind;

constexpr std::uint8_t kLayout = 3;
// What each value is made of, written and read by the same walk.
constexpr auto kParameters = [](auto& io, auto& p) {
  io(p.poll_period_s, p.meters_per_report, p.sessions_max, p.retries, p.retry_interval_s,
     p.clock_threshold_s, p.clock_limit_s, p.meter_lost_after_s, p.order_age_max_s,
     p.firmware_timeout_s, p.report_hold_s, p.response_timeout_s, p.ack_timeout_s, p.backoff_s,
     p.backoff_max_s, p.gateway_idle_s, p.backfill_s, p.max_switch_level);
  io(p.head_end_port, p.head_end_host, p.ntp_host);
  io(p.zone.standard_offset_min, p.zone.eu_daylight_saving);
};
constexpr auto kTasks = [](auto& io, auto& tasks) {
  for (auto& task : io.list(tasks)) {
    io(task.id, task.kind, task.enabled, task.period_s, task.offset_s, task.priority, task.send);
    for (auto& meter : io.list(task.meters)) io(meter);
  }
};
constexpr auto kIdentity = [](auto& io, auto& c) {
  io(c.id, c.eui48, c.system_title, c.head_end_id, c.head_end_key, c.transport_key, c.uplink);
};
constexpr auto kMeter = [](auto& io, auto& entry) {
  auto& given = entry.given;
  io(given.serial, given.model, given.system_title, given.keys.unicast, given.keys.authentication,
     entry.removed);
  bool changes = entry.next_keys.has_value();
  io(changes);
  if (!changes) return;
  if constexpr (std::remove_cvref_t<decltype(io)>::kReads) entry.next_keys.emplace();
  io(entry.next_keys->unicast, entry.next_keys->authentication);
};
constexpr auto kState = [](auto& io, auto& entry) {
  for (auto& cursor : entry.profiles) {
    io(cursor.settled_s, cursor.oldest, cursor.reported, cursor.next, cursor.newest);
  }
  io(entry.counter_reserved, entry.notification_counter, entry.capture_period_s,
     entry.last_contact_s, entry.device_name, entry.firmware);
};

template <typename Walk, typename Value>
Octets encode(Walk walk, const Value& value) {
  FieldWriter out;
  walk(out, value);
  return out.take();
}
template <typename Walk, typename Value>
bool decode(Walk walk, const Octets* octets, Value& value) {
  if (octets == nullptr) return false;
  FieldReader in(*octets);
  walk(in, value);
  return in.at_end();
}

}  // namespace

bool Store::create(const Commission& commission) {
  if (!records_.pages.format()) return false;
  FieldWriter identity;
  identity(kLayout);
  kIdentity(identity, commission);
  identity(static_cast<std::uint32_t>(commission.meters.size()));
  records_.put(Kind::identity, 0, identity.take());
  records_.put(Kind::parameters, 0, encode(kParameters, commission.parameters));
  records_.put(Kind::tasks, 0,
               encode(kTasks, commission.tasks.empty() ? default_tasks() : commission.tasks));
  for (std::size_t k = 0; k < commission.meters.size(); ++k) {
    MeterEntry entry;
    entry.given = commission.meters[k];
    records_.put(Kind::meter, k, encode(kMeter, entry));
  }
  const bool ok = records_.pages.commit(records_.changes);
  records_.changes = {};
  return ok;
}

bool Store::load_config() {
  const Octets* identity = records_.find(Kind::identity, 0);
  if (identity == nullptr) return false;
  FieldReader in(*identity);
  if (in.u8() != kLayout) return false;
  kIdentity(in, config_);
  const std::size_t meters = in.u32();
  if (!in.at_end()) return false;
  meters_.assign(std::min<std::size_t>(meters, UINT16_MAX), {});
  if (!decode(kParameters, records_.find(Kind::parameters, 0), config_.parameters)) {
    config_.parameters = {};
  }
  if (!decode(kTasks, records_.find(Kind::tasks, 0), config_.tasks)) {
    config_.tasks = default_tasks();
  }
  return true;
}

void Store::load_meters() {
  by_serial_.clear();
  for (MeterIndex meter = 0; meter < meters_.size(); ++meter) {
    load_meter(meter, records_.find(Kind::meter, meter), records_.find(Kind::meter_state, meter));
  }
  std::sort(by_serial_.begin(), by_serial_.end());
}

void Store::load_meter(MeterIndex meter, const Octets* identity, const Octets* state) {
  MeterEntry entry;
  if (!decode(kMeter, identity, entry)) {
    entry = {};
    entry.removed = true;
  } else if (state != nullptr && !decode(kState, state, entry)) {
    entry = {};
    decode(kMeter, identity, entry);
  }
  if (!entry.removed) by_serial_.emplace_back(entry.given.serial, meter);
  meters_[meter] = std::move(entry);
}

MeterIndex Store::meter_of(std::string_view serial) const {
  const auto at = std::lower_bound(
      by_serial_.begin(), by_serial_.end(), serial,
      [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  const bool found = at != by_serial_.end() && at->first == serial && !meters_[at->second].removed;
  return found ? at->second : kNoMeter;
}

void Store::save_state(MeterIndex meter) {
  records_.put(Kind::meter_state, meter, encode(kState, meters_[meter]));
}
void Store::save_identity(MeterIndex meter) {
  records_.put(Kind::meter, meter, encode(kMeter, meters_[meter]));
}

void Store::set_parameters(const Parameters& parameters) {
  config_.parameters = parameters;
  records_.put(Kind::parameters, 0, encode(kParameters, parameters));
}
void Store::set_tasks(std::vector<Task> tasks) {
  config_.tasks = std::move(tasks);
  records_.put(Kind::tasks, 0, encode(kTasks, config_.tasks));
}

std::vector<Task> default_tasks() {
  using protocol::p32::Priority;
  using protocol::p32::TaskKind;
  constexpr auto kDayS = static_cast<std::uint32_t>(protocol::kDayS);
  const auto task = [](const char* id, TaskKind kind, std::uint32_t period_s,
                       std::uint32_t offset_s, Priority priority) {
    return Task{id, kind, true, period_s, offset_s, priority, true, {}};
  };
  // Some minutes past the hour: the meter has closed its interval, and clocks may differ.
  return {
      task("loadProfile", TaskKind::load_profile, 14'400, 120, Priority::high),
      task("dailyClosing", TaskKind::daily_closing, kDayS, 1800, Priority::normal),
      task("monthlyClosing", TaskKind::monthly_closing, 0, 2100, Priority::normal),
      task("meterEvents", TaskKind::meter_events, kDayS, 2700, Priority::normal),
      task("clockCheck", TaskKind::clock_check, kDayS, 3600, Priority::normal),
      task("statistics", TaskKind::statistics, kDayS, 300, Priority::normal),
      task("concentratorEvents", TaskKind::concentrator_events, kDayS, 600, Priority::normal),
      task("inventory", TaskKind::inventory, kDayS, 900, Priority::normal),
  };
}

bool commission(Disk& disk, const Commission& commission) {
  struct NoClock final : Clock {
    UtcNs now() const override { return 0; }
    void arm(UtcNs) override {}
    void shift(UtcNs) override {}
  } clock;
  struct Silent final : Observer {
  } observer;
  return Store(disk, clock, observer).create(commission);
}

}  // namespace dcu::app

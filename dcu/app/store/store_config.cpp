// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was commissioned, and the meters, as values of the store.
#include <algorithm>

#include "dcu/app/store/blob.hpp"
#include "dcu/app/store/store.hpp"

namespace dcu::app {
namespace {

using Kind = Records::Kind;

constexpr std::uint8_t kLayout = 1;
// The numbers of Parameters, in the order in which they are stored: new ones go to the end.
template <typename P, typename Visit>
void each_number(P& p, Visit&& visit) {
  visit(p.poll_period_s);
  visit(p.meters_per_report);
  visit(p.sessions_max);
  visit(p.retries);
  visit(p.retry_interval_s);
  visit(p.clock_threshold_s);
  visit(p.clock_limit_s);
  visit(p.meter_lost_after_s);
  visit(p.order_age_max_s);
  visit(p.firmware_timeout_s);
  visit(p.report_hold_s);
  visit(p.response_timeout_s);
  visit(p.ack_timeout_s);
  visit(p.backoff_s);
  visit(p.backoff_max_s);
  visit(p.gateway_idle_s);
  visit(p.backfill_s);
  visit(p.switch_levels);
}

Octets encode(const Parameters& parameters) {
  BlobWriter out;
  each_number(parameters, [&](std::uint32_t number) { out.u32(number); });
  out.u16(parameters.head_end_port).text(parameters.head_end_host).text(parameters.ntp_host);
  return out.take();
}

bool decode(Bytes octets, Parameters& parameters) {
  BlobReader in(octets);
  each_number(parameters, [&](std::uint32_t& number) { number = in.u32(); });
  parameters.head_end_port = in.u16();
  parameters.head_end_host = in.text();
  parameters.ntp_host = in.text();
  return in.at_end();
}

Octets encode(const std::vector<Task>& tasks) {
  BlobWriter out;
  out.u32(tasks.size());
  for (const Task& task : tasks) {
    out.text(task.id).u8(static_cast<std::uint8_t>(task.kind)).u8(task.enabled ? 1 : 0);
    out.u32(task.period_s).u32(task.offset_s).u8(static_cast<std::uint8_t>(task.priority));
    out.u8(task.send ? 1 : 0).u32(task.meters.size());
    for (const std::string& meter : task.meters) out.text(meter);
  }
  return out.take();
}

bool decode(Bytes octets, std::vector<Task>& tasks) {
  BlobReader in(octets);
  tasks.clear();
  const std::uint32_t n = in.u32();
  for (std::uint32_t i = 0; i < n && in.ok(); ++i) {
    Task task;
    task.id = in.text();
    task.kind = static_cast<protocol::p32::TaskKind>(in.u8());
    task.enabled = in.u8() != 0;
    task.period_s = in.u32();
    task.offset_s = in.u32();
    task.priority = static_cast<protocol::p32::Priority>(in.u8());
    task.send = in.u8() != 0;
    const std::uint32_t meters = in.u32();
    for (std::uint32_t k = 0; k < meters && in.ok(); ++k) task.meters.push_back(in.text());
    tasks.push_back(std::move(task));
  }
  return in.at_end();
}

Octets encode_identity(const Commission& c) {
  BlobWriter out;
  out.u8(kLayout).text(c.id).bytes(c.eui48).bytes(c.system_title).text(c.head_end_id);
  out.bytes(c.head_end_key).bytes(c.transport_key).u8(static_cast<std::uint8_t>(c.uplink));
  out.u32(c.meters.size());
  return out.take();
}

bool decode_identity(Bytes octets, Commission& c, std::size_t& meters) {
  BlobReader in(octets);
  if (in.u8() != kLayout) return false;
  c.id = in.text();
  in.bytes(c.eui48);
  in.bytes(c.system_title);
  c.head_end_id = in.text();
  in.bytes(c.head_end_key);
  in.bytes(c.transport_key);
  c.uplink = static_cast<Uplink>(in.u8() & 1);
  meters = in.u32();
  return in.at_end();
}

Octets encode_meter(const MeterEntry& entry) {
  BlobWriter out;
  const CommissionedMeter& given = entry.given;
  out.text(given.serial).text(given.model).bytes(given.system_title);
  out.bytes(given.keys.unicast).bytes(given.keys.authentication).u8(entry.removed ? 1 : 0);
  out.u8(entry.next_keys ? 1 : 0);
  if (entry.next_keys) {
    out.bytes(entry.next_keys->unicast).bytes(entry.next_keys->authentication);
  }
  return out.take();
}

bool decode_meter(Bytes octets, MeterEntry& entry) {
  BlobReader in(octets);
  CommissionedMeter& given = entry.given;
  given.serial = in.text();
  given.model = in.text();
  in.bytes(given.system_title);
  in.bytes(given.keys.unicast);
  in.bytes(given.keys.authentication);
  entry.removed = in.u8() != 0;
  if (in.u8() != 0) {
    protocol::dlms::Keys keys;
    in.bytes(keys.unicast);
    in.bytes(keys.authentication);
    entry.next_keys = keys;
  }
  return in.at_end();
}

Octets encode_state(const MeterEntry& entry) {
  BlobWriter out;
  for (const ProfileCursor& cursor : entry.profiles) {
    out.i64(cursor.settled_s).u32(cursor.oldest).u32(cursor.reported).u32(cursor.next);
  }
  out.u32(entry.counter_reserved).u32(entry.notification_counter).u32(entry.capture_period_s);
  out.i64(entry.last_contact_s).text(entry.device_name).text(entry.firmware);
  return out.take();
}

bool decode_state(Bytes octets, MeterEntry& entry) {
  BlobReader in(octets);
  for (ProfileCursor& cursor : entry.profiles) {
    cursor.settled_s = in.i64();
    cursor.oldest = in.u32();
    cursor.reported = in.u32();
    cursor.next = in.u32();
  }
  entry.counter_reserved = in.u32();
  entry.notification_counter = in.u32();
  entry.capture_period_s = in.u32();
  entry.last_contact_s = in.i64();
  entry.device_name = in.text();
  entry.firmware = in.text();
  return in.at_end();
}

}  // namespace

bool Store::create(const Commission& commission) {
  if (!records_.pages.format()) return false;
  records_.put(Kind::identity, 0, encode_identity(commission));
  records_.put(Kind::parameters, 0, encode(commission.parameters));
  records_.put(Kind::tasks, 0,
               encode(commission.tasks.empty() ? default_tasks() : commission.tasks));
  for (std::size_t k = 0; k < commission.meters.size(); ++k) {
    MeterEntry entry;
    entry.given = commission.meters[k];
    records_.put(Kind::meter, k, encode_meter(entry));
  }
  const bool ok = records_.pages.commit(records_.changes);
  records_.changes = {};
  return ok;
}

bool Store::load_config() {
  const Octets* identity = records_.find(Kind::identity, 0);
  std::size_t meters = 0;
  if (identity == nullptr || !decode_identity(*identity, config_, meters)) return false;
  meters_.assign(std::min<std::size_t>(meters, UINT16_MAX), {});
  const Octets* parameters = records_.find(Kind::parameters, 0);
  if (parameters == nullptr || !decode(*parameters, config_.parameters)) {
    config_.parameters = {};
  }
  const Octets* tasks = records_.find(Kind::tasks, 0);
  if (tasks == nullptr || !decode(*tasks, config_.tasks)) config_.tasks = default_tasks();
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
  if (identity == nullptr || !decode_meter(*identity, entry)) {
    entry = {};
    entry.removed = true;
  } else if (state != nullptr && !decode_state(*state, entry)) {
    entry = {};
    decode_meter(*identity, entry);
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
  records_.put(Kind::meter_state, meter, encode_state(meters_[meter]));
}
void Store::save_identity(MeterIndex meter) {
  records_.put(Kind::meter, meter, encode_meter(meters_[meter]));
}

void Store::set_parameters(const Parameters& parameters) {
  config_.parameters = parameters;
  records_.put(Kind::parameters, 0, encode(parameters));
}
void Store::set_tasks(std::vector<Task> tasks) {
  config_.tasks = std::move(tasks);
  records_.put(Kind::tasks, 0, encode(config_.tasks));
}

std::vector<Task> default_tasks() {
  using protocol::p32::Priority;
  using protocol::p32::TaskKind;
  constexpr std::uint32_t kDayS = 86'400;
  const auto task = [](const char* id, TaskKind kind, std::uint32_t period_s,
                       std::uint32_t offset_s, Priority priority) {
    Task made;
    made.id = id;
    made.kind = kind;
    made.period_s = period_s;
    made.offset_s = offset_s;
    made.priority = priority;
    return made;
  };
  // Some minutes past the hour: the meter has closed its interval, and clocks may differ.
  return {
      task("loadProfile", TaskKind::load_profile, 14'400, 120, Priority::high),
      task("dailyClosing", TaskKind::daily_closing, kDayS, 1800, Priority::normal),
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
  } clock;
  struct Silent final : Observer {
  } observer;
  return Store(disk, clock, observer).create(commission);
}

}  // namespace dcu::app

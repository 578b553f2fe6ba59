// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// How each order is done.
#include <algorithm>
#include <set>

#include "dcu/app/orders/order_book.hpp"
#include "dcu/app/ports/event_code.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/calendar.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ErrorCategory;
using p32::Failure;
using p32::OrderKind;
using Group = Store::EventGroup;

using protocol::kDayS;

Failure bad_value() { return {ErrorCategory::message, p32::error_code::kBadValue}; }
Failure unknown_target() { return {ErrorCategory::message, p32::error_code::kUnknownTarget}; }

// remote_reconnect arms the relay in these modes, in the others it closes it (Blue Book 4.5.8).
bool reconnect_arms(std::uint8_t mode) { return mode == 1 || mode == 3 || mode == 5 || mode == 6; }

bool sensible(const std::vector<Task>& tasks) {
  std::set<std::string> ids;
  return std::all_of(tasks.begin(), tasks.end(), [&](const Task& task) {
    const bool periodic = task.period_s >= 60 && task.offset_s < task.period_s;
    const bool monthly = task.period_s == 0 && task.offset_s < kDayS;
    return ids.insert(task.id).second && (periodic || monthly);
  });
}

}  // namespace

std::optional<Failure> OrderBook::run_own(const Running& running) {
  const p32::Order& order = running.order.order;
  if (const auto* wanted = std::get_if<p32::ConcentratorParametersOrder>(&order.body)) {
    return set_parameters(wanted->parameters);
  }
  if (const auto* wanted = std::get_if<p32::ConcentratorCommandOrder>(&order.body)) {
    return command(*wanted, running);
  }
  // Its own firmware: the concentrator has nothing that fetches or runs an image.
  return Failure{ErrorCategory::resource, p32::error_code::kNotSupported};
}

std::optional<Failure> OrderBook::set_parameters(const p32::ConcentratorParameters& wanted) {
  Store& store = parts_.core.store;
  Parameters next = store.parameters();
  each_ordered(wanted, next, [](const auto& ordered, auto& own) {
    if (ordered) own = *ordered;
  });
  const bool good = next.poll_period_s >= 1 && next.sessions_max >= 1 && next.sessions_max <= 64 &&
                    next.meters_per_report >= 1 && next.retries <= 10 &&
                    next.retry_interval_s >= 1 && next.retry_interval_s <= kDayS &&
                    next.head_end_port != 0 && (!wanted.tasks || sensible(*wanted.tasks));
  if (!good) return bad_value();
  store.set_parameters(next);
  if (wanted.tasks) store.set_tasks(*wanted.tasks);
  store.note(Group::standard, event_code::kParametersSet, "");
  return std::nullopt;
}

std::optional<Failure> OrderBook::command(const p32::ConcentratorCommandOrder& order,
                                          const Running& running) {
  const std::vector<std::string>& serials = running.order.order.meters;
  Store& store = parts_.core.store;
  switch (order.command) {
    case p32::Command::reboot:
      store.note(Group::standard, event_code::kReboot, "");
      return std::nullopt;
    case p32::Command::sync:  // the clock is disciplined all the time
      return std::nullopt;
    case p32::Command::cancel: {
      const std::string target = order.target.value_or("");
      const bool found = cancel(target, running) || (cancel_request && cancel_request(target));
      return found ? std::nullopt : std::optional(unknown_target());
    }
    case p32::Command::purge:
      break;
  }
  if (serials.empty() && !order.older_than_s) return bad_value();
  const std::int64_t limit_s = parts_.core.now_s() - order.older_than_s.value_or(0);
  for (const MeterIndex meter : meters_of(store, serials)) {
    MeterEntry& entry = store.meters()[meter];
    const bool silent = !parts_.poller.connected(meter) && entry.last_contact_s < limit_s;
    if (serials.empty() && !silent) continue;
    entry.removed = true;
    store.save_identity(meter);
    store.note(Group::meters, event_code::kMeterRemoved, entry.given.serial);
    parts_.nodes.forget(meter);
  }
  return std::nullopt;
}

void OrderBook::run_on(const RunningPtr& running, const std::string& serial) {
  const MeterIndex meter = parts_.core.store.meter_of(serial);
  if (meter == kNoMeter) {
    return done(running, serial,
                Failure{ErrorCategory::communication, p32::error_code::kUnknownMeter});
  }
  if (running->order.order.kind() == OrderKind::key_change) {
    if (const auto failure = take_keys(*running, meter)) return done(running, serial, failure);
  }
  JobPtr job = job_for(running, serial, meter);
  const p32::Order& order = running->order.order;
  job->name = p32::name_of(order.kind());
  job->priority = static_cast<std::uint8_t>(order.priority);
  job->owner = order.seq << 1 | 1;
  job->until = p32::utc_ns_of_ms(order.until);
  job->on_finished = [this, running, serial](Job& finished, PollOutcome outcome) {
    auto failure = failure_of(finished, outcome);
    // Said by the job itself: the meter cannot do what was ordered.
    const Target& target = running->targets.at(serial);
    if (!failure && target.result.failure) failure = target.result.failure;
    done(running, serial, failure);
  };
  parts_.poller.add(std::move(job));
}

JobPtr OrderBook::job_for(const RunningPtr& running, const std::string& serial, MeterIndex meter) {
  const p32::Order& order = running->order.order;
  Target* const target = &running->targets.at(serial);
  if (const auto* sync = std::get_if<p32::ClockSyncOrder>(&order.body)) {
    const auto offset = std::make_shared<std::optional<std::int32_t>>();
    JobPtr job = parts_.collector.clock_job(
        meter, 1, {sync->mode, static_cast<std::int64_t>(sync->threshold_s), 0}, offset);
    job->on_answer = [inner = std::move(job->on_answer), offset, running, target](
                         Job& asked, const Answer& answer) {
      const Job::Next next = inner(asked, answer);
      if (*offset) target->result.clock_offset_ms = *offset;
      return next;
    };
    return job;
  }
  auto job = std::make_unique<Job>();
  job->meter = meter;
  job->operations = operations_of(order, serial);
  job->on_answer = [this, running, target](Job& asked, const Answer& answer) {
    return on_answer(*running, *target, asked, answer);
  };
  return job;
}

// Our copy of the new keys is durable before the meter can have them.
std::optional<Failure> OrderBook::take_keys(const Running& running, MeterIndex meter) {
  Core& core = parts_.core;
  // Commissioned without one: whoever knows that could hand in keys of his own.
  if (core.store.config().transport_key == protocol::crypto::Key128{}) {
    return Failure{ErrorCategory::resource, p32::error_code::kNotSupported};
  }
  MeterEntry& entry = core.store.meters()[meter];
  protocol::dlms::Keys keys = entry.given.keys;
  const auto& order = std::get<p32::KeyChangeOrder>(running.order.order.body);
  for (const p32::WrappedKey& wrapped : order.keys) {
    if (wrapped.meter != entry.given.serial) continue;
    protocol::crypto::Key128* const place = wrapped.key == p32::KeyId::unicast ? &keys.unicast
                                            : wrapped.key == p32::KeyId::authentication
                                                ? &keys.authentication
                                                : nullptr;
    if (place == nullptr) continue;
    const bool opened =
        wrapped.for_concentrator.size() == place->size() + 8 &&
        core.crypto.unwrap(core.store.config().transport_key, wrapped.for_concentrator, *place);
    if (!opened) return Failure{ErrorCategory::data, p32::error_code::kBadTag};
  }
  entry.next_keys = keys;
  core.store.save_identity(meter);
  if (core.store.commit()) return std::nullopt;
  return Failure{ErrorCategory::resource, p32::error_code::kStoreFailed};
}

Job::Next OrderBook::on_answer(Running& running, Target& target, Job& job, const Answer& answer) {
  const auto& operation = job.operations[job.at];
  const p32::Order& order = running.order.order;
  const auto* raw = std::get_if<p32::RawDlmsOrder>(&order.body);
  const auto* parameters = std::get_if<p32::MeterParametersOrder>(&order.body);
  if (raw != nullptr || parameters != nullptr) {
    p32::OperationResult result;
    result.index = static_cast<std::uint16_t>(job.at);
    result.result = static_cast<std::uint8_t>(answer.result);
    result.data.assign(answer.data.begin(), answer.data.end());
    std::erase_if(target.result.operations,
                  [&](const auto& before) { return before.index == result.index; });
    target.result.operations.push_back(std::move(result));
  }
  if (raw != nullptr) {
    return answer.ok() || !raw->stop_on_failure ? Job::Next::go_on : Job::Next::finished;
  }
  // Each value is tried: what one object refuses says nothing of the next.
  if (parameters != nullptr && !answer.ok()) return Job::Next::go_on;
  if (!answer.ok()) return Job::Next::finished;
  Core& core = parts_.core;
  const auto* relay = std::get_if<p32::RelayOrder>(&order.body);
  if (relay != nullptr && operation.service == Operation::Service::get) {
    protocol::axdr::Cursor in(answer.data);
    using protocol::cosem::classes::DisconnectControl;
    const std::int8_t index = operation.target.index;
    if (index == DisconnectControl::kOutputState) target.relay.output_closed = in.boolean();
    if (index == DisconnectControl::kControlState) target.relay.control_state = in.enumeration();
    if (index == DisconnectControl::kControlMode) target.relay.control_mode = in.enumeration();
    if (!in.at_end()) return Job::Next::unreadable;
    target.relay.read_at = p32::utc_ms_of_ns(core.now());
    // To close the relay from afar is not what was ordered.
    if (job.at == 0 && !reconnect_arms(target.relay.control_mode)) {
      target.result.failure = Failure{ErrorCategory::resource, p32::error_code::kNotSupported};
      return Job::Next::finished;
    }
    return Job::Next::go_on;
  }
  if (operation.read_back && !std::ranges::equal(operation.value, answer.data)) {
    target.result.failure = Failure{ErrorCategory::data, p32::error_code::kReadBack};
    return Job::Next::finished;
  }
  if (order.kind() == OrderKind::key_change) {
    MeterEntry& entry = core.store.meters()[job.meter];
    if (entry.next_keys) entry.given.keys = *entry.next_keys;
    entry.next_keys.reset();
    core.store.save_identity(job.meter);
    core.store.note(Group::meters, event_code::kKeysChanged, entry.given.serial);
  }
  if (parameters != nullptr && parameters->capture_period_s) {
    core.store.meters()[job.meter].capture_period_s = 0;  // to be read again
    core.store.save_state(job.meter);
  }
  return Job::Next::go_on;
}

void OrderBook::done(const RunningPtr& running, const std::string& serial,
                     std::optional<Failure> failure) {
  Target& target = running->targets.at(serial);
  if (target.done || running->state != p32::OrderState::running) return;
  target.done = true;
  target.fail(failure);
  target.result.at = p32::utc_ms_of_ns(parts_.core.now());
  if (failure) target.firmware.state = p32::TransferState::failed;
  const auto open = [](const auto& entry) { return !entry.second.done; };
  if (std::any_of(running->targets.begin(), running->targets.end(), open)) return save(*running);
  finish(running, p32::OrderState::done, std::nullopt);
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The journal of orders: what is taken, when it begins and how it ends.
#include "dcu/app/orders/order_book.hpp"

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/hosted/p32/codec.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ErrorCategory;
using p32::Failure;
using p32::OrderKind;
using p32::OrderState;
using Group = Store::EventGroup;

// Orders may overtake each other on the way, by priority; further behind none is taken, so that
// the journal need not remember older ones.
constexpr std::uint64_t kSeqWindow = 64;
constexpr std::size_t kJournalKept = 256;
constexpr std::size_t kRunningMost = 64;

Failure access(std::uint16_t code) { return {ErrorCategory::access, code}; }

bool for_meters(const p32::Order& order) {
  if (order.kind() == OrderKind::concentrator_parameters ||
      order.kind() == OrderKind::concentrator_command) {
    return false;
  }
  const auto* campaign = std::get_if<p32::FirmwareCampaignOrder>(&order.body);
  return campaign == nullptr || !campaign->for_concentrator;
}

// What is kept of a meter of an order, written and read by the same walk.
template <typename Io, typename Target>
void walk(Io& io, Target& target) {
  // The value stands there whether it means something or not.
  const auto always = [&io](auto& value) {
    auto plain = value.value_or(0);
    bool there = value.has_value();
    io(there, plain);
    if constexpr (Io::kReads) {
      if (there) value = plain;
    }
  };
  io(target.done, target.result.at);
  bool failed = target.result.failure.has_value();
  io(failed);
  if (failed) {
    Failure failure = target.result.failure.value_or(Failure{});
    io(failure.category, failure.code);
    if constexpr (Io::kReads) target.fail(failure);
  }
  always(target.result.clock_offset_ms);
  always(target.relay.read_at);
  io(target.relay.output_closed, target.relay.control_state, target.relay.control_mode);
  for (auto& operation : io.list(target.result.operations)) {
    io(operation.index, operation.result, operation.data);
  }
}

// And of one that gets an image.
template <typename Io, typename Target>
void walk_image(Io& io, Target& target) {
  auto& line = target.firmware;
  io(target.stage, line.state, line.active, line.blocks_done, line.blocks_total);
}

}  // namespace

OrderBook::OrderBook(const Parts& parts, std::function<void()> restart)
    : parts_(parts), restart_(std::move(restart)), images_(parts.core) {
  parts_.reporter.transfer_of = [this](const std::string& serial) { return transfer_of(serial); };
}

void OrderBook::save(const Running& running) {
  const p32::Order& order = running.order.order;
  const p32::Message message{{"journal", "journal", order.concentrator, order.seq, 0, {}},
                             running.order};
  FieldWriter out;
  out(p32::encode(message), running.state);
  for (const auto& [serial, target] : out.list(running.targets)) {
    out(serial);
    walk(out, target);
    if (order.kind() == OrderKind::firmware_campaign) walk_image(out, target);
  }
  parts_.core.store.mailbox().save_work(Mailbox::Work::order, running.order.order.seq, out.take());
}

void OrderBook::load(std::uint64_t seq, Bytes value) {
  FieldReader in(value);
  const auto decoded = p32::decode(in.next<std::string>());
  if (!decoded || !std::holds_alternative<p32::SignedOrder>(decoded.message().body)) return;
  const auto running = std::make_shared<Running>();
  running->order = std::get<p32::SignedOrder>(decoded.message().body);
  in(running->state);
  const std::uint32_t n = in.u32();
  for (std::uint32_t k = 0; k < n && in.ok(); ++k) {
    const auto serial = in.next<std::string>();
    Target& target = running->targets[serial];
    target.name(serial);
    walk(in, target);
    if (running->order.order.kind() == OrderKind::firmware_campaign) walk_image(in, target);
  }
  if (in.at_end()) orders_[seq] = running;
}

void OrderBook::start() {
  for (const auto& [seq, value] : parts_.core.store.mailbox().work(Mailbox::Work::order))
    load(seq, value);
  images_.start();
  keep_images();
  for (const auto& [seq, running] : orders_) {
    if (!is_over(running->state)) schedule(running);
  }
}

std::optional<Failure> OrderBook::check(const p32::SignedOrder& order, bool& duplicate) const {
  Core& core = parts_.core;
  const p32::Verifier verifier(core.store.config().head_end_key);
  if (order.signature.key != verifier.id()) return access(p32::error_code::kUnknownKey);
  if (!verifier.verify(order)) return access(p32::error_code::kBadSignature);
  const p32::Order& body = order.order;
  if (body.concentrator != core.store.config().id) {
    return access(p32::error_code::kWrongConcentrator);
  }
  const auto known = orders_.find(body.seq);
  if (known != orders_.end()) {
    duplicate = known->second->order.order.id == body.id;
    return duplicate ? std::nullopt : std::optional(access(p32::error_code::kReplayed));
  }
  const std::uint64_t newest = orders_.empty() ? 0 : orders_.rbegin()->first;
  if (body.seq == 0 || body.seq + kSeqWindow <= newest) {
    return access(p32::error_code::kReplayed);
  }
  const p32::UtcMs now = p32::utc_ms_of_ns(core.now());
  const p32::UtcMs age_ms = std::int64_t{core.store.parameters().order_age_max_s} * 1000;
  if (body.until <= now || body.until <= body.from || body.from < now - age_ms) {
    return access(p32::error_code::kExpired);
  }
  if (const auto* raw = std::get_if<p32::RawDlmsOrder>(&body.body)) {
    if (!selections_supported(*raw)) {
      return Failure{ErrorCategory::message, p32::error_code::kBadValue};
    }
  }
  // Images are on their way for hours; that is no reason to refuse what takes seconds.
  const bool image = body.kind() == OrderKind::firmware_campaign;
  const auto runs = [image](const auto& entry) {
    const p32::Order& other = entry.second->order.order;
    return !is_over(entry.second->state) && (other.kind() == OrderKind::firmware_campaign) == image;
  };
  const auto running = std::count_if(orders_.begin(), orders_.end(), runs);
  if (static_cast<std::size_t>(running) >= kRunningMost) {
    return Failure{ErrorCategory::resource, p32::error_code::kQueueFull};
  }
  return std::nullopt;
}

std::optional<Failure> OrderBook::accept(const p32::SignedOrder& order, bool& duplicate) {
  duplicate = false;
  Core& core = parts_.core;
  const auto failure = check(order, duplicate);
  if (duplicate) return std::nullopt;
  if (failure) {
    ++core.counters.orders_refused;
    const bool replayed = failure->code == p32::error_code::kReplayed;
    core.store.note(Group::access,
                    replayed ? event_code::kReplayedOrder : event_code::kBadSignature,
                    order.order.id);
    return failure;
  }
  ++core.counters.orders;
  const auto running = std::make_shared<Running>();
  running->order = order;
  std::vector<std::string> serials = order.order.meters;
  if (const auto* keys = std::get_if<p32::KeyChangeOrder>(&order.order.body)) {
    for (const p32::WrappedKey& key : keys->keys) serials.push_back(key.meter);
  }
  if (for_meters(order.order)) {
    for (const std::string& serial : serials) {
      Target& target = running->targets[serial];
      target.name(serial);
    }
  }
  orders_[order.order.seq] = running;
  save(*running);
  core.store.note(Group::orders, event_code::kOrderAccepted, order.order.id);
  prune();
  schedule(running);
  return std::nullopt;
}

// Orders that are over and that no repetition can bring back; one that takes days keeps none of
// those behind it.
void OrderBook::prune() {
  for (auto at = orders_.begin(); orders_.size() > kJournalKept;) {
    if (at->first + kSeqWindow > orders_.rbegin()->first) return;
    if (!is_over(at->second->state)) {
      ++at;
      continue;
    }
    parts_.core.store.mailbox().drop_work(Mailbox::Work::order, at->first);
    at = orders_.erase(at);
  }
}

void OrderBook::schedule(const RunningPtr& running) {
  Core& core = parts_.core;
  const p32::Order& order = running->order.order;
  const UtcNs from = std::max(core.now(), p32::utc_ns_of_ms(order.from));
  core.agenda.at(from, [this, running] { begin(running); });
  const UtcNs until = std::max(core.now(), p32::utc_ns_of_ms(order.until));
  core.agenda.at(until, [this, running] { expire(running); });
}

void OrderBook::begin(const RunningPtr& running) {
  if (is_over(running->state)) return;
  if (running->state != OrderState::running) {
    running->state = OrderState::running;
    save(*running);
  }
  const auto* campaign = std::get_if<p32::FirmwareCampaignOrder>(&running->order.order.body);
  const bool cancels = campaign != nullptr && !campaign->image;
  if (cancels || !for_meters(running->order.order)) {
    const auto failure =
        cancels ? cancel_campaign(campaign->campaign, *running) : run_own(*running);
    return finish(running, failure ? OrderState::failed : OrderState::done, failure);
  }
  std::vector<std::string> open;
  for (const auto& [serial, target] : running->targets) {
    if (!target.done) open.push_back(serial);
  }
  if (open.empty()) return finish(running, OrderState::done, std::nullopt);
  if (campaign != nullptr) return fetch(running);
  for (const std::string& serial : open) run_on(running, serial);
}

void OrderBook::expire(const RunningPtr& running) {
  if (is_over(running->state)) return;
  parts_.poller.cancel(running->order.order.seq << 1 | 1);
  for (auto& [serial, target] : running->targets) {
    if (target.done) continue;
    const MeterIndex meter = parts_.core.store.meter_of(serial);
    const bool there = meter != kNoMeter && parts_.poller.connected(meter);
    const Failure failure{ErrorCategory::communication,
                          there ? p32::error_code::kNoAnswer : p32::error_code::kNotRegistered};
    target.fail(failure);
    target.firmware.state = p32::TransferState::failed;
  }
  finish(running, OrderState::expired, std::nullopt);
}

bool OrderBook::cancel(const std::string& id, const Running& by) {
  for (const auto& [seq, running] : orders_) {
    if (running->order.order.id != id || is_over(running->state)) continue;
    if (running.get() == &by) continue;  // it has its own result
    parts_.poller.cancel(seq << 1 | 1);
    for (auto& [serial, target] : running->targets) {
      if (target.done) continue;
      target.fail(Failure{ErrorCategory::communication, p32::error_code::kCancelled});
      target.firmware.state = p32::TransferState::cancelled;
    }
    finish(running, OrderState::cancelled, std::nullopt);
    return true;
  }
  return false;
}

p32::ReportBody OrderBook::result_body(const Running& running) {
  switch (running.order.order.kind()) {
    case OrderKind::relay: {
      p32::RelayStatusReport report;
      for (const auto& [serial, target] : running.targets) report.meters.push_back(target.relay);
      return report;
    }
    case OrderKind::concentrator_parameters:
      return parts_.reporter.parameters();
    case OrderKind::concentrator_command:
      return p32::ConcentratorEventsReport{};
    case OrderKind::firmware_campaign: {
      p32::FirmwareStatusReport report;
      report.campaign = std::get<p32::FirmwareCampaignOrder>(running.order.order.body).campaign;
      for (const auto& [serial, target] : running.targets) {
        report.targets.push_back(target.firmware);
      }
      return report;
    }
    case OrderKind::meter_parameters:
    case OrderKind::activity_calendar:
    case OrderKind::power_limit:
    case OrderKind::clock_sync:
    case OrderKind::key_change:
    case OrderKind::raw_dlms:
      break;
  }
  return p32::InstantaneousReport{};  // the result itself says everything
}

// Of one that is over, or so far.
void OrderBook::report(const Running& running, std::optional<Failure> failure) {
  const p32::Order& order = running.order.order;
  p32::OrderResult result{order.id, order.kind(), running.state, failure, {}};
  for (const auto& [serial, target] : running.targets) {
    if (target.done || is_over(running.state)) result.meters.push_back(target.result);
  }
  parts_.reporter.add(
      p32::Report{p32::Cause::order, 1, true, std::move(result), result_body(running)}, order.id);
}

void OrderBook::finish(const RunningPtr& running, OrderState state,
                       std::optional<Failure> failure) {
  Core& core = parts_.core;
  const p32::Order& order = running->order.order;
  if (state == OrderState::done) {
    for (const auto& [serial, target] : running->targets) {
      if (target.result.failure) state = OrderState::failed;
    }
  }
  running->state = state;
  // Journal and report become durable together: one result, whatever happens.
  save(*running);
  report(*running, failure);
  if (order.kind() == OrderKind::firmware_campaign) keep_images();
  constexpr std::array kEvents = {event_code::kOrderAccepted, event_code::kOrderAccepted,
                                  event_code::kOrderDone,     event_code::kOrderFailed,
                                  event_code::kOrderExpired,  event_code::kOrderCancelled};
  core.store.note(Group::orders, kEvents[static_cast<std::size_t>(state)], order.id);
  core.observer.order_executed(core.now(), p32::name_of(order.kind()), order.seq,
                               p32::name_of(state));
  const auto* command = std::get_if<p32::ConcentratorCommandOrder>(&order.body);
  const bool reboot = command != nullptr && command->command == p32::Command::reboot;
  if (reboot && state == OrderState::done) restart_();
}

}  // namespace dcu::app

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/concentrators/concentrator_road.hpp"

#include <algorithm>
#include <array>

#include "hes-stub/orders/image_order.hpp"
#include "hes-stub/orders/key_order.hpp"
#include "hes-stub/orders/plan_steps.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/hosted/fields/fields.hpp"
#include "protocol/hosted/p32/http_range.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"

namespace hes {
namespace {

using p32::ErrorCategory;
using protocol::cosem::AccessResult;
using protocol::orders::Step;
namespace error_code = p32::error_code;

// The result of an order that is out of date comes a little later.
constexpr std::int64_t kResultGraceS = 900;
// A meter that could not be reached is not tried again before.
constexpr std::int64_t kReissueS = 600;
// By which progress is told before a meter has said how large its blocks are.
constexpr std::uint16_t kUsualBlockOctets = 928;
constexpr std::size_t kCampaignDigits = 16;
constexpr std::size_t kLengthOctets = 8;  // in front of an octet-string, at most
constexpr UtcNs kLastNs = INT64_C(4'000'000'000) * kNsPerSecond;  // year 2096

p32::DlmsOperation raw(p32::DlmsService service, const protocol::cosem::Attribute& target,
                       protocol::Bytes data) {
  p32::DlmsOperation operation;
  operation.service = service;
  operation.class_id = static_cast<std::uint16_t>(target.class_id);
  operation.instance = target.instance;
  operation.index = target.index;
  operation.data.assign(data.begin(), data.end());
  return operation;
}

p32::RawDlmsOrder one(p32::DlmsOperation operation) {
  p32::RawDlmsOrder order;
  order.operations.push_back(std::move(operation));
  return order;
}

// Settings, then what they read as.
p32::RawDlmsOrder raw(const std::vector<Step>& steps) {
  p32::RawDlmsOrder order;
  for (const Step& step : steps) {
    const bool sets = step.service == Step::Service::set;
    order.operations.push_back(raw(sets ? p32::DlmsService::set : p32::DlmsService::get,
                                   step.target, sets ? step.value : std::vector<std::uint8_t>{}));
  }
  return order;
}

// Does the meter show what was set?
bool shows(const std::vector<Step>& steps, const std::vector<p32::OperationResult>& results) {
  return std::ranges::all_of(results,
                             [&](const p32::OperationResult& result) {
                               return result.index < steps.size() &&
                                      (steps[result.index].service != Step::Service::read_back ||
                                       steps[result.index].value == result.data);
                             }) &&
         results.size() == steps.size();
}

p32::Priority priority_of(OrderKind kind) {
  const bool relay = kind == OrderKind::relay_open || kind == OrderKind::relay_close;
  if (kind == OrderKind::image) return p32::Priority::normal;
  return relay ? p32::Priority::very_high : p32::Priority::high;
}

// False: there is none in it.
bool make_campaign(const Order& order, p32::FirmwareCampaignOrder& campaign) {
  if (order.image == nullptr) return false;
  const auto head = protocol::image::decode(*order.image);
  if (!head.ok()) return false;
  const auto digest = protocol::image::sha256(*order.image);
  const auto name = protocol::image::identifier_of(*head);
  p32::FirmwareImage image;
  image.sha256.assign(digest.begin(), digest.end());
  image.source = p32::image_path(digest);
  image.identifier.assign(name.octets.begin(), name.octets.begin() + name.size);
  image.size_octets = static_cast<std::uint32_t>(order.image->size());
  image.block_octets = kUsualBlockOctets;
  campaign.campaign = "FW-" + image.source.substr(sizeof p32::kImagePath - 1, kCampaignDigits);
  campaign.image = std::move(image);
  if (order.value_s != 0) campaign.activate_at = order.value_s * 1000;
  return true;
}

// What runs on the meter of an order, as it would say it itself; nothing: the report does not know.
std::vector<std::uint8_t> revision_in(const p32::ReportBody& body, const std::string& serial) {
  const auto* status = std::get_if<p32::FirmwareStatusReport>(&body);
  if (status == nullptr) return {};
  const auto target = std::ranges::find(status->targets, serial, &p32::FirmwareTarget::id);
  const bool read = target != status->targets.end() && !target->active.empty();
  if (!read) return {};
  std::vector<std::uint8_t> value(target->active.size() + kLengthOctets);
  protocol::Writer out(value);
  protocol::axdr::put_octet_string(protocol::bytes_of(target->active), out);
  value.resize(out.size());
  return value;
}

// Was it certainly not done, so that doing it now is not doing it twice?
bool never_reached(const p32::Failure& failure) {
  return failure.category == ErrorCategory::communication &&
         (failure.code == error_code::kNotRegistered ||
          failure.code == error_code::kAssociationRefused ||
          failure.code == error_code::kUnknownMeter);
}

// Is this what reads new keys back?
bool reads_back(const Mailbox::Item& item) {
  const auto* const order = std::get_if<p32::SignedOrder>(&item.work.body);
  return order != nullptr && order->order.kind() == p32::OrderKind::raw_dlms;
}

// False: it cannot be expressed for a concentrator.
bool make_order(const Order& order, p32::OrderBody& body) {
  std::array<std::uint8_t, 3> parameter;
  protocol::Writer out(parameter);
  switch (order.kind) {
    case OrderKind::relay_open:
      body = p32::RelayOrder{p32::RelayAction::open};
      return true;
    case OrderKind::relay_close:
      body = p32::RelayOrder{p32::RelayAction::close};
      return true;
    case OrderKind::clock_shift:
      protocol::axdr::put_long(static_cast<std::int16_t>(order.value_s), out);
      body = one(raw(p32::DlmsService::action,
                     {classes::Clock::kId, kClock, classes::Clock::kShiftTime}, out.written()));
      return true;
    case OrderKind::clock_set:
      // The concentrator's clock is true; another time than that cannot be told in advance.
      if (order.value_s != 0) return false;
      body = p32::ClockSyncOrder{p32::ClockSyncMode::set, 0};
      return true;
    case OrderKind::calendar: {
      auto parsed = protocol::tariff::parse_plan(order.plan);
      if (!parsed.plan) return false;
      body = std::move(*parsed.plan);
      return true;
    }
    case OrderKind::limit: {
      const auto parsed = protocol::limits::parse_limit(order.plan);
      if (!parsed.limit) return false;
      body = *parsed.limit;
      return true;
    }
    case OrderKind::image: {
      p32::FirmwareCampaignOrder campaign;
      if (!make_campaign(order, campaign)) return false;
      body = std::move(campaign);
      return true;
    }
    case OrderKind::key:  // ConcentratorRoad::give_keys; this reads them back
      body =
          one(raw(p32::DlmsService::get, {classes::Clock::kId, kClock, classes::Clock::kTime}, {}));
      return true;
    case OrderKind::read:
      body = one(raw(p32::DlmsService::get, order.attribute, {}));
      return true;
    case OrderKind::parameter:
      body = raw(steps_of(order));
      return true;
  }
  return false;
}

}  // namespace

ConcentratorRoad::ConcentratorRoad(Context& context, Mailbox& mailbox, RowRequests& requests)
    : context_(context), mailbox_(mailbox), requests_(requests) {
  if (context.config.signing_key) signer_.emplace(*context.config.signing_key);
}

OrderId ConcentratorRoad::start() {
  OrderId highest = 0;
  for (ConcentratorIndex to = 0; to < context_.inventory.concentrators().size(); ++to) {
    for (const auto& [seq, item] : mailbox_.items(to)) {
      if (!item.order) continue;
      highest = std::max(highest, item.order->id);
      open_[item.order->id] = {to, seq};
      context_.deadlines.add(item.order->order.valid_until, Deadline::Kind::order_until,
                             item.order->id);
    }
  }
  return highest;
}

void ConcentratorRoad::take(OrderResult result) {
  Order& order = result.order;
  if (order.valid_until == kNever) {
    order.valid_until = std::max(context_.now(), order.valid_from) +
                        context_.config.p32_order_window_s * kNsPerSecond;
  }
  p32::OrderBody body;
  if (!signer_ || order.valid_until > kLastNs || order.valid_from >= order.valid_until ||
      !make_order(order, body)) {
    return conclude(context_, result, OrderOutcome::invalid);
  }
  if (order.valid_until <= context_.now() + kNsPerSecond)
    return conclude(context_, result, OrderOutcome::expired);
  context_.deadlines.add(order.valid_until, Deadline::Kind::order_until, result.id);
  issue(std::move(result), context_.now());
}

// Signs it under its next number.
void ConcentratorRoad::issue(OrderResult result, UtcNs not_before) {
  const ConcentratorIndex to = context_.inventory[result.order.meter].concentrator;
  p32::Order order;
  order.id = mailbox_.next_id(to);
  order.concentrator = context_.inventory.concentrators()[to].id;
  // Counts the orders alone: a concentrator remembers a window of these numbers.
  order.seq = mailbox_.next_order_seq(to);
  order.from = p32::utc_ms_of_ns(std::max(not_before, result.order.valid_from));
  order.until = p32::utc_ms_of_ns(result.order.valid_until);
  order.priority = priority_of(result.order.kind);
  if (result.order.kind == OrderKind::key && !result.settled) {
    if (!give_keys(result.order.meter, order.body)) {
      open_.erase(result.id);
      return conclude(context_, result, OrderOutcome::invalid);
    }
  } else {  // new keys name their meter themselves
    order.meters.push_back(context_.inventory[result.order.meter].serial);
    make_order(result.order, order.body);
  }
  p32::WorkItem work;
  work.body = signer_->sign(order);
  const OrderId id = result.id;
  open_[id] = {to, mailbox_.add(to, std::move(work), std::move(result)).work.seq};
}

// Wrapped once for the meter, once for the concentrator; the same ones as long as it is not known
// whether the meter has them.
bool ConcentratorRoad::give_keys(MeterIndex meter, p32::OrderBody& body) {
  if (missing_key(context_.inventory, meter) != nullptr) return false;  // another inventory now
  const MeterEntry& entry = context_.inventory[meter];
  const auto& transport = context_.inventory.concentrators()[entry.concentrator].transport_key;
  const protocol::dlms::Keys* const keys = context_.keys.change(meter);
  if (keys == nullptr) return false;
  const auto for_meter = wrap_keys(context_, *entry.master_key, *keys);
  const auto for_concentrator = wrap_keys(context_, *transport, *keys);
  if (!for_meter || !for_concentrator) return false;
  constexpr p32::KeyId kIds[] = {p32::KeyId::unicast, p32::KeyId::authentication};
  p32::KeyChangeOrder order;
  for (std::size_t k = 0; k < std::size(kIds); ++k) {
    const auto octets = [k](const auto& wrapped) {
      return p32::Octets(wrapped[k].begin(), wrapped[k].end());
    };
    order.keys.push_back({entry.serial, kIds[k], octets(*for_meter), octets(*for_concentrator)});
  }
  body = std::move(order);
  return true;
}

// The concentrator has given the meter its new keys: now it is to be asked something under them.
// False: there is no time left.
bool ConcentratorRoad::read_back(ConcentratorIndex from, std::uint64_t seq) {
  OrderResult& order = *mailbox_.at(from, seq).order;
  const MeterIndex meter = order.order.meter;
  if (context_.keys.proved(meter, context_.keys.in_force(meter) + 1, 0)) {
    context_.note_event(meter, "keys changed");
  }
  if (order.order.valid_until <= context_.now() + kNsPerSecond) return false;
  OrderResult result = std::move(order);
  result.settled = true;
  mailbox_.drop(from, seq);
  issue(std::move(result), context_.now());
  return true;
}

void ConcentratorRoad::on_result(ConcentratorIndex from, const p32::OrderResult& result,
                                 const p32::ReportBody& body) {
  Mailbox::Item* const item = mailbox_.find(from, result.order);
  if (item == nullptr || !item->order) {
    ++context_.counters.p32.unexpected;
    return;
  }
  const std::uint64_t seq = item->work.seq;
  if (result.state == p32::OrderState::accepted || result.state == p32::OrderState::running) {
    if (!item->acked) mailbox_.on_ack(from, *item);
    return;
  }
  OrderResult& order = *item->order;
  const std::string& serial = context_.inventory[order.order.meter].serial;
  const p32::OrderMeter* meter = nullptr;
  for (const p32::OrderMeter& candidate : result.meters) {
    if (candidate.id == serial) meter = &candidate;
  }
  if (meter != nullptr && meter->clock_offset_ms) {
    const UtcNs offset = UtcNs{*meter->clock_offset_ms} * 1'000'000;
    context_.note_clock(order.order.meter, offset);
    requests_.set_back(order.order.meter, *meter->clock_offset_ms / 1000);
  }
  if (order.order.kind == OrderKind::image) order.data = revision_in(body, serial);
  if (meter != nullptr && meter->failure) return on_failure(from, seq, *meter->failure);
  if (meter != nullptr && !meter->operations.empty()) {
    order.data = meter->operations.front().data;
    for (const p32::OperationResult& operation : meter->operations) {
      if (operation.result == 0) continue;
      return on_failure(from, seq, {ErrorCategory::dlms, operation.result});
    }
  }
  if (result.failure) return on_failure(from, seq, *result.failure);
  if (result.state == p32::OrderState::expired) return finish(from, seq, OrderOutcome::expired);
  if (result.state != p32::OrderState::done) {
    return refuse(from, seq, AccessResult::other_reason);
  }
  if (order.order.kind == OrderKind::parameter &&
      (meter == nullptr || !shows(steps_of(order.order), meter->operations))) {
    return refuse(from, seq, AccessResult::other_reason);
  }
  // Without a revision the order ends before the image is to run.
  if (order.order.kind == OrderKind::image && !order.data.empty() &&
      !is_revision_of(order.order, order.data)) {
    return refuse(from, seq, AccessResult::other_reason);
  }
  if (order.order.kind == OrderKind::clock_shift) {
    requests_.set_back(order.order.meter, -order.order.value_s);
  }
  if (order.order.kind == OrderKind::key && !reads_back(*item) && read_back(from, seq)) return;
  finish(from, seq, OrderOutcome::done);
}

void ConcentratorRoad::on_failure(ConcentratorIndex from, std::uint64_t seq,
                                  const p32::Failure& failure) {
  Mailbox::Item& item = mailbox_.at(from, seq);
  OrderResult& order = *item.order;
  if (failure.category == ErrorCategory::dlms) {
    const bool keys = order.order.kind == OrderKind::key && !reads_back(item);
    if (keys) context_.keys.give_up(order.order.meter);
    return refuse(from, seq, static_cast<AccessResult>(failure.code & 0xFF));
  }
  const bool unreachable = failure.category == ErrorCategory::communication;
  if (failure.category == ErrorCategory::access && failure.code == error_code::kExpired) {
    return finish(from, seq, OrderOutcome::expired);
  }
  const bool busy = failure.category == ErrorCategory::resource &&
                    (failure.code == error_code::kQueueFull || failure.code == error_code::kBusy);
  if (!unreachable && !busy) {
    return refuse(from, seq, AccessResult::other_reason);
  }
  // Again, as long as its window is open. A shift must not be done twice.
  const UtcNs again = context_.now() + kReissueS * kNsPerSecond;
  const bool repeatable =
      order.order.kind != OrderKind::clock_shift || busy || never_reached(failure);
  if (!repeatable || again >= order.order.valid_until) {
    return finish(from, seq, OrderOutcome::expired);
  }
  OrderResult result = std::move(order);
  result.settled = result.order.kind == OrderKind::key && reads_back(item);
  mailbox_.drop(from, seq);
  issue(std::move(result), again);
}

bool ConcentratorRoad::on_until(OrderId id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return false;
  const auto [to, seq] = found->second;
  const Mailbox::Item& item = mailbox_.at(to, seq);
  const UtcNs last = item.order->order.valid_until + kResultGraceS * kNsPerSecond;
  if ((item.handed || item.acked) && context_.now() < last) {  // its result may be on the way
    context_.deadlines.add(last, Deadline::Kind::order_until, id);
    return true;
  }
  finish(to, seq, OrderOutcome::expired);
  return true;
}

void ConcentratorRoad::finish(ConcentratorIndex from, std::uint64_t seq, OrderOutcome outcome) {
  OrderResult result = std::move(*mailbox_.at(from, seq).order);
  open_.erase(result.id);
  mailbox_.drop(from, seq);
  conclude(context_, result, outcome);
}

void ConcentratorRoad::refuse(ConcentratorIndex from, std::uint64_t seq, AccessResult why) {
  mailbox_.at(from, seq).order->access_result = why;
  finish(from, seq, OrderOutcome::refused);
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/drive/director.hpp"

#include <algorithm>
#include <cmath>

namespace sim::run {
Director::Director(World& world, const Scenario& scenario, HeadEnd& head_end)
    : scenario_(scenario),
      world_(world),
      homes_(world.homes()),
      head_end_(head_end),
      scale_(scenario),
      timer_(world.agenda(), *this, kDirectorEntity, 0) {
  for (const Event& event : scenario.events) announce(event);
  for (const auto& home : homes_) announce_outages(*home);
  if (!timed_.empty()) timer_.arm(timed_.front().at);
}

void Director::announce(const Event& event) {
  const auto meters = event.meters.list(static_cast<std::uint32_t>(homes_.size()));
  switch (event.type) {
    case EventType::network_loss:
      world_.cell().set_outage(event.at, event.at + kernel::to_ns(event.duration_s));
      break;
    case EventType::outage:
      break;  // announce_outages
    case EventType::concentrator_outage: {
      ConcentratorSite& site =
          world_.power_lines().at(static_cast<std::size_t>(event.concentrator - 1))->site();
      site.power(event.at, false);
      site.power(event.at + kernel::to_ns(event.duration_s), true);
      break;
    }
    case EventType::sag:
      for (const std::uint32_t meter : meters) {
        homes_[meter - 1]->meter->supply().sag(
            event.at, event.at + kernel::to_ns(event.duration_ms / 1000), event.residual);
      }
      break;
    case EventType::cover:
    case EventType::terminal_cover:
    case EventType::magnet:
    case EventType::seal:
    case EventType::button:
      for (const std::uint32_t meter : meters) hold_inputs(event, *homes_[meter - 1]->meter);
      break;
    case EventType::look:
    case EventType::watch:
      break;  // Looks, Watches
    case EventType::upset:
      for (const std::uint32_t meter : meters) disturb(event, meter);
      break;
    case EventType::bypass:
    case EventType::neutral_fault:
      break;  // the homes are built with them
    case EventType::temperature:
      break;  // Weather
    case EventType::clock_error:
      if (event.at > 0) timed_.push_back(event);  // at 0 the clock was wrong from the start
      break;
    case EventType::relay:
    case EventType::clock_shift:
    case EventType::calendar:
    case EventType::limit:
    case EventType::image:
    case EventType::key:
    case EventType::contact:
    case EventType::parameter:
    case EventType::battery:
      timed_.push_back(event);
      break;
  }
}

void Director::disturb(const Event& event, std::uint32_t meter) {
  Home& home = *homes_[meter - 1];
  auto& comes = disturbances_[meter];
  if (comes == nullptr) {
    comes = std::make_unique<models::Disturbances>(world_.agenda_of(home), *home.meter);
  }
  const auto seed = static_cast<std::uint64_t>(scenario_.general.seed);
  comes->announce(event.at, models::draw_upset(seed, meter, event.at));
}

// Whoever breaks the seal opens all that is under it.
void Director::hold_inputs(const Event& event, models::MeterNode& meter) {
  models::InputBlock& inputs = meter.board().inputs;
  const double seconds =
      event.type == EventType::button ? event.duration_ms / 1000 : event.duration_s;
  const auto hold = [&](EventType type, meter_input input) {
    const bool seal = event.type == EventType::seal &&
                      (type == EventType::cover || type == EventType::terminal_cover);
    if (event.type != type && !seal) return;
    inputs.hold(event.at, event.at + kernel::to_ns(seconds), input);
  };
  hold(EventType::cover, METER_INPUT_COVER);
  hold(EventType::terminal_cover, METER_INPUT_TERMINAL_COVER);
  hold(EventType::magnet, METER_INPUT_MAGNET);
  hold(EventType::button, METER_INPUT_BUTTON);
}

// Outages that overlap are one.
void Director::announce_outages(Home& home) {
  kernel::TimeNs from = kernel::kNever;
  kernel::TimeNs to = kernel::kNever;
  const auto announce_one = [&] {
    if (from == kernel::kNever) return;
    home.meter->power(from, false);
    home.meter->power(to, true);
  };
  for (const Event& event : scenario_.events) {
    if (event.type != EventType::outage || !event.meters.contains(home.identity.number)) continue;
    const kernel::TimeNs end = event.at + kernel::to_ns(event.duration_s);
    if (from != kernel::kNever && event.at <= to) {
      to = std::max(to, end);
      continue;
    }
    announce_one();
    from = event.at;
    to = end;
  }
  announce_one();
}

void Director::on_time(kernel::TimeNs now, std::uint32_t /*what*/) {
  while (next_ < timed_.size() && timed_[next_].at <= now) give_orders(timed_[next_++]);
  if (next_ < timed_.size()) timer_.arm(timed_[next_].at);
}

void Director::give_orders(const Event& event) {
  for (const std::uint32_t meter : event.meters.list(static_cast<std::uint32_t>(homes_.size()))) {
    if (event.type == EventType::clock_error) {
      homes_[meter - 1]->meter->board().rtc.disturb(event.shift_s);
      continue;
    }
    if (event.type == EventType::battery) {
      homes_[meter - 1]->meter->board().battery.set_charge(event.board.charge_percent / 100);
      continue;
    }
    if (event.type == EventType::contact) {
      models::MeterNode& node = *homes_[meter - 1]->meter;
      if (event.board.contact == ContactFate::welds) {
        node.board().relay.set_stuck(true);
      } else {
        node.knock_relay(event.board.contact == ContactFate::closes);
      }
      continue;
    }
    hes::Order order;
    order.meter = meter - 1;
    order.valid_until = scale_.utc_ns(scenario_.end());
    if (event.type == EventType::relay) {
      order.kind = event.value == RelayOrder::open ? hes::OrderKind::relay_open
                                                   : hes::OrderKind::relay_close;
      ++relay_orders_;
    } else if (event.type == EventType::calendar) {
      order.kind = hes::OrderKind::calendar;
      order.plan = protocol::tariff::text_of(event.tariff);
    } else if (event.type == EventType::limit) {
      order.kind = hes::OrderKind::limit;
      order.plan = protocol::limits::text_of(event.limit);
    } else if (event.type == EventType::parameter) {
      order.kind = hes::OrderKind::parameter;
      order.plan = event.plan;
    } else if (event.type == EventType::image) {
      order.kind = hes::OrderKind::image;
      order.image = world_.images().container_of(event.file);
      if (event.activate_at != 0) {
        order.value_s = scale_.utc_ns(event.activate_at) / kernel::kNsPerSecond;
      }
    } else if (event.type == EventType::key) {
      order.kind = hes::OrderKind::key;
    } else {
      order.kind = hes::OrderKind::clock_shift;
      order.value_s = std::llround(event.shift_s);
    }
    head_end_.submit(order);
  }
}

}  // namespace sim::run

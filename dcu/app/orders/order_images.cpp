// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Orders that bring an image to meters: fetched first, then carried to each meter by itself.
#include <algorithm>

#include "dcu/app/meters/image_job.hpp"
#include "dcu/app/orders/order_book.hpp"

namespace dcu::app {
namespace {

namespace p32 = protocol::p32;
using p32::ErrorCategory;
using p32::Failure;
using p32::OrderState;

// Who is told of the progress is told so often at most.
constexpr std::int64_t kTellS = 900;
// Behind whatever is read regularly: a transfer of hours must not keep a meter from it.
constexpr std::uint8_t kBehindReadings = 4;

std::uint8_t priority_of(const p32::Order& order) {
  return order.priority == p32::Priority::normal ? kBehindReadings
                                                 : static_cast<std::uint8_t>(order.priority);
}

const p32::FirmwareCampaignOrder* campaign_of(const p32::SignedOrder& order) {
  return std::get_if<p32::FirmwareCampaignOrder>(&order.order.body);
}

}  // namespace

// Images that no order wants any more go.
void OrderBook::keep_images() {
  std::vector<Octets> wanted;
  for (const auto& [seq, running] : orders_) {
    const auto* campaign = campaign_of(running->order);
    if (campaign == nullptr || !campaign->image || is_over(running->state)) continue;
    wanted.push_back(campaign->image->sha256);
  }
  images_.keep_only(wanted);
}

void OrderBook::fetch(const RunningPtr& running) {
  const auto& wanted = *campaign_of(running->order)->image;
  images_.want(wanted, [this, running](const ImageDepot::Image& image,
                                       const std::optional<Failure>& failure) {
    if (running->state != OrderState::running) return;
    std::vector<std::string> open;
    for (const auto& [serial, target] : running->targets) {
      if (!target.done) open.push_back(serial);
    }
    for (const std::string& serial : open) {
      failure ? done(running, serial, failure) : bring(running, serial, image);
    }
  });
}

void OrderBook::bring(const RunningPtr& running, const std::string& serial,
                      const ImageDepot::Image& image) {
  const p32::Order& order = running->order.order;
  const p32::FirmwareCampaignOrder& campaign = *campaign_of(running->order);
  Target& target = running->targets.at(serial);
  ImageTask task;
  task.meter = parts_.core.store.meter_of(serial);
  if (task.meter == kNoMeter) {
    return done(running, serial,
                Failure{ErrorCategory::communication, p32::error_code::kUnknownMeter});
  }
  const std::uint32_t block = campaign.image->block_octets;  // until the meter has said its own
  if (target.firmware.blocks_total == 0) {
    target.firmware.blocks_total = campaign.image->size_octets / block + 1;
  }
  task.image = image;
  task.activate_at_s = campaign.activate_at.value_or(0) / 1000;
  task.stage = target.stage;
  task.priority = priority_of(order);
  task.owner = order.seq << 1 | 1;
  task.until = p32::utc_ns_of_ms(order.until);
  task.line = &target.firmware;
  task.wanted = [running, &target] {
    return !target.done && running->state == OrderState::running;
  };
  task.moved = [this, running, &target](protocol::image::Transfer::Stage stage) {
    if (std::exchange(target.stage, stage) != stage) {
      save(*running);
      parts_.core.store.commit();
    }
    tell(running);
  };
  task.over = [this, running, serial](const std::optional<Failure>& failure) {
    done(running, serial, failure);
  };
  bring_image(parts_.core, parts_.poller, std::move(task));
}

// What is known so far, in a report before the last one.
void OrderBook::tell(const RunningPtr& running) {
  if (std::exchange(running->telling, true)) return;
  parts_.core.agenda.at(parts_.core.in_s(kTellS), [this, running] {
    running->telling = false;
    if (running->state == OrderState::running) report(*running, std::nullopt);
  });
}

std::optional<Failure> OrderBook::cancel_campaign(const std::string& campaign, const Running& by) {
  std::vector<std::string> ids;
  for (const auto& [seq, running] : orders_) {
    const auto* other = campaign_of(running->order);
    const bool is_it = other != nullptr && other->image && other->campaign == campaign;
    if (is_it && !is_over(running->state)) ids.push_back(running->order.order.id);
  }
  for (const std::string& id : ids) cancel(id, by);
  if (!ids.empty()) return std::nullopt;
  return Failure{ErrorCategory::message, p32::error_code::kUnknownTarget};
}

const p32::FirmwareTarget* OrderBook::transfer_of(const std::string& serial) const {
  for (const auto& [seq, running] : orders_) {
    const auto target = running->targets.find(serial);
    const bool open = campaign_of(running->order) != nullptr && !is_over(running->state) &&
                      target != running->targets.end() && !target->second.done;
    if (open) return &target->second.firmware;
  }
  return nullptr;
}

}  // namespace dcu::app

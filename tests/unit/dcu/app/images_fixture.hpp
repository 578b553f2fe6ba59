// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "tests/unit/dcu/app/orders_fixture.hpp"

namespace dcu_test {

using p32::TransferState;

// Meters that take images, and a head-end that has one.
class ImageOrders : public Orders {
 protected:
  ImageOrders() {
    for (const auto& meter : world.meters) meter->image.emplace();
    world.head_end.images[path()] = container;
  }
  p32::Octets digest() const {
    const auto octets = protocol::image::sha256(container);
    return {octets.begin(), octets.end()};
  }
  std::string path() const { return p32::image_path(digest()); }
  p32::FirmwareCampaignOrder campaign(std::int64_t activate_in_s = 0) const {
    p32::FirmwareCampaignOrder body;
    body.campaign = "FW-1";
    body.image = p32::FirmwareImage{
        path(), "AD11A 1.1.0", static_cast<std::uint32_t>(container.size()), digest(), 256, {}};
    if (activate_in_s != 0) body.activate_at = (world.now_s() + activate_in_s) * 1000;
    return body;
  }
  // The last report of it.
  const p32::Report* report_of(const std::string& id) const {
    const p32::Report* last = nullptr;
    for (const p32::Message& message : world.head_end.reports) {
      const auto& report = std::get<p32::Report>(message.body);
      if (report.order && report.order->order == id) last = &report;
    }
    return last;
  }
  OrderState state_of(const p32::Order& order) const {
    const p32::Report* report = report_of(order.id);
    return report == nullptr ? OrderState::accepted : report->order->state;
  }
  std::optional<p32::Failure> failure_of(const p32::Order& order, std::size_t meter = 0) const {
    const p32::Report* report = report_of(order.id);
    return report == nullptr ? std::nullopt : report->order->meters.at(meter).failure;
  }
  p32::FirmwareTarget target_of(const p32::Order& order, std::size_t meter = 0) const {
    const p32::Report* report = report_of(order.id);
    EXPECT_NE(report, nullptr) << order.id << " has no report";
    if (report == nullptr) return {};
    return std::get<p32::FirmwareStatusReport>(report->body).targets.at(meter);
  }
  p32::Order give(const p32::FirmwareCampaignOrder& body, std::vector<unsigned> meters = {0}) {
    p32::Order wanted = order(body, std::move(meters));
    wanted.priority = p32::Priority::normal;
    world.head_end.ask(world.head_end.sign(wanted));
    return wanted;
  }
  void run_until(const std::function<bool()>& reached) {
    for (int k = 0; k < 3000 && !reached(); ++k) world.run_for(1);
    ASSERT_TRUE(reached());
  }
  rigs::FakeImage& image(unsigned meter) { return *world.meters[meter]->image; }

  std::vector<std::uint8_t> container = rigs::test_container("1.1.0", 40'000);
};

}  // namespace dcu_test

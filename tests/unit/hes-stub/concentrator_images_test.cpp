// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Images of meters behind a concentrator: ordered by digest, fetched in parts, finished by the
// revision that the meter names.
#include "protocol/axdr/cursor.hpp"
#include "protocol/hosted/fields/fields.hpp"
#include "tests/rigs/head_end/concentrator_world.hpp"
#include "tests/rigs/image/fake_image.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;

class PlcImages : public hes_test::ConcentratorTest {
 protected:
  void begin() {
    start();
    dc().verifier.emplace(p32::Signer(hes_test::kSignKey).public_key());
    connect();
  }
  void connect() {
    world_->connect_concentrator();
    world_->run_for_s(10);
  }
  void order_image(std::int64_t activate_at_s = 0) {
    Order wanted = order(OrderKind::image, activate_at_s);
    wanted.image = std::make_shared<const std::vector<std::uint8_t>>(container_);
    submit(wanted);
  }
  void poll() {
    act([](FakeConcentrator& it) { it.poll(); }, 30);
  }
  std::string path() const { return p32::image_path(protocol::image::sha256(container_)); }
  // The status of the answer.
  unsigned get(const std::string& path, std::uint32_t first, std::uint32_t last) {
    dc().statuses.clear();
    world_->raw_up(p32::http_get("head-end", path, {first, last}));
    world_->run_for_s(5);
    return dc().statuses.empty() ? 0 : dc().statuses.front();
  }
  std::string revision(const OrderResult& result) const {
    const auto text = protocol::axdr::Cursor(result.data).octet_string();
    return {text.begin(), text.end()};
  }

  std::vector<std::uint8_t> container_ = rigs::test_container("1.1.0", 20'000);
};

TEST_F(PlcImages, AnImageIsOrderedByItsDigestAndDoneWhenItsRevisionRuns) {
  begin();
  const std::int64_t at_s = world_->now_s() + 3600;
  order_image(at_s);
  poll();
  ASSERT_EQ(dc().executed.size(), 1u);
  EXPECT_EQ(dc().refused_signatures, 0u);
  EXPECT_EQ(dc().executed[0].priority, p32::Priority::normal);
  const auto& campaign = std::get<p32::FirmwareCampaignOrder>(dc().executed[0].body);
  ASSERT_TRUE(campaign.image);
  EXPECT_EQ(campaign.image->source, path());
  EXPECT_EQ(campaign.image->size_octets, container_.size());
  EXPECT_EQ(campaign.image->identifier.substr(0, 12), "AD11A 1.1.0 ");
  EXPECT_EQ(campaign.activate_at, at_s * 1000);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(revision(seen_.orders[0]), "1.1.0");
}

TEST_F(PlcImages, WhatTheMeterMakesOfItIsTheResultOfTheOrder) {
  begin();
  dc().revision = "1.0.0";  // another than was sent
  order_image();
  poll();
  dc().revision = "";  // the order ends before it is to run
  order_image();
  poll();
  dc().revision = "1.0.0";
  dc().meter_failure = p32::Failure{p32::ErrorCategory::dlms, 250};
  order_image();
  poll();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::data, p32::error_code::kReadBack};
  order_image();
  poll();
  ASSERT_EQ(seen_.orders.size(), 4u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(revision(seen_.orders[0]), "1.0.0");
  EXPECT_EQ(seen_.orders[1].outcome, OrderOutcome::done);
  EXPECT_TRUE(seen_.orders[1].data.empty());
  EXPECT_EQ(seen_.orders[2].outcome, OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[2].access_result, protocol::cosem::AccessResult::other_reason);
  EXPECT_EQ(seen_.orders[3].outcome, OrderOutcome::refused);
  EXPECT_EQ(revision(seen_.orders[3]), "1.0.0");
}

TEST_F(PlcImages, PartsAreServedToWhomAnOpenOrderNamesThem) {
  begin();
  dc().executes = false;
  EXPECT_EQ(get(path(), 0, 99), 404u);  // not ordered yet
  order_image();
  EXPECT_EQ(get(path(), 0, 16'383), 206u);
  EXPECT_EQ(get(path(), 16'384, 32'767), 206u);
  ASSERT_EQ(dc().parts.size(), 2u);
  EXPECT_EQ(dc().parts[0].part, (p32::ContentRange{{0, 16'383}, 20'128}));
  EXPECT_EQ(dc().parts[1].part, (p32::ContentRange{{16'384, 20'127}, 20'128}));
  const std::string whole = dc().parts[0].body + dc().parts[1].body;
  EXPECT_TRUE(std::equal(whole.begin(), whole.end(), container_.begin(), container_.end(),
                         [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));
  EXPECT_EQ(counters().image_parts, 2u);
  EXPECT_EQ(seen_.count(MessageKind::p32_image), 3u);
  EXPECT_EQ(get(path(), 20'128, 20'200), 416u);  // behind it
  EXPECT_EQ(get(path(), 0, 16'384), 416u);       // more than a part
  EXPECT_EQ(get(p32::image_path(std::vector<std::uint8_t>(32, 7)), 0, 99), 404u);
  EXPECT_EQ(get("/p32ex/1/images/", 0, 99), 404u);
  EXPECT_EQ(get("/p32ex/1/images/../../etc/passwd", 0, 99), 404u);
  EXPECT_EQ(counters().image_refused, 6u);
  world_->run_for_s(9000);  // the order is over
  connect();
  EXPECT_EQ(get(path(), 0, 99), 404u);
}

TEST_F(PlcImages, WhoHasNotSaidWhoHeIsGetsNothing) {
  begin();
  order_image();
  constexpr ConnectionId kOther = 4711;
  head_end_->open(kOther, Door::p32);
  head_end_->data(kOther, protocol::bytes_of(p32::http_get("head-end", path(), {0, 99})));
  head_end_->deliver(world_->now);
  world_->run_for_s(5);
  EXPECT_EQ(world_->closed_by_head_end, std::vector{kOther});
  EXPECT_EQ(counters().image_parts, 0u);
  EXPECT_EQ(counters().image_refused, 1u);
}

TEST_F(PlcImages, OtherMethodsOnAnImageAreRefused) {
  begin();
  order_image();
  world_->raw_up("POST " + path() +
                 " HTTP/1.1\r\nHost: h\r\nContent-Type: application/xml\r\n"
                 "Content-Length: 0\r\n\r\n");
  world_->run_for_s(5);
  EXPECT_EQ(counters().http_refused, 1u);
  EXPECT_EQ(world_->uplink, 0u);
}

TEST_F(PlcImages, AnImageSurvivesTheHeadEndAndGoesWithItsOrders) {
  on_file();
  begin();
  dc().executes = false;
  order_image();
  order_image();
  poll();
  EXPECT_EQ(count("SELECT count(*) FROM firmware_image"), 1);  // once for both
  kill_and_start();
  connect();
  EXPECT_EQ(get(path(), 0, 99), 206u);
  EXPECT_EQ(seen_.orders.size(), 0u);
  world_->run_for_s(9000);
  EXPECT_EQ(seen_.orders.size(), 2u);
  store_->commit();
  kill_and_start();
  EXPECT_EQ(count("SELECT count(*) FROM firmware_image"), 0);
}

}  // namespace
}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Images of orders: fetched from the head-end in parts, and checked before a block goes to a meter.
#include "tests/unit/dcu/app/images_fixture.hpp"

namespace dcu_test {
namespace {

TEST_F(ImageOrders, NoBlockOfAWrongImageGoesToAMeter) {
  world.head_end.images[path()][20'000] ^= 1;
  const p32::Order wanted = give(campaign());
  world.run_for(300);
  EXPECT_EQ(state_of(wanted), OrderState::failed);
  EXPECT_EQ(failure_of(wanted), (p32::Failure{ErrorCategory::data, p32::error_code::kOtherImage}));
  EXPECT_EQ(image(0).initiations, 0);
  EXPECT_EQ(world.count(&dcu::app::Counters::images_refused), 1u);
  // What is no container of ours is none that a meter would take.
  container.assign(5000, 7);
  world.head_end.images[path()] = container;
  const p32::Order other = give(campaign());
  world.run_for(300);
  EXPECT_EQ(failure_of(other), (p32::Failure{ErrorCategory::data, p32::error_code::kOtherImage}));
}

TEST_F(ImageOrders, AnswersThatAreNotThePartAreRefusedAndCounted) {
  const p32::ContentRange other{{100, 16'483}, static_cast<std::uint32_t>(container.size())};
  const p32::ContentRange shorter{{0, 99}, other.total};
  const p32::ContentRange larger{{0, 16'383}, other.total + 1};
  const std::vector<std::string> bad = {
      p32::http_part(other, protocol::Bytes(container).first(16'384)),
      p32::http_part(shorter, protocol::Bytes(container).first(100)),
      p32::http_part(larger, protocol::Bytes(container).first(16'384)),
      p32::http_part({{0, 16'383}, other.total}, protocol::Bytes(container).first(20'000)),
      p32::http_response(200, std::string(20'000, 'x')),
  };
  std::size_t n = 0;
  world.spoil_http = [&](std::string& answer) {
    if (answer.find(" 206 ") != std::string::npos && n < bad.size()) answer = bad[n++];
  };
  p32::Order wanted = give(campaign());
  world.run_for(1800);
  EXPECT_EQ(world.count(&dcu::app::Counters::image_parts_refused), bad.size());
  EXPECT_EQ(state_of(wanted), OrderState::failed);  // so often is often enough
  EXPECT_EQ(failure_of(wanted),
            (p32::Failure{ErrorCategory::communication, p32::error_code::kNotFetched}));
  EXPECT_EQ(image(0).initiations, 0);
  // One of them, and the next are good.
  n = bad.size() - 1;
  wanted = give(campaign());
  world.run_for(1800);
  EXPECT_EQ(state_of(wanted), OrderState::done);
}

TEST_F(ImageOrders, AnAnswerWithoutEndIsCut) {
  int n = 0;
  world.spoil_http = [&](std::string& answer) {
    if (answer.find(" 206 ") == std::string::npos || ++n > 2) return;
    answer = n == 1 ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-16383/40128\r\n\r\nxx"
                    : "HTTP/1.1 206 Partial Content\r\nContent-Length: 16384\r\n\r\nxx";
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(world.count(&dcu::app::Counters::http_malformed), 1u);
  EXPECT_EQ(image(0).revision, "1.1.0");
}

TEST_F(ImageOrders, AnImageThatTheHeadEndDoesNotHaveIsAskedForAFewTimes) {
  world.head_end.images.clear();
  const p32::Order wanted = give(campaign());
  world.run_for(150);
  EXPECT_EQ(state_of(wanted), OrderState::accepted);
  world.run_for(400);
  EXPECT_EQ(failure_of(wanted),
            (p32::Failure{ErrorCategory::communication, p32::error_code::kNotFetched}));
  EXPECT_EQ(world.head_end.hellos, 1u);  // on the same connection
}

TEST_F(ImageOrders, FetchingGoesOnAfterALostConnectionAndARestart) {
  std::size_t n = 0;
  world.spoil_http = [&](std::string& answer) {
    if (answer.find(" 206 ") == std::string::npos) return;
    ++n;
    if (n == 2) world.at(0, [&] { world.drop_uplink(); });
    if (n == 3) world.at(200, [&] { world.kill(); });  // when it is on the disk
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1800);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(world.kills, 1u);
  std::vector<std::uint32_t> asked;
  for (const p32::ByteRange& range : world.head_end.image_requests) asked.push_back(range.first);
  // The second part was lost with the connection; nothing else comes twice.
  EXPECT_EQ(asked, (std::vector<std::uint32_t>{0, 16'384, 16'384, 32'768}));
  EXPECT_EQ(world.count(&dcu::app::Counters::image_parts_refused), 0u);
}

TEST_F(ImageOrders, OnlyWhatItsOwnHeadEndHasAndItsStoreHoldsIsTaken) {
  p32::FirmwareCampaignOrder body = campaign();
  body.image->source = "https://images.example/x";
  const p32::Order elsewhere = give(body);
  body = campaign();
  body.image->size_octets = 300'000;  // more than a quarter of this store
  const p32::Order large = give(body);
  world.run_for(120);
  EXPECT_EQ(failure_of(elsewhere),
            (p32::Failure{ErrorCategory::resource, p32::error_code::kNotSupported}));
  EXPECT_EQ(failure_of(large), (p32::Failure{ErrorCategory::message, p32::error_code::kTooLarge}));
}

TEST_F(ImageOrders, TogetherTheyHaveTheRoomOfOne) {
  container = rigs::test_container("1.1.0", 150'000);
  world.head_end.images[path()] = container;
  image(0).block_octets = image(1).block_octets = 900;
  const p32::Order first = give(campaign());
  container = rigs::test_container("1.2.0", 150'000);
  world.head_end.images[path()] = container;
  const p32::Order second = give(campaign(), {1});
  run_until([&] { return state_of(first) == OrderState::done; });
  EXPECT_EQ(image(1).initiations, 0);
  world.run_for(900);
  EXPECT_EQ(state_of(second), OrderState::done);
  EXPECT_EQ(image(0).revision, "1.1.0");
  EXPECT_EQ(image(1).revision, "1.2.0");
}

}  // namespace
}  // namespace dcu_test

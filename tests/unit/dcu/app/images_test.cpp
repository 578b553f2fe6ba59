// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Images for meters: fetched from the head-end, checked, carried block by block while everything
// else goes on, and read back.
#include <algorithm>

#include "tests/unit/dcu/app/orders_fixture.hpp"

namespace dcu_test {
namespace {

using p32::TransferState;
using Status = rigs::FakeImage::Status;

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
  const p32::FirmwareTarget& target_of(const p32::Order& order, std::size_t meter = 0) const {
    return std::get<p32::FirmwareStatusReport>(report_of(order.id)->body).targets.at(meter);
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

TEST_F(ImageOrders, EachMeterGetsItAndNamesItAfterwards) {
  const p32::Order wanted = give(campaign(), {0, 1});
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  for (unsigned k = 0; k < 2; ++k) {
    EXPECT_EQ(image(k).revision, "1.1.0");
    EXPECT_EQ(image(k).blocks_taken, 157);
    EXPECT_EQ(target_of(wanted, k).state, TransferState::activated);
    EXPECT_EQ(target_of(wanted, k).active, "1.1.0");
    EXPECT_EQ(target_of(wanted, k).blocks_done, 157u);
    EXPECT_EQ(target_of(wanted, k).blocks_total, 157u);
  }
  EXPECT_EQ(world.store().meters()[0].firmware, "1.1.0");
  EXPECT_EQ(image(2).revision, "1.0.0");
  // Fetched once for both, in parts, and gone when no order wants it.
  EXPECT_EQ(world.head_end.image_requests.size(), 3u);
  give(campaign(), {2});
  world.run_for(900);
  EXPECT_EQ(image(2).revision, "1.1.0");
  EXPECT_EQ(world.head_end.image_requests.size(), 6u);
}

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

// Neither what goes on for ever nor what never comes holds anything up for long.
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

TEST_F(ImageOrders, ATransferGoesOnAfterARestartWithoutFetchingAnew) {
  const p32::Order wanted = give(campaign());
  run_until([&] { return image(0).blocks_taken >= 50; });
  world.kill();
  world.run_for(1200);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_LE(image(0).blocks_taken, 158);
  EXPECT_EQ(world.head_end.image_requests.size(), 3u);
}

TEST_F(ImageOrders, AMeterThatIsAwayForAWhileGetsTheRestAfterwards) {
  const p32::Order wanted = give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken >= 50; });
  world.leave(0);
  world.run_for(600);
  EXPECT_EQ(image(1).revision, "1.1.0");
  EXPECT_LT(image(0).blocks_taken, 60);
  world.join(0);
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).revision, "1.1.0");
  EXPECT_LE(image(0).blocks_taken, 158);
}

TEST_F(ImageOrders, AnActivationWhoseAnswerIsLostIsDoneOnce) {
  bool lost = false;
  world.spoil_up = [&](Octets&) {
    if (image(0).activations == 0 || std::exchange(lost, true)) return;
    world.at(0, [&] { world.kill(60); });  // the meter runs the other firmware meanwhile
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(world.kills, 1u);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).activations, 1);
  EXPECT_EQ(image(0).initiations, 1);
}

// A disk that fails when this is written lets no activation go.
TEST_F(ImageOrders, ThatAnActivationIsSentIsDurableBefore) {
  bool cut = false;
  world.spoil_up = [&](Octets&) {
    if (image(0).status != Status::verification_successful || std::exchange(cut, true)) return;
    world.at(world.line_ms - 1, [&] { world.disk.cut_at_write = world.disk.writes + 1; });
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(world.kills, 1u);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).activations, 1);
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, AMeterThatVerifiesForAWhileIsAskedAgain) {
  image(0).busy_verifications = 1;
  const p32::Order wanted = give(campaign());
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, WhatOneMeterRefusesIsItsOwnResult) {
  image(1).refuses = true;
  image(2).rolls_back = true;
  world.meters[3]->image.reset();
  const p32::Order wanted = give(campaign(), {0, 1, 2, 3});
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::failed);
  EXPECT_EQ(failure_of(wanted, 0), std::nullopt);
  EXPECT_EQ(failure_of(wanted, 1), (p32::Failure{ErrorCategory::dlms, 250}));
  EXPECT_EQ(failure_of(wanted, 2), (p32::Failure{ErrorCategory::data, p32::error_code::kReadBack}));
  EXPECT_EQ(failure_of(wanted, 3), (p32::Failure{ErrorCategory::dlms, 4}));
  EXPECT_EQ(target_of(wanted, 1).state, TransferState::failed);
  EXPECT_EQ(target_of(wanted, 2).active, "1.0.0");
}

TEST_F(ImageOrders, ARefusalWhoseAnswerIsLostIsKnownByTheStatus) {
  bool lost = false;
  world.spoil_up = [&](Octets& reply) {
    if (image(0).status == Status::verification_failed && !std::exchange(lost, true)) reply.clear();
  };
  image(0).refuses = true;
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(failure_of(wanted), (p32::Failure{ErrorCategory::dlms, 250}));
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, AnActivationToComeIsWaitedForThroughARestart) {
  const p32::Order wanted = give(campaign(1800));
  world.run_for(600);
  EXPECT_EQ(image(0).status, Status::verification_successful);
  EXPECT_EQ(image(0).activate_at_s * 1000,
            *std::get<p32::FirmwareCampaignOrder>(wanted.body).activate_at);
  world.kill();
  world.run_for(900);
  EXPECT_EQ(image(0).revision, "1.0.0");
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).revision, "1.1.0");
  EXPECT_EQ(image(0).blocks_taken, 157);
  // One that ends before its activation is done when the meter has its time.
  const p32::Order early = give(campaign(7200), {1});
  world.run_for(600);
  EXPECT_EQ(state_of(early), OrderState::done);
  EXPECT_EQ(target_of(early).state, TransferState::verified);
  EXPECT_EQ(image(1).revision, "1.0.0");
}

// On the same meter and on others, when all sessions are at images.
TEST_F(ImageOrders, ReadingsAndOrdersGoBetweenTheBlocks) {
  world.line_ms = 3000;
  p32::ConcentratorParametersOrder one_session;
  one_session.parameters.sessions_max = 1;
  execute(order(one_session, {}));
  give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken + image(1).blocks_taken == 20; });
  const unsigned at = image(0).blocks_taken == 0 ? 1 : 0;
  for (const unsigned meter : {at, 3u}) {
    p32::Order open = order(p32::RelayOrder{p32::RelayAction::open}, {meter});
    open.priority = p32::Priority::very_high;
    world.head_end.ask(world.head_end.sign(open));
  }
  p32::Request rows;
  rows.selection.report = p32::ReportKind::load_profile;
  rows.selection.source = p32::Source::meter;
  rows.selection.priority = p32::Priority::normal;
  rows.selection.meters = {FakeMeter::serial_of(at)};
  const std::string id = world.head_end.ask(rows);
  const int before = image(at).blocks_taken;
  const std::int64_t begun_s = world.now_s();
  run_until([&] {
    return world.head_end.answer_to(id) != nullptr && !world.meters[at]->relay_closed &&
           !world.meters[3]->relay_closed;
  });
  const auto& read = std::get<p32::ProfileReport>(world.head_end.answer_to(id)->body).meters.at(0);
  EXPECT_EQ(read.failure, std::nullopt);
  EXPECT_LT(world.now_s() - begun_s, 240);
  EXPECT_LT(image(at).blocks_taken - before, 15);  // most of them for the next poll to come
  EXPECT_NE(image(at).revision, "1.1.0");
}

TEST_F(ImageOrders, WhatIsKnownIsToldBeforeTheEnd) {
  world.line_ms = 5000;
  const p32::Order wanted = give(campaign());
  run_until([&] { return image(0).blocks_taken == 30; });
  p32::Query query;
  query.selection.report = p32::ReportKind::firmware_status;
  query.selection.source = p32::Source::cache;
  query.selection.priority = p32::Priority::normal;
  query.selection.meters = {FakeMeter::serial_of(0)};
  const std::string id = world.head_end.ask(query);
  world.run_for(90);
  ASSERT_NE(world.head_end.answer_to(id), nullptr);
  const auto& live =
      std::get<p32::FirmwareStatusReport>(world.head_end.answer_to(id)->body).targets.at(0);
  EXPECT_EQ(live.state, TransferState::transferring);
  EXPECT_GE(live.blocks_done, 30u);
  EXPECT_EQ(live.blocks_total, 157u);
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::running);
  EXPECT_GT(target_of(wanted).blocks_done, live.blocks_done);
  EXPECT_TRUE(report_of(wanted.id)->order->meters.empty());
  world.run_for(2700);
  EXPECT_EQ(state_of(wanted), OrderState::done);
}

TEST_F(ImageOrders, AreCancelledByTheNameOfTheirCampaign) {
  world.line_ms = 3000;
  const p32::Order wanted = give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken >= 5; });
  p32::FirmwareCampaignOrder none;
  none.campaign = "FW-1";
  EXPECT_EQ(execute(order(none, {}))->state, OrderState::done);
  EXPECT_EQ(state_of(wanted), OrderState::cancelled);
  const int blocks = image(0).blocks_taken;
  world.run_for(600);
  EXPECT_EQ(image(0).blocks_taken, blocks);
  EXPECT_EQ(execute(order(none, {}))->state, OrderState::failed);  // there is none any more
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

// The second waits until the first is over.
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

TEST_F(ImageOrders, AsManyAsThereMayBeKeepNoOtherOrderOut) {
  for (int k = 0; k < 64; ++k) {
    p32::Order later = order(campaign());
    later.from += 1800'000;
    world.head_end.ask(world.head_end.sign(later));
  }
  EXPECT_EQ(refusal(), std::nullopt);
  world.head_end.ask(world.head_end.sign(order(campaign())));
  EXPECT_EQ(refusal(), (p32::Failure{ErrorCategory::resource, p32::error_code::kQueueFull}));
  execute(order(p32::RelayOrder{p32::RelayAction::open}));
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

}  // namespace
}  // namespace dcu_test

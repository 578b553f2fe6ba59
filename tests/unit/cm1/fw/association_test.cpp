// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Whose association it is: one connection's, as long as that stands.
#include <gtest/gtest.h>

#include "tests/rigs/cm1/world.hpp"

namespace cm1::fw::test {
namespace {

using protocol::hdlc::LinkEnd;
using Closed = std::vector<std::pair<std::uint16_t, LinkEnd>>;

const Octets kGet{0xC0, 0x01, 0xC1, 0x00, 0x03, 0x01, 0x00, 0x01, 0x08, 0x00, 0xFF, 0x02, 0x00};
const Octets kSetUnconfirmed{0xC1, 0x01, 0x81, 0x00, 0x01, 0x00, 0x00, 0x2A,
                             0x00, 0x00, 0xFF, 0x02, 0x00, 0x90, 0x14, 0x10};
const Octets kEmptyAarq{0x60, 0x00};
const Octets kEmptyRlrq{0x62, 0x00};

class AssociationTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.provision.listen_port = 4060;
    world_.provision.poll_period_s = 0;
    world_.commission(world_.provision);
    world_.power_on();
    world_.run_for(60 * kSecond);
    ASSERT_TRUE(world_.module().uplink().connected());
    head_end_ = world_.head_end_socket();
    world_.meter.answer_public = true;
    world_.meter.answer = [](Octets request) {
      request.push_back(0xEE);
      return request;
    };
  }
  Octets ask(int socket, std::uint16_t client, const Octets& apdu, std::int64_t span_s = 5) {
    const std::size_t before = world_.received.size();
    world_.deliver_message(socket, client, 1, apdu);
    world_.run_for(span_s * kSecond);
    if (world_.received.size() == before) return {};
    EXPECT_EQ(world_.received.size(), before + 1);
    EXPECT_EQ(world_.received.back().socket, socket);
    return world_.received.back().apdu;
  }
  static protocol::dlms::Aare aare(const Octets& apdu) {
    const auto decoded = protocol::dlms::decode_aare(apdu);
    EXPECT_TRUE(decoded.ok());
    return decoded ? *decoded : protocol::dlms::Aare{};
  }
  static Octets answered(Octets request) {
    request.push_back(0xEE);
    return request;
  }
  World world_;
  int head_end_ = CM1_SOCKET_NONE;
};

TEST_F(AssociationTest, fault_01_another_connection_has_no_association) {
  const int a = world_.connect_in();
  const int b = world_.connect_in();
  world_.associate(a, 2);
  EXPECT_EQ(ask(a, 2, kGet), answered(kGet));
  const std::size_t asked = world_.meter.requests.size();
  EXPECT_EQ(ask(b, 2, kGet), kException);
  EXPECT_EQ(ask(b, 16, kGet), kException);
  EXPECT_EQ(world_.meter.requests.size(), asked);  // the meter never heard of it
  EXPECT_EQ(ask(a, 2, kGet), answered(kGet));
  EXPECT_EQ(world_.module().counters().strangers, 2u);
}

TEST_F(AssociationTest, fault_01_the_loss_of_the_connection_ends_the_association) {
  for (const cm1_close_reason why : {CM1_CLOSED_BY_PEER, CM1_CLOSED_TIMEOUT}) {
    const int a = world_.connect_in();
    world_.associate(a, 2);
    world_.meter.closed.clear();
    world_.close_from_far_end(a, why);
    world_.run_for(2 * kSecond);
    EXPECT_EQ(world_.meter.closed, (Closed{{2, LinkEnd::disconnected}}));
    const int c = world_.connect_in();
    EXPECT_EQ(ask(c, 2, kGet), kException);
    world_.close_from_far_end(c);
  }
}

TEST_F(AssociationTest, fault_01_also_when_the_whole_network_goes) {
  world_.associate(head_end_, 1);
  world_.meter.closed.clear();
  world_.cell = false;
  world_.close_from_far_end(head_end_, CM1_CLOSED_NETWORK);
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.meter.closed, (Closed{{1, LinkEnd::disconnected}}));
}

TEST_F(AssociationTest, fault_01_a_request_under_way_ends_with_its_connection) {
  const int a = world_.connect_in();
  world_.associate(a, 2);
  world_.meter.closed.clear();
  world_.deliver_message(a, 2, 1, kGet);
  world_.run_for(450'000);  // it is on the line
  world_.close_from_far_end(a);
  const int c = world_.connect_in();
  EXPECT_EQ(c, a);  // the same socket number
  EXPECT_EQ(ask(c, 2, kGet), kException);
  EXPECT_EQ(world_.meter.closed, (Closed{{2, LinkEnd::disconnected}}));
}

TEST_F(AssociationTest, ARefusedOneIsNobodys) {
  world_.meter.accepts = false;
  world_.meter.answer = [](Octets) {
    Octets octets(64);
    protocol::Writer out(octets);
    protocol::dlms::Aare refused;
    refused.result = protocol::dlms::AssociationResult::rejected_permanent;
    refused.diagnostic = protocol::dlms::Diagnostic::authentication_failure;
    encode(refused, out);
    octets.resize(out.size());
    return octets;
  };
  const int a = world_.connect_in();
  EXPECT_EQ(aare(ask(a, 2, kEmptyAarq)).diagnostic,
            protocol::dlms::Diagnostic::authentication_failure);
  EXPECT_EQ(ask(a, 2, kGet), kException);
}

TEST_F(AssociationTest, fault_02_unconfirmed_services_get_no_answer_and_the_association_stays) {
  const int a = world_.connect_in();
  world_.associate(a, 2);
  world_.meter.answer = [](Octets request) {
    return (request[2] & 0x40) == 0 ? Octets{} : answered(request);
  };
  world_.meter.closed.clear();
  Octets action = kSetUnconfirmed;
  action[0] = 0xC3;
  EXPECT_EQ(ask(a, 2, kSetUnconfirmed, 20), Octets{});
  EXPECT_EQ(ask(a, 2, action, 20), Octets{});
  EXPECT_EQ(ask(a, 2, kGet), answered(kGet));
  EXPECT_TRUE(world_.meter.closed.empty());
  EXPECT_EQ(world_.module().counters().unconfirmed, 2u);
  // It costs the line one exchange, not its patience.
  world_.deliver_message(a, 2, 1, kSetUnconfirmed);
  EXPECT_EQ(ask(a, 2, kGet, 2), answered(kGet));
}

// Nothing is seen of a ciphered request: when the meter stays ready and silent, so does the module.
TEST_F(AssociationTest, fault_02_ciphered_unconfirmed_services_too) {
  const int a = world_.connect_in();
  world_.associate(a, 1);
  const Octets sealed{0xC9, 0x05, 0x30, 0x00, 0x00, 0x00, 0x01};
  world_.meter.answer = [&](Octets request) {
    return request == sealed ? Octets{} : answered(request);
  };
  world_.meter.closed.clear();
  EXPECT_EQ(ask(a, 1, sealed, 30), Octets{});
  EXPECT_EQ(ask(a, 1, kGet), answered(kGet));
  EXPECT_TRUE(world_.meter.closed.empty());
}

TEST_F(AssociationTest, fault_25_a_second_socket_ends_nothing) {
  world_.associate(head_end_, 1);
  const std::size_t asked = world_.meter.requests.size();
  const int stranger = world_.connect_in();
  EXPECT_EQ(aare(ask(stranger, 1, kEmptyAarq)).result,
            protocol::dlms::AssociationResult::rejected_transient);
  EXPECT_EQ(ask(stranger, 1, kEmptyRlrq), kException);
  EXPECT_EQ(ask(stranger, protocol::dlms::kPushClient, kEmptyAarq), kException);
  EXPECT_EQ(world_.meter.requests.size(), asked);
  EXPECT_EQ(ask(head_end_, 1, kGet), answered(kGet));
  // Free again when its holder lets go of it.
  world_.meter.answer = [](Octets) { return Octets{0x63, 0x03, 0x80, 0x01, 0x00}; };
  ask(head_end_, 1, kEmptyRlrq);
  EXPECT_EQ(aare(ask(stranger, 1, kEmptyAarq)).result, protocol::dlms::AssociationResult::accepted);
}

// Nor does somebody who asks for clients that the meter may not even have.
TEST_F(AssociationTest, fault_25_no_link_is_taken_from_its_holder) {
  for (const std::uint16_t client : {1, 2, 16, 5}) world_.associate(head_end_, client);
  world_.meter.closed.clear();
  const int stranger = world_.connect_in();
  EXPECT_EQ(aare(ask(stranger, 7, kEmptyAarq)).result,
            protocol::dlms::AssociationResult::rejected_transient);
  EXPECT_TRUE(world_.meter.closed.empty());
}

TEST_F(AssociationTest, fault_25_idle_connections_are_hung_up) {
  int sockets[3];
  for (int& socket : sockets) socket = world_.connect_in();
  EXPECT_EQ(world_.connect_in(), CM1_SOCKET_NONE);
  world_.run_for(100 * kSecond);
  world_.associate(sockets[1], 2);
  world_.run_for(25 * kSecond);  // past 120 s
  EXPECT_EQ(world_.module().uplink().counters().idle, 2u);
  EXPECT_EQ(ask(sockets[1], 2, kGet), answered(kGet));
  world_.run_for(130 * kSecond);  // its association has rested for 90 s
  EXPECT_EQ(world_.module().uplink().counters().idle, 3u);
  for (int& socket : sockets) socket = world_.connect_in();
  EXPECT_NE(sockets[2], CM1_SOCKET_NONE);
  EXPECT_TRUE(world_.module().uplink().connected());
}

// An octet a second, and never a whole message.
TEST_F(AssociationTest, fault_25_octets_without_a_message_keep_no_place) {
  const int socket = world_.connect_in();
  const Octets head = {0, 1, 0, 16, 0, 1, 0, 250};
  for (std::size_t second = 0; second < 125; ++second) {
    world_.deliver(socket, {second < head.size() ? head[second] : std::uint8_t{0}});
    world_.run_for(kSecond);
  }
  EXPECT_EQ(world_.module().uplink().counters().idle, 1u);
}

TEST_F(AssociationTest, fault_25_a_socket_is_left_for_the_head_end) {
  world_.head_end_answers = false;
  world_.close_from_far_end(head_end_);
  for (int i = 0; i < 4; ++i) world_.connect_in();
  world_.head_end_answers = true;
  world_.run_for(30 * kSecond);
  EXPECT_TRUE(world_.module().uplink().connected());
}

}  // namespace
}  // namespace cm1::fw::test

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "dcu/fw/beacons.hpp"
#include "dcu/fw/buffer_pool.hpp"
#include "dcu/fw/node_table.hpp"
#include "dcu/fw/switches.hpp"
#include "tests/rigs/base_node/fake_channel.hpp"

namespace {

using namespace dcu::fw;

Eui48 eui(unsigned number) {
  return {
      2, 0x41, 0x4D, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

// At the code asked for up to three quarters of the room, then the rarest.
TEST(BeaconSlots, NoTwoSwitchesBeaconInTheSameSlotOfTheSameFrame) {
  const std::map<unsigned, unsigned> kUsual{{2, 12}, {3, 24}, {4, 48}, {5, 128}};
  for (const auto& [code, usual] : kUsual) {
    BeaconSlots slots(5);
    std::set<std::pair<unsigned, unsigned>> used;  // slot, SEQ
    std::map<unsigned, unsigned> switches;         // by code
    for (;;) {
      const BeaconSlot slot = slots.allocate(code);
      if (slot.slot == 0) break;
      EXPECT_LE(slot.slot, 4);
      ++switches[slot.code];
      for (unsigned sequence = slot.offset; sequence < 32; sequence += 1u << slot.code) {
        EXPECT_TRUE(used.insert({slot.slot, sequence}).second);
      }
    }
    EXPECT_EQ(switches[code], usual);
    EXPECT_EQ(switches[5], code == 5 ? 128u : 32u);
    EXPECT_EQ(used.size(), 4 * 32u);
    EXPECT_EQ(slots.needed(), 5u);
  }
}

TEST(BeaconSlots, OneSlotIsFilledBeforeTheNextIsOpened) {
  BeaconSlots slots(5);
  EXPECT_EQ(slots.needed(), 1u);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(slots.allocate(3).slot, 1);
  EXPECT_EQ(slots.needed(), 2u);
  const BeaconSlot ninth = slots.allocate(3);
  EXPECT_EQ(ninth.slot, 2);
  EXPECT_EQ(slots.needed(), 3u);
  slots.free(ninth);
  EXPECT_EQ(slots.needed(), 2u);
}

TEST(BeaconSlots, ARarerBeaconIsGivenWhenTheUsualOnesAreTaken) {
  BeaconSlots slots(2);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(slots.allocate(3).code, 3);
  const BeaconSlot sixth = slots.allocate(3);
  EXPECT_EQ(sixth.code, 3);
  EXPECT_EQ(slots.allocate(4).code, 5);
  slots.free(sixth);
  EXPECT_EQ(slots.allocate(4).code, 4);
  EXPECT_EQ(slots.allocate(3).code, 5);  // half of an eighth is left, and the last quarter
  for (int i = 0; i < 8; ++i) EXPECT_EQ(slots.allocate(3).code, 5) << i;
  EXPECT_EQ(slots.allocate(3).slot, 0);
}

TEST(Promotion, TheTerminalThatMostNodesNeedIsChosen) {
  PromotionBoard board;
  board.note({1, eui(100), 7, 0});
  board.note({2, eui(100), 1, 0});
  board.note({2, eui(101), 1, 0});
  board.note({2, eui(101), 1, 5});  // again: counts once
  board.note({3, eui(101), 7, 0});
  const auto equal = [](std::uint16_t) { return 0; };
  EXPECT_EQ(board.best(equal), 2);
  std::set<std::uint16_t> told;
  board.settle(2, [&](std::uint16_t candidate) { told.insert(candidate); });
  EXPECT_EQ(told, (std::set<std::uint16_t>{1, 3}));
  EXPECT_TRUE(board.empty());
}

TEST(Promotion, HearingWellThenTheLinkToTheBaseNodeBreakTheTie) {
  PromotionBoard board;
  board.note({1, eui(100), 3, 0});
  board.note({2, eui(100), 5, 0});
  board.note({3, eui(100), 5, 0});
  EXPECT_EQ(board.best([](std::uint16_t position) { return position == 3 ? 10 : 5; }), 3);
  EXPECT_EQ(
      board.best([](std::uint16_t position) { return position == 1 ? 0 : PromotionBoard::kUnfit; }),
      1);
  EXPECT_FALSE(board.best([](std::uint16_t) { return PromotionBoard::kUnfit; }));
}

TEST(Promotion, OldRequestsAndThoseOfServedNodesGo) {
  PromotionBoard board;
  board.note({1, eui(100), 3, 10});
  board.note({2, eui(101), 3, 20});
  board.expire(15);
  EXPECT_FALSE(board.wants(1));
  board.drop_needing(eui(101));
  EXPECT_TRUE(board.empty());
  for (std::uint16_t i = 0; i < 100; ++i) board.note({i, eui(i), 3, i});
  EXPECT_FALSE(board.wants(35));  // 64 places
  EXPECT_TRUE(board.wants(36));
}

struct Table {
  explicit Table(std::size_t n) : nodes(n), table(nodes) {}
  Node& here(unsigned number) {
    Node* node = table.place_for(eui(number));
    node->state = NodeState::terminal;
    node->sid = 0;
    table.renew_lnid(*node);
    return *node;
  }
  void gone(Node& node, std::int64_t at_us) {
    node.state = NodeState::disconnected;
    node.last_heard_us = at_us;
  }
  std::vector<Node> nodes;
  NodeTable table;
};

TEST(NodeTable, ANodeIsFoundByEachOfItsNumbers) {
  Table t(10);
  Node& node = t.here(7);
  EXPECT_EQ(t.table.by_eui48(eui(7)), &node);
  EXPECT_EQ(t.table.by_lnid(0, node.lnid), &node);
  EXPECT_EQ(t.table.by_lnid(1, node.lnid), nullptr);
  EXPECT_EQ(t.table.by_lnid(0, 0x3FFF), nullptr);
  EXPECT_EQ(t.table.by_lnid(0, 0), nullptr);  // the base node itself
  EXPECT_EQ(t.table.by_address(t.table.address_of(node)), nullptr);
  node.connected = true;
  EXPECT_EQ(t.table.by_address(t.table.address_of(node)), &node);
  EXPECT_NE(t.table.address_of(node), kBaseAddress);
}

TEST(NodeTable, AnLnidComesBackOnlyAfterManyOthers) {
  Table t(1000);
  Node& node = t.here(1);
  std::set<std::uint16_t> used{node.lnid};
  for (int i = 0; i < 15; ++i) {
    const std::uint16_t old = node.lnid;
    t.table.renew_lnid(node);
    EXPECT_TRUE(used.insert(node.lnid).second);
    EXPECT_LT(node.lnid, 0x3FFE);
    EXPECT_EQ(t.table.by_lnid(0, node.lnid), &node);
    EXPECT_EQ(t.table.by_lnid(0, old), nullptr);
  }
}

TEST(NodeTable, TheNodeGoneLongestMakesRoomButNoneThatIsHere) {
  Table t(3);
  Node& a = t.here(1);
  Node& b = t.here(2);
  Node& c = t.here(3);
  EXPECT_EQ(t.table.place_for(eui(4)), nullptr);
  t.gone(a, 50);
  t.gone(c, 40);
  EXPECT_EQ(t.table.place_for(eui(1)), &a);  // its own place, if it comes back
  EXPECT_EQ(t.table.place_for(eui(4)), &c);
  EXPECT_EQ(t.table.by_eui48(eui(3)), nullptr);
  EXPECT_EQ(t.table.by_eui48(eui(2)), &b);
}

TEST(NodeTable, LsidsGoRoundBeforeOneIsGivenAgain) {
  Table t(300);
  std::set<std::uint8_t> given;
  for (unsigned i = 0; i < 254; ++i) {
    Node& node = t.here(i);
    const std::uint8_t lsid = t.table.allot_lsid(node);
    EXPECT_TRUE(given.insert(lsid).second);
    EXPECT_TRUE(lsid != 0 && lsid != 0xFF);
    EXPECT_EQ(t.table.by_lsid(lsid), &node);
  }
  Node& last = t.here(255);
  EXPECT_EQ(t.table.allot_lsid(last), 0xFF);
  Node& first = *t.table.by_eui48(eui(0));
  const std::uint8_t freed = first.lsid;
  t.table.free_lsid(first);
  EXPECT_EQ(t.table.allot_lsid(last), freed);
}

TEST(NodeTable, TheHeapAlwaysKnowsTheNearestDeadline) {
  Table t(77);
  rigs::Draws random(5);
  for (int round = 0; round < 5000; ++round) {
    Node& node = t.table.at(static_cast<std::uint16_t>(random.below(77)));
    node.alive_at_us = random.chance(200) ? kNoDeadline : random.below(1000);
    t.table.reschedule(node);
    std::int64_t nearest = kNoDeadline;
    for (const Node& other : t.nodes) nearest = std::min(nearest, other.alive_at_us);
    ASSERT_EQ(t.table.next_deadline_us(), nearest) << "round " << round;
  }
}

TEST(BufferPool, WaitingLsdusComeByPriorityThenByAge) {
  auto storage = std::make_unique<std::array<Buffer, 8>>();
  BufferPool pool(*storage);
  pool.clear();
  for (const auto& [position, priority] : {std::pair{1, Priority::normal},
                                           {2, Priority::high},
                                           {1, Priority::high},
                                           {2, Priority::normal}}) {
    Buffer* buffer = pool.take(Buffer::Use::sending, 2);
    ASSERT_NE(buffer, nullptr);
    buffer->position = static_cast<std::uint16_t>(position);
    buffer->priority = priority;
    pool.wait(*buffer);
  }
  EXPECT_NE(pool.take(Buffer::Use::sending, 2), nullptr);
  EXPECT_NE(pool.take(Buffer::Use::sending, 2), nullptr);
  EXPECT_EQ(pool.take(Buffer::Use::sending, 2), nullptr);  // the last two are kept
  EXPECT_NE(pool.take(Buffer::Use::receiving), nullptr);
  std::vector<std::pair<int, Priority>> order;
  while (Buffer* buffer = pool.first_waiting([](const Buffer&) { return true; })) {
    order.emplace_back(buffer->position, buffer->priority);
    pool.give(*buffer);
  }
  const std::vector<std::pair<int, Priority>> expected{
      {2, Priority::high}, {1, Priority::high}, {1, Priority::normal}, {2, Priority::normal}};
  EXPECT_EQ(order, expected);
  EXPECT_EQ(pool.free(), 5u);
}

}  // namespace

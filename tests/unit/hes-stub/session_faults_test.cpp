// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Sessions with meters that behave otherwise than ours.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "hes-stub/engine.hpp"
#include "hes-stub/store/database.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;

// One meter that pushes but for the hours 2 and 5, which are pulled.
class SessionFaults : public testing::Test {
 protected:
  void live() { live(store_); }
  void live(Store& store) {
    LocalHeadEnd head_end(config_, inventory_, {hes_test::fake_type()}, store, world_, log_,
                          random_, seen_, world_.now);
    world_.attach(head_end);
    const ConnectionId line = world_.connect(0);
    world_.live(0, line, 8, [](int hour) { return hour != 2 && hour != 5; });
    world_.run_for_s(8 * 3600 + 3600);
    counters_ = head_end.engine().counters();
    head_end.finish();
  }

  EngineConfig config_;
  Inventory inventory_ = hes_test::fake_inventory(1);
  hes_test::World world_{1};
  Store store_{StoreOptions{":memory:", false, false}};
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{42};
  hes_test::Recorder seen_;
  EngineCounters counters_;
};

TEST_F(SessionFaults, fault_12_notifications_in_front_of_answers_are_passed_over) {
  world_.meters[0]->in_front = {
      {0x0F, 0, 0, 0, 1, 0, 0x09, 2, 0x41, 0x42},
      {0xC2, 0, 0, 1, 0, 0, 1, 0, 0, 0xFF, 2, 0x11, 0},
      {},
  };
  live();
  EXPECT_TRUE(store_.missing(0, kFebruary, kFebruary + 8 * 3600).empty());
  EXPECT_EQ(store_.rows(), 32u);
  EXPECT_EQ(counters_.pulls, 2u);
  EXPECT_EQ(counters_.timeouts, 0u);
  EXPECT_EQ(counters_.gave_up, 0u);
}

// The counter is read before anybody has proven anything: a stranger in the meter's place moves
// ours by a step, not to its end, and the meter is served afterwards.
TEST_F(SessionFaults, AStrangersCounterLeavesRoomForOurs) {
  constexpr std::uint32_t kStep = 1 << 20;
  world_.meters[0]->last_client_counter = UINT32_MAX - 1;
  live();
  EXPECT_EQ(counters_.pulls, 0u);
  EXPECT_GT(counters_.gave_up, 0u);
  const std::uint32_t reserved = store_.meter_table().record(0).client_reserved;
  EXPECT_GT(reserved, kStep);
  EXPECT_LT(reserved, 16 * kStep);
  world_.meters[0]->last_client_counter = 0;
  live();
  EXPECT_TRUE(store_.missing(0, kFebruary, kFebruary + 8 * 3600).empty());
  EXPECT_EQ(counters_.pulls, 4u);  // what the stranger kept from us, too
  EXPECT_EQ(counters_.gave_up, 0u);
}

TEST_F(SessionFaults, fault_11_a_meter_that_does_not_answer_a_release_is_served) {
  world_.meters[0]->ignores_release = true;
  live();
  EXPECT_TRUE(store_.missing(0, kFebruary, kFebruary + 8 * 3600).empty());
  EXPECT_EQ(counters_.pulls, 2u);
  EXPECT_EQ(counters_.gave_up, 0u);
}

// What a meter says of a refusal stands in the journal, by its name.
TEST_F(SessionFaults, fault_13_the_journal_names_the_meters_reason) {
  const std::string path =
      testing::TempDir() + "hes_session_" + std::to_string(getpid()) + ".sqlite";
  {
    Store store(StoreOptions{path, true, false});
    std::vector<MeterEntry> meters = inventory_.meters();
    meters[0].keys.authentication[0] ^= 1;  // is not the meter's
    inventory_ = Inventory(std::move(meters));
    live(store);
  }
  EXPECT_GT(counters_.rejected, 0u);
  EXPECT_GT(counters_.gave_up, 0u);
  {
    Database file(path);
    for (const char* kind : {"association rejected", "session failed"}) {
      Statement events = file.prepare("SELECT DISTINCT detail FROM event WHERE kind=?");
      events.bind(0, std::string_view(kind));
      ASSERT_TRUE(events.step()) << kind;
      EXPECT_EQ(events.text(0), "authentication-failure") << kind;
      EXPECT_FALSE(events.step()) << kind;
    }
  }
  for (const char* end : {"", "-wal", "-shm"}) std::remove((path + end).c_str());
}

}  // namespace
}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Our invocation counters towards meters: none comes twice.
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/unit/hes-stub/engine_fixture.hpp"

namespace hes {
namespace {

TEST_F(EngineTest, CountersGoOnAfterARestart) {
  start();
  world_->live(0, world_->connect(0), 4, hes_test::kNone);
  world_->run_for_s(6 * 3600);
  EXPECT_EQ(missing(0, 4), 0u);
  const std::uint32_t used = world_->meters[0]->last_client_counter;
  restart();
  world_->live(0, world_->connect(0), 4, hes_test::kNone);
  world_->run_for_s(6 * 3600);
  EXPECT_EQ(missing(0, 10), 8u);  // from 04:00 to 06:00 it lived no life
  EXPECT_GE(world_->meters[0]->last_client_counter, used + 1000);
  EXPECT_EQ(counters().rejected, 0u);
}

// Each life is over before its first commit.
TEST_F(EngineTest, CountersComeOnceHoweverOftenItIsKilled) {
  const std::string path = testing::TempDir() + "hes_counters_" + std::to_string(getpid());
  store_.emplace(StoreOptions{path + "0", false, false});
  start();
  world_->live(0, world_->connect(0), 4, hes_test::kNone);
  world_->run_for_s(6 * 3600);
  head_end_->finish();
  config_.commit_period_s = 86'400;
  std::uint32_t used = world_->meters[0]->last_client_counter;
  for (int life = 0; life < 3; ++life) {
    const std::string before = path + std::to_string(life);
    const std::string killed = path + std::to_string(life + 1);
    for (const char* end : {"", "-wal"}) std::filesystem::copy_file(before + end, killed + end);
    world_->line.clear();
    head_end_.reset();
    store_.emplace(StoreOptions{killed, false, false});
    std::filesystem::remove(before);
    start();
    world_->connect(0);
    head_end_->submit(order(OrderKind::relay_open));
    world_->run_for_s(600);
    EXPECT_GE(world_->meters[0]->last_client_counter, used + 1000) << life;
    used = world_->meters[0]->last_client_counter;
  }
  EXPECT_EQ(counters().rejected, 0u);
  store_.reset();
  std::filesystem::remove(path + "3");
}

TEST_F(EngineTest, ACounterBehindTheMetersIsReadFromIt) {
  start();
  world_->live(0, world_->connect(0), 2, hes_test::kNone);
  world_->run_for_s(4 * 3600);
  world_->meters[0]->last_client_counter += 1'000'000;
  world_->live(0, world_->line.begin()->first, 2, hes_test::kNone);
  world_->run_for_s(6 * 3600);
  EXPECT_EQ(missing(0, 6), 8u);
  EXPECT_GE(counters().rejected, 1u);
}

}  // namespace
}  // namespace hes

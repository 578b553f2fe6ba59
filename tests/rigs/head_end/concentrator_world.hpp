// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hes-stub/concentrators/concentrators.hpp"
#include "hes-stub/store/database.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes_test {

inline constexpr p32::PrivateKey kSignKey{1, 2, 3, 4, 5, 6, 7, 8};

// One concentrator with meters, and the head-end over a store that may be a file.
class ConcentratorTest : public testing::Test {
 protected:
  ConcentratorTest() { config_.signing_key = kSignKey; }
  ~ConcentratorTest() override {
    head_end_.reset();
    store_.reset();
    if (path_ == ":memory:") return;
    for (const char* end : {"", "-wal", "-shm"}) std::remove((path_ + end).c_str());
  }

  void start(std::size_t behind = 2, hes::Uplink uplink = hes::Uplink::gprs) {
    inventory_.emplace(plc_inventory(0, behind, uplink));
    if (!world_) {
      world_.emplace(behind);
      for (const hes::MeterEntry& meter : inventory_->meters()) {
        world_->concentrator.rows[meter.serial];
      }
    }
    if (!store_) store_.emplace(hes::StoreOptions{path_, false, false});
    head_end_ =
        std::make_unique<hes::LocalHeadEnd>(config_, *inventory_, std::vector{fake_type()}, *store_,
                                            *world_, log_, random_, seen_, world_->now);
    world_->attach(*head_end_);
  }
  void on_file() {
    path_ = testing::TempDir() + "hes_concentrator_" + std::to_string(getpid()) + ".sqlite";
  }
  // As if the process were killed: what was not committed is gone.
  void kill_and_start() {
    const std::string copy = path_ + ".killed";
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(path_ + end, copy + end,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    head_end_.reset();
    store_.reset();
    for (const char* end : {"", "-wal", "-shm"}) std::remove((path_ + end).c_str());
    for (const char* end : {"", "-wal"}) std::rename((copy + end).c_str(), (path_ + end).c_str());
    world_->uplink = 0;
    start(inventory_->size(), inventory_->concentrators()[0].uplink);
  }

  const hes::ConcentratorCounters& counters() const { return head_end_->engine().counters().p32; }
  const std::string& serial(hes::MeterIndex meter) const { return (*inventory_)[meter].serial; }
  FakeConcentrator& dc() { return world_->concentrator; }
  // The concentrator acts in the next second; then `seconds` pass.
  void act(std::function<void(FakeConcentrator&)> action, std::int64_t seconds = 10) {
    world_->concentrator_at(world_->now_s() + 1, std::move(action));
    world_->run_for_s(seconds);
  }
  hes::Order order(hes::OrderKind kind, std::int64_t value_s = 0) const {
    hes::Order result;
    result.meter = 0;
    result.kind = kind;
    result.value_s = value_s;
    result.valid_until = world_->now + 7200 * hes::kNsPerSecond;
    return result;
  }
  void submit(const hes::Order& order) {
    head_end_->submit(order);
    head_end_->deliver(world_->now);
  }
  std::int64_t count(const char* sql) {
    store_->commit();
    hes::Database file(path_);
    hes::Statement statement = file.prepare(sql);
    return statement.step() ? statement.integer(0) : -1;
  }

  hes::EngineConfig config_;
  std::string path_ = ":memory:";
  std::optional<hes::Inventory> inventory_;
  std::optional<World> world_;
  std::optional<hes::Store> store_;
  SilentLog log_;
  SeededRandom random_{42};
  Recorder seen_;
  std::unique_ptr<hes::LocalHeadEnd> head_end_;
};

}  // namespace hes_test

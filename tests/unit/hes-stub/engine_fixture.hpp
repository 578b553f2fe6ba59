// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "hes-stub/engine.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {

// A head-end that starts and ends over meters and a store that stay.
class EngineTest : public testing::Test {
 protected:
  void start(std::size_t meters = 1, bool with_template = true) {
    inventory_.emplace(hes_test::fake_inventory(meters));
    if (!world_) world_.emplace(meters);
    if (!store_) store_.emplace(StoreOptions{":memory:", false, false});
    std::vector<TypeTemplate> types;
    if (with_template) types.push_back(hes_test::fake_type());
    config_.idle_release_s = 2;
    config_.event_period_s = 365 * 86'400;  // not read here
    head_end_ = std::make_unique<LocalHeadEnd>(config_, *inventory_, types, *store_, *world_, log_,
                                               random_, seen_, world_->now);
    world_->attach(*head_end_);
  }
  void restart() {
    head_end_->finish();
    for (const auto& [id, meter] : std::map(world_->line)) world_->line.erase(id);
    start(world_->meters.size());
  }
  const EngineCounters& counters() const { return head_end_->engine().counters(); }
  std::uint32_t missing(MeterIndex meter, std::int64_t hours) {
    std::uint32_t count = 0;
    for (const auto& run :
         store_->missing(meter, hes_test::kFebruary, hes_test::kFebruary + 3600 * hours)) {
      count += run.count;
    }
    return count;
  }
  Order order(OrderKind kind, std::int64_t value_s = 0) {
    Order result;
    result.meter = 0;
    result.kind = kind;
    result.value_s = value_s;
    return result;
  }

  EngineConfig config_;
  std::optional<Inventory> inventory_;
  std::optional<hes_test::World> world_;
  std::optional<Store> store_;
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{42};
  hes_test::Recorder seen_;
  std::unique_ptr<LocalHeadEnd> head_end_;
};

}  // namespace hes

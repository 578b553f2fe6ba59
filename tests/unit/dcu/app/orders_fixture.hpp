// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/rigs/concentrator/world.hpp"

namespace dcu_test {

using p32::ErrorCategory;
using p32::OrderState;

class Orders : public testing::Test {
 protected:
  Orders() : world({}) { world.run_for(300); }

  p32::Order order(p32::OrderBody body, std::vector<unsigned> meters = {0}) {
    p32::Order order;
    order.seq = ++seq_;
    order.id = "O-" + std::to_string(order.seq);
    order.concentrator = world.head_end.peer;
    order.from = world.now_s() * 1000;
    order.until = (world.now_s() + 3600) * 1000;
    for (const unsigned number : meters) order.meters.push_back(FakeMeter::serial_of(number));
    order.body = std::move(body);
    return order;
  }
  // Signs, sends, waits; the result of the order, if there is one.
  const p32::OrderResult* execute(const p32::Order& wanted, std::int64_t wait_s = 300) {
    world.head_end.ask(world.head_end.sign(wanted));
    world.run_for(wait_s);
    return result_of(wanted.id);
  }
  const p32::OrderResult* result_of(const std::string& id) {
    const p32::OrderResult* found = nullptr;
    for (const p32::Message& message : world.head_end.reports) {
      const auto& report = std::get<p32::Report>(message.body);
      if (!report.order || report.order->order != id) continue;
      EXPECT_EQ(found, nullptr) << "two results of " << id;
      EXPECT_EQ(message.envelope.re, id);
      found = &*report.order;
    }
    EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
    return found;
  }
  std::optional<p32::Failure> refusal() {
    world.run_for(120);
    if (world.head_end.errors.empty()) return std::nullopt;
    const auto failure = std::get<p32::ErrorBody>(world.head_end.errors.back().body).failure;
    world.head_end.errors.clear();
    return failure;
  }

  World world;
  std::uint64_t seq_ = 0;
};

// New keys of a meter, wrapped for it and for the concentrator.
inline p32::KeyChangeOrder new_keys(World& world, unsigned number, std::uint8_t fill) {
  p32::KeyChangeOrder keys;
  for (const p32::KeyId id : {p32::KeyId::unicast, p32::KeyId::authentication}) {
    protocol::crypto::Key128 key{};
    key.fill(static_cast<std::uint8_t>(fill + static_cast<unsigned>(id)));
    p32::WrappedKey wrapped;
    wrapped.meter = FakeMeter::serial_of(number);
    wrapped.key = id;
    wrapped.for_meter.resize(24);
    wrapped.for_concentrator.resize(24);
    world.crypto.wrap(world.meters[number]->master_key, key, wrapped.for_meter);
    world.crypto.wrap(world.commission.transport_key, key, wrapped.for_concentrator);
    keys.keys.push_back(std::move(wrapped));
  }
  return keys;
}

}  // namespace dcu_test

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <vector>

#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace protocol::crypto {
namespace {

constexpr int kCalls = 2'000;

void seal_with_key(OpensslEngine& engine, int call, MutableBytes buffer) {
  const std::vector<std::uint8_t> aad(17), iv(kIvOctets);
  std::vector<std::uint8_t> tag(kTagOctets);
  Key128 key{};
  key[0] = static_cast<std::uint8_t>(call);
  key[1] = static_cast<std::uint8_t>(call >> 8);
  ASSERT_TRUE(engine.gcm_seal(key, iv, aad, buffer, buffer, tag));
}

template <typename Work>
double us_a_call(Work&& work) {
  double best = std::numeric_limits<double>::infinity();  // the least disturbed of five
  for (int round = 0; round < 5; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int call = 0; call < kCalls; ++call) work(call);
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / kCalls);
  }
  return best;
}

// Thousands of meters share an engine, each with its own key: a call must cost the key schedule,
// not a cipher fetch and a new context. Relative, so that it holds on any machine.
TEST(EngineCost, AFreshKeyDoesNotCostAFetch) {
  std::vector<std::uint8_t> buffer(400);
  OpensslEngine kept([](MutableBytes) {});
  const double kept_us = us_a_call([&](int call) { seal_with_key(kept, call, buffer); });
  const double made_us = us_a_call([&](int call) {
    OpensslEngine made([](MutableBytes) {});
    seal_with_key(made, call, buffer);
  });
  std::printf("400 B sealed with a fresh key: %.2f us (engine made each time: %.2f us)\n", kept_us,
              made_us);
  EXPECT_LT(kept_us * 2, made_us);
}

}  // namespace
}  // namespace protocol::crypto

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cstdlib>
#include <vector>

#include "protocol/hosted/crypto_openssl/engine.hpp"

namespace protocol::crypto {
namespace {

int allocations = 0;
void* counted_malloc(std::size_t n, const char*, int) {
  ++allocations;
  return std::malloc(n);
}
void* counted_realloc(void* memory, std::size_t n, const char*, int) {
  ++allocations;
  return std::realloc(memory, n);
}
void plain_free(void* memory, const char*, int) { std::free(memory); }
// Before OpenSSL's first allocation, or it is refused.
const int kCounting = CRYPTO_set_mem_functions(counted_malloc, counted_realloc, plain_free);

void seal_with_key(OpensslEngine& engine, int call) {
  std::vector<std::uint8_t> buffer(400), tag(kTagOctets);
  const std::vector<std::uint8_t> aad(17), iv(kIvOctets);
  Key128 key{};
  key[0] = static_cast<std::uint8_t>(call);
  ASSERT_TRUE(engine.gcm_seal(key, iv, aad, buffer, buffer, tag));
}

// Thousands of meters share an engine, each with its own key: a call costs the key schedule, not a
// cipher fetch and a new context.
TEST(EngineCost, AFreshKeyAllocatesNothing) {
  ASSERT_EQ(kCounting, 1);
  OpensslEngine engine([](MutableBytes) {});
  seal_with_key(engine, 0);
  EXPECT_GT(allocations, 0);
  allocations = 0;
  for (int call = 1; call < 100; ++call) seal_with_key(engine, call);
  EXPECT_EQ(allocations, 0);
}

}  // namespace
}  // namespace protocol::crypto

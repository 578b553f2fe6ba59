// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/gzip.hpp"

#include <gtest/gtest.h>

#include "protocol/hosted/p32/codec.hpp"
#include "tests/unit/protocol/hosted/p32/samples.hpp"

namespace protocol::p32::test {
namespace {

constexpr std::size_t kMax = 1u << 20;

TEST(Gzip, GivesBackWhatWentIn) {
  const std::string xml = encode(load_profile(10, 16));
  for (const std::string& text : {std::string(), std::string("x"), xml, std::string(kMax, 'a')}) {
    const std::string packed = gzip(text);
    EXPECT_TRUE(is_gzip(packed));
    EXPECT_EQ(packed, gzip(text));
    EXPECT_EQ(gunzip(packed, kMax), text);
  }
  EXPECT_LT(gzip(xml).size() * 8, xml.size());
}

TEST(Gzip, BombIsGivenUpAtTheLimit) {
  const std::string bomb = gzip(std::string(50 * kMax, '\0'));
  EXPECT_LT(bomb.size(), 100'000u);
  EXPECT_FALSE(gunzip(bomb, kMax).has_value());
  EXPECT_FALSE(gunzip(gzip(std::string(kMax + 1, 'a')), kMax).has_value());
}

TEST(Gzip, DamageAnywhereIsNoticed) {
  const std::string text = vector_file("report_load_profile.xml");
  const std::string packed = gzip(text);
  std::size_t refused = 0;
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string bad = packed;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    const auto plain = gunzip(bad, kMax);
    // Time and system in the header and padding bits mean nothing to the content.
    EXPECT_EQ(plain.value_or(text), text) << at;
    refused += plain ? 0 : 1;
  }
  EXPECT_GE(refused, packed.size() - 12);
  for (std::size_t n = 0; n < packed.size(); ++n) {
    EXPECT_FALSE(gunzip(packed.substr(0, n), kMax).has_value()) << n;
  }
  EXPECT_FALSE(gunzip(packed + "x", kMax).has_value());
  EXPECT_FALSE(gunzip(packed + packed, kMax).has_value());
  EXPECT_FALSE(gunzip(text, kMax).has_value());
}

}  // namespace
}  // namespace protocol::p32::test

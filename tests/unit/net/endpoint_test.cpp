// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "net/socket.hpp"

#include <gtest/gtest.h>

namespace net {
namespace {

TEST(Endpoint, IsHostColonPort) {
  const auto named = parse_endpoint("meter.example:4059");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->host, "meter.example");
  EXPECT_EQ(named->port, 4059);
  EXPECT_EQ(to_string(*named), "meter.example:4059");
  EXPECT_EQ(parse_endpoint("127.0.0.1:0")->port, 0);
}

TEST(Endpoint, BracketsHoldAnAddressOfVersion6) {
  const auto loopback = parse_endpoint("[::1]:65535");
  ASSERT_TRUE(loopback);
  EXPECT_EQ(loopback->host, "::1");
  EXPECT_EQ(to_string(*loopback), "[::1]:65535");
}

TEST(Endpoint, AnythingElseIsNone) {
  for (const char* text : {"", ":", "host", "host:", ":1", "[]:1", "host:65536", "host:-1",
                           "host:+1", "host: 1", "host:1x", "host:0x10"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace
}  // namespace net

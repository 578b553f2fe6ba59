// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/parameter/parameter.hpp"

#include <gtest/gtest.h>

namespace protocol::parameters {
namespace {

using Octets = std::vector<std::uint8_t>;

TEST(Parameter, TypesAreThoseOfTheBlueBook) {
  const auto parsed = parse_settings(
      "1/0.0.96.13.1:2=text Hi there; 3/1.0.12.31.0.255:2 = long-unsigned 2070;"
      "8/0.0.1.0.0:3=long -60; 1/0.0.96.50.0:2=octet-string 00fF; 8/0.0.1.0.0:8=boolean true;"
      "70/0.0.96.3.10:4=enum 4; 1/0.0.96.50.1:2=axdr 0202110111FF;");
  ASSERT_EQ(parsed.fault, "");
  ASSERT_EQ(parsed.settings.size(), 7u);
  const auto value = [&](std::size_t k) { return parsed.settings[k].value; };
  EXPECT_EQ(value(0), (Octets{9, 8, 'H', 'i', ' ', 't', 'h', 'e', 'r', 'e'}));
  EXPECT_EQ(value(1), (Octets{18, 8, 22}));
  EXPECT_EQ(parsed.settings[1].attribute,
            (cosem::Attribute{static_cast<cosem::ClassId>(3), cosem::obis(1, 0, 12, 31, 0), 2}));
  EXPECT_EQ(value(2), (Octets{16, 0xFF, 0xC4}));
  EXPECT_EQ(value(3), (Octets{9, 2, 0, 255}));
  EXPECT_EQ(value(4), (Octets{3, 255}));
  EXPECT_EQ(value(5), (Octets{22, 4}));
  EXPECT_EQ(value(6), (Octets{2, 2, 17, 1, 17, 255}));
}

TEST(Parameter, WhatCannotBeSaysWhatIsAllowed) {
  const auto fault = [](const char* text) {
    const auto parsed = parse_settings(text);
    EXPECT_TRUE(parsed.settings.empty()) << text;
    return parsed.fault;
  };
  EXPECT_NE(fault("").find("CLASS/OBIS:ATTRIBUTE=TYPE VALUE"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1=text Hi").find("CLASS/OBIS:ATTRIBUTE"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.300.1:2=text Hi").find("CLASS/OBIS"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:0=text Hi").find("CLASS/OBIS"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=word Hi").find("visible-string"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=unsigned 256").find("0 to 255"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=unsigned -1").find("0 to 255"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=octet-string 0").find("hex"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=axdr 1100 11").find("one encoded value"), std::string::npos);
  EXPECT_NE(fault("1/0.0.96.13.1:2=axdr 110011").find("one encoded value"), std::string::npos)
      << "something behind it";
  EXPECT_NE(fault("1/0.0.96.13.1:2=text a; 9=text b").find("CLASS/OBIS"), std::string::npos)
      << "one that is wrong takes all along";
}

// What is read back of an attribute is one value.
TEST(Parameter, AnAttributeIsSetOnce) {
  const auto fault = [](const char* text) { return parse_settings(text).fault; };
  EXPECT_EQ(fault("1/0.0.96.13.1:2=text a; 1/0.0.96.13.1.255:2=text b"),
            "\"1/0.0.96.13.1.255:2\" a second time, allowed: each attribute once");
  EXPECT_EQ(fault("1/0.0.96.13.1:2=text a; 1/0.0.96.13.1:2=text a"),
            "\"1/0.0.96.13.1:2\" a second time, allowed: each attribute once");
  EXPECT_EQ(fault("8/0.0.1.0.0:3=long 60; 8/0.0.1.0.0:8=boolean true; 1/0.0.96.13.1:2=text a"), "");
}

TEST(Parameter, ThirtyTwoAreTheMost) {
  std::string text;
  for (int k = 1; k <= 32; ++k) text += "1/0.0.96.50." + std::to_string(k) + ":2=unsigned 1;";
  EXPECT_EQ(parse_settings(text).settings.size(), 32u) << parse_settings(text).fault;
  const auto more = parse_settings(text + "1/0.0.96.50.33:2=unsigned 1");
  EXPECT_EQ(more.fault, "allowed: at most 32 settings");
  EXPECT_TRUE(more.settings.empty());
}

TEST(Parameter, AllAreSetBeforeAnyIsReadBack) {
  const auto steps =
      steps_of(parse_settings("1/0.0.96.13.1:2=text a; 1/0.0.96.50.1:2=unsigned 2").settings);
  using Service = orders::Step::Service;
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[1].service, Service::set);
  EXPECT_EQ(steps[2].service, Service::read_back);
  EXPECT_EQ(steps[2].target, steps[0].target);
  EXPECT_EQ(steps[3].value, steps[1].value);
}

}  // namespace
}  // namespace protocol::parameters

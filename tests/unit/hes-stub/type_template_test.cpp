// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/type_template.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTemplate = R"({"firmware":"ad11a","revision":"1.0","objects":[
  {"class":1,"version":0,"obis":"0.0.42.0.0"},
  {"class":3,"version":0,"obis":"1.0.1.8.0","scaler":-3,"unit":30},
  {"class":3,"version":0,"obis":"1.0.5.8.0.255","scaler":0,"unit":32},
  {"class":7,"version":1,"obis":"1.0.99.1.0","captured":[
    {"class":8,"obis":"0.0.1.0.0","attribute":2},
    {"class":1,"obis":"0.0.96.10.7","attribute":2},
    {"class":3,"obis":"1.0.1.8.0","attribute":2},
    {"class":3,"obis":"1.0.5.8.0","attribute":2}]},
  {"class":7,"version":1,"obis":"0.0.99.98.7","captured":[
    {"class":1,"obis":"0.0.96.11.0","attribute":2}]}]})";

TEST(TypeTemplate, KnowsColumnsRolesAndScalers) {
  std::vector<std::string> faults;
  const TypeTemplate type = parse_type_template("t.json", kTemplate, faults);
  EXPECT_THAT(faults, ElementsAre());
  EXPECT_EQ(type.firmware, "ad11a");
  ASSERT_EQ(type.profiles.size(), 1u);  // without a clock it is no load profile
  const ProfileType& profile = type.profiles[0];
  EXPECT_EQ(profile.obis, kLoadProfile);
  EXPECT_EQ(profile.clock_column, 0);
  EXPECT_EQ(profile.status_column, 1);
  EXPECT_EQ(profile.value_count(), 2u);
  EXPECT_EQ(profile.columns[2].scaler, -3);
  EXPECT_EQ(profile.columns[3].unit, 32);
}

TEST(TypeTemplate, WritesWhatItRead) {
  std::vector<std::string> faults;
  const TypeTemplate type = parse_type_template("t.json", kTemplate, faults);
  const TypeTemplate again = parse_type_template("again", to_json(type), faults);
  EXPECT_THAT(faults, ElementsAre());
  ASSERT_EQ(again.profiles.size(), 1u);
  EXPECT_EQ(again.profiles[0].columns[2].source, type.profiles[0].columns[2].source);
  EXPECT_EQ(again.profiles[0].columns[2].scaler, -3);
  EXPECT_EQ(again.revision, "1.0");
}

TEST(TypeTemplate, FaultsAreNamed) {
  std::vector<std::string> faults;
  parse_type_template("t.json", R"({"objects":[{"class":7,"obis":"1.0.99","captured":[]}]})",
                      faults);
  EXPECT_THAT(faults, testing::Contains(HasSubstr("t.json: firmware missing")));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("t.json: objects[0].obis = \"1.0.99\"")));
  faults.clear();
  parse_type_template("t.json", R"({"firmware":"x","objects":[]})", faults);
  EXPECT_THAT(faults, ElementsAre(HasSubstr("1.0.99.1.0")));
}

// A firmware from outside may call itself anything.
TEST(TypeTemplate, NamesComeBackWhateverStandsInThem) {
  TypeTemplate type;
  std::vector<std::string> faults;
  type = parse_type_template("t.json", kTemplate, faults);
  type.firmware = "a \"quoted\" \\ name";
  type.revision = "1\n2";
  const TypeTemplate again = parse_type_template("t.json", to_json(type), faults);
  EXPECT_THAT(faults, testing::IsEmpty());
  EXPECT_EQ(again.firmware, type.firmware);
  EXPECT_EQ(again.revision, type.revision);
}

}  // namespace
}  // namespace hes

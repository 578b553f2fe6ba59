// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/program/key_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace hes {
namespace {

using testing::HasSubstr;
using testing::Not;

class KeyFileTest : public testing::Test {
 protected:
  KeyFileTest() : path_(testing::TempDir() + "hes_key_file_" + std::to_string(getpid())) {}
  ~KeyFileTest() override { std::filesystem::remove(path_); }
  std::vector<ChangedKeys> read() {
    faults_.clear();
    return read_key_file(path_, faults_);
  }

  std::string path_;
  std::vector<std::string> faults_;
};

TEST_F(KeyFileTest, HoldsWhatItWasGivenAndIsItsOwnersAlone) {
  EXPECT_TRUE(read().empty());
  protocol::dlms::Keys one;
  protocol::dlms::Keys two;
  one.unicast.fill(0xA1);
  one.authentication.fill(0xA2);
  two.unicast.fill(0xB1);
  two.authentication.fill(0xB2);
  std::ofstream(path_ + ".tmp") << "of a process that was killed";
  std::filesystem::permissions(path_ + ".tmp", std::filesystem::perms(0666));
  KeyFile file(path_, {});
  EXPECT_TRUE(file.save(std::vector<ChangedKeys>{{"1", false, one, two, 3, 4000},
                                                 {"2", true, std::nullopt, two, 0, 1000},
                                                 {"3", false, std::nullopt, std::nullopt, 0, 0}}));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0600));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".tmp"));
  const auto all = read();
  EXPECT_TRUE(faults_.empty());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].serial, "1");
  EXPECT_EQ(all[0].keys->authentication, one.authentication);
  EXPECT_EQ(all[0].next->unicast, two.unicast);
  EXPECT_EQ(all[0].changes, 3u);
  EXPECT_EQ(all[0].reserved, 4000u);
  EXPECT_TRUE(all[1].of_concentrator);
  EXPECT_FALSE(all[1].keys);
  EXPECT_EQ(all[1].next->authentication, two.authentication);
  EXPECT_FALSE(KeyFile("/nonexistent/keys", {}).save({}));
}

TEST_F(KeyFileTest, WhatIsDamagedIsNamedWithoutAKey) {
  const std::string secret = "00112233445566778899AABBCCDDEEF";  // a digit is missing
  std::ofstream(path_) << R"({"meters": [{"serial": "1", "changes": -1, "reserved": 0,)"
                       << R"("unicast_key": ")" << secret << R"("}]})";
  EXPECT_TRUE(read().empty());
  ASSERT_EQ(faults_.size(), 3u);
  for (const std::string& fault : faults_) {
    EXPECT_THAT(fault, HasSubstr(path_ + ": meters[0]."));
    EXPECT_THAT(fault, Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace hes

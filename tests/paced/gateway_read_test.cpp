// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Power line meters read through their concentrator's DLMS gateway: one address, the meter chosen
// by the destination wPort that `amitwin inventory` lists.
#include "tests/paced/living_program.hpp"

namespace {

using namespace paced_test;

class GatewayRead : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("amitwin-gateway-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    port_ = free_ports();
    ASSERT_GT(port_, 0);
    std::ofstream(scenario()) << "[scenario]\nname = \"gateway\"\nduration_h = 700\ncollect_h = 0\n"
                              << "[sim]\nmode = \"paced\"\nspeed = 60\n"
                              << "[meters]\ncount = 4\n[[group]]\nmeters = 3\nmodel = \"AD13A\"\n"
                              << "[[concentrator]]\nmeters = \"1-4\"\n"
                              << "[expose]\ngateway = \"127.0.0.1:" << port_ << "\"\n";
    const Answer inventory = run("inventory " + scenario() + " --format json --with-keys");
    ASSERT_EQ(inventory.status, 0) << inventory.text;
    std::ofstream(keys()) << inventory.text;
    meters_ = json::parse(inventory.text)["meters"];
    pid_ = start_program(folder_, scenario());
    for (int tries = 0; tries < 600; ++tries) {  // they search, register and connect first
      bool all = true;
      for (int meter = 0; meter < 4; ++meter) {
        all = all && read(meter, "--object 0.0.42.0.0").status == 0;
      }
      if (all) return;
      usleep(200'000);
    }
    FAIL() << "no meter answers";
  }
  static void TearDownTestSuite() {
    stop_program(pid_, folder_);
    fs::remove_all(folder_);
  }

  static std::string scenario() { return (folder_ / "gateway.toml").string(); }
  static std::string keys() { return (folder_ / "keys.json").string(); }
  static Answer read_wport(int wport, const std::string& arguments) {
    return run("read 127.0.0.1:" + std::to_string(port_) + " --server " + std::to_string(wport) +
               " " + arguments);
  }
  static Answer read(int meter, const std::string& arguments) {
    return read_wport(meters_[meter]["server_sap"].get<int>(), arguments);
  }

  static fs::path folder_;
  static int port_;
  static pid_t pid_;
  static json meters_;
};

fs::path GatewayRead::folder_;
int GatewayRead::port_ = 0;
pid_t GatewayRead::pid_ = -1;
json GatewayRead::meters_;

TEST_F(GatewayRead, TheInventoryListsOneAddressAndAWPortForEachMeter) {
  for (int meter = 0; meter < 4; ++meter) {
    EXPECT_EQ(meters_[meter]["server_sap"], 256 + meter);
    EXPECT_EQ(meters_[meter]["address"], meters_[0]["address"]);
    EXPECT_EQ(meters_[meter]["parent"], "AMTDC0000000001");
  }
}

TEST_F(GatewayRead, ThePublicClientGetsTheNameOfTheMeterItChose) {
  for (int meter = 0; meter < 4; ++meter) {
    const Answer answer = read(meter, "--client 16 --object 0.0.42.0.0");
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(answer.text, meters_[meter]["logical_device_name"].get<std::string>() + "\n");
  }
}

TEST_F(GatewayRead, LowLevelSecurityReadsAProfile) {
  const std::string password = (folder_ / "password").string();
  std::ofstream(password) << meters_[1]["low_level_password"].get<std::string>();
  const Answer answer =
      read(1, "--client 2 --auth lls --password-file " + password +
                  " --profile 1.0.99.1.0 --from 2024-01-15T00:00:00Z --to 2024-01-22T00:00:00Z "
                  "--json");
  ASSERT_EQ(answer.status, 0) << answer.text;
  for (const json& row : json::parse(answer.text)) EXPECT_EQ(row.size(), 8u);
}

TEST_F(GatewayRead, HighLevelSecurityGoesThroughWithTheMetersOwnKeys) {
  for (const int meter : {0, 2}) {
    const Answer answer =
        read(meter, "--client 1 --auth hls5 --keys " + keys() + " --object 1.0.32.7.0");
    ASSERT_EQ(answer.status, 0) << answer.text;
    EXPECT_GT(std::atof(answer.text.c_str()), 200) << answer.text;
    EXPECT_LT(std::atof(answer.text.c_str()), 280) << answer.text;
  }
  const Answer list = read(2, "--client 1 --auth hls5 --keys " + keys() + " --list");
  EXPECT_EQ(list.status, 0) << list.text;
  EXPECT_NE(list.text.find("1.0.99.1.0.255"), std::string::npos) << list.text;
}

TEST_F(GatewayRead, AWrongPasswordIsRefusedByTheMeter) {
  const std::string file = (folder_ / "wrong").string();
  std::ofstream(file) << "NotThis1";
  EXPECT_EQ(read(0, "--client 2 --auth lls --password-file " + file + " --object 1.0.1.8.0").status,
            1);
}

TEST_F(GatewayRead, AWPortOfNobodyIsRefused) {
  EXPECT_EQ(read_wport(999, "--client 16 --object 0.0.42.0.0").status, 1);
  EXPECT_EQ(read(0, "--client 16 --object 0.0.42.0.0").status, 0) << "and others go on";
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// `amitwin run --mode paced` with modules on real ports, read by `amitwin read` with each
// authentication over the wrapper and over HDLC.
#include "tests/paced/living_program.hpp"

namespace {

using namespace paced_test;

class PacedRead : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::temp_directory_path() / ("amitwin-paced-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    port_ = free_ports();
    ASSERT_GT(port_, 0);
    std::ofstream(folder_ / "paced.toml")
        << "[scenario]\nname = \"paced\"\nduration_h = 700\ncollect_h = 0\n"
        << "[sim]\nmode = \"paced\"\nspeed = 60\n"
        << "[meters]\ncount = 2\ndetailed = [2]\n[cm1]\nstart_spread_s = 0\n"
        << "[expose]\nlisten = \"127.0.0.1:" << port_ << "\"\nhdlc_port = " << port_ + 2
        << "\nhdlc_meter = 2\n";
    const Answer inventory = run("inventory " + scenario() + " --format json --with-keys");
    ASSERT_EQ(inventory.status, 0) << inventory.text;
    std::ofstream(keys()) << inventory.text;
    meters_ = json::parse(inventory.text)["meters"];
    pid_ = start_program(folder_, scenario());
    wait_for_meters();
  }

  static void TearDownTestSuite() {
    stop_program(pid_, folder_);
    fs::remove_all(folder_);
  }

  // Modules boot, attach and learn who their meter is first; that takes simulated minutes.
  static void wait_for_meters() {
    for (int tries = 0; tries < 600; ++tries) {
      if (read(0, "--object 0.0.42.0.0").status == 0 &&
          read(1, "--object 0.0.42.0.0").status == 0) {
        return;
      }
      usleep(100'000);
    }
    FAIL() << "no meter answers";
  }

  static std::string scenario() { return (folder_ / "paced.toml").string(); }
  static std::string keys() { return (folder_ / "keys.json").string(); }
  static std::string password(int meter) {
    const std::string file = (folder_ / "password").string();
    std::ofstream(file) << meters_[meter]["low_level_password"].get<std::string>();
    return file;
  }
  static std::string name(int meter) { return meters_[meter]["logical_device_name"]; }
  // Ports 0 and 1: modules, wrapper; 2: optical port of the second meter, HDLC.
  static Answer read(int port, const std::string& arguments) {
    return run("read 127.0.0.1:" + std::to_string(port_ + port) + (port == 2 ? " --hdlc " : " ") +
               arguments);
  }

  static fs::path folder_;
  static int port_;
  static pid_t pid_;
  static json meters_;
};

fs::path PacedRead::folder_;
int PacedRead::port_ = 0;
pid_t PacedRead::pid_ = -1;
json PacedRead::meters_;

const std::string kWeek = " --from 2024-01-15T00:00:00Z --to 2024-01-22T00:00:00Z";

TEST_F(PacedRead, PublicClientReadsTheNameOverTheWrapper) {
  const Answer answer = read(0, "--client 16 --server 1 --object 0.0.42.0.0");
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.text, name(0) + "\n");
}

TEST_F(PacedRead, PublicClientReadsTheNameOverHdlc) {
  const Answer answer = read(2, "--client 16 --object 0.0.42.0.0");
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.text, name(1) + "\n");
}

TEST_F(PacedRead, LowLevelSecurityReadsAProfileBothWays) {
  for (const int port : {0, 2}) {
    const int meter = port == 0 ? 0 : 1;
    const Answer answer = read(port, "--client 2 --auth lls --password-file " + password(meter) +
                                         " --profile 1.0.99.1.0" + kWeek + " --json");
    ASSERT_EQ(answer.status, 0) << answer.text;
    const json rows = json::parse(answer.text);
    for (const json& row : rows) EXPECT_EQ(row.size(), 8u);
  }
}

TEST_F(PacedRead, HighLevelSecurityReadsAVoltageBothWays) {
  for (const int port : {0, 1, 2}) {
    const Answer answer =
        read(port, "--client 1 --auth hls5 --keys " + keys() + " --object 1.0.32.7.0");
    ASSERT_EQ(answer.status, 0) << answer.text;
    const double voltage_v = std::atof(answer.text.c_str());
    EXPECT_GT(voltage_v, 200) << answer.text;
    EXPECT_LT(voltage_v, 280) << answer.text;
    EXPECT_NE(answer.text.find(" V"), std::string::npos) << answer.text;
  }
}

TEST_F(PacedRead, TheObjectListNamesTheLoadProfile) {
  const Answer answer = read(1, "--client 1 --auth hls5 --keys " + keys() + " --list");
  ASSERT_EQ(answer.status, 0) << answer.text;
  EXPECT_NE(answer.text.find("1.0.99.1.0.255"), std::string::npos) << answer.text;
}

TEST_F(PacedRead, AWrongPasswordIsRefused) {
  const std::string file = (folder_ / "wrong").string();
  std::ofstream(file) << "NotThis1";
  EXPECT_EQ(read(0, "--client 2 --auth lls --password-file " + file + " --object 1.0.1.8.0").status,
            1);
}

TEST_F(PacedRead, WrongKeysAreRefused) {
  const std::string file = (folder_ / "wrong.json").string();
  std::ofstream(file) << R"({"unicast_key": "00112233445566778899AABBCCDDEEFF",
                             "authentication_key": "00112233445566778899AABBCCDDEEFF"})";
  EXPECT_EQ(read(2, "--client 1 --auth hls5 --keys " + file + " --object 1.0.1.8.0").status, 1);
}

TEST_F(PacedRead, ManagementWithoutAuthenticationIsRefused) {
  EXPECT_EQ(read(2, "--client 1 --object 1.0.1.8.0").status, 1);
}

TEST_F(PacedRead, BadInputIsSaidBeforeAnythingIsSent) {
  EXPECT_EQ(read(0, "--object garbage").status, 2);
  EXPECT_EQ(read(0, "--profile 1.0.99.1.0 --from yesterday --to today").status, 2);
  EXPECT_EQ(run("read nowhere --object 1.0.1.8.0").status, 2);
  EXPECT_EQ(read(0, "--client 2 --auth lls --password-file /nonexistent --object 1.0.1.8.0").status,
            2);
}

TEST_F(PacedRead, fault_16_an_object_by_its_class_over_both_roads) {
  for (const int port : {0, 2}) {
    const Answer answer = read(port, "1/0.0.42.0.0:2");
    EXPECT_EQ(answer.status, 0) << answer.text;
    EXPECT_EQ(answer.text, name(port == 0 ? 0 : 1) + "\n");
  }
  const Answer clock = read(2, "8/0.0.1.0.0 --json");
  EXPECT_EQ(clock.status, 0) << clock.text;
  EXPECT_TRUE(json::accept(clock.text)) << clock.text;
  EXPECT_EQ(read(0, "1/0.0.42.0.0:2 --physical 17").status, 2) << "only over HDLC";
}

TEST_F(PacedRead, fault_13_the_meter_says_why) {
  const Answer denied = read(0, "--client 1 --object 1.0.1.8.0");
  EXPECT_EQ(denied.status, 1);
  EXPECT_NE(denied.text.find("application-context-name-not-supported (diagnostic 2)"),
            std::string::npos)
      << denied.text;
  const std::string file = (folder_ / "wrong").string();
  std::ofstream(file) << "NotThis1\r\n";
  const Answer wrong = read(0, "--client 2 --auth lls --password-file " + file + " 3/1.0.1.8.0");
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.text.find("authentication-failure (diagnostic 13)"), std::string::npos)
      << wrong.text;
}

TEST_F(PacedRead, fault_22_a_password_file_with_cr_lf) {
  const std::string file = (folder_ / "crlf").string();
  std::ofstream(file) << meters_[0]["low_level_password"].get<std::string>() << "\r\n";
  const Answer answer = read(0, "--client 2 --auth lls --password-file " + file + " 3/1.0.1.8.0");
  EXPECT_EQ(answer.status, 0) << answer.text;
  EXPECT_NE(answer.text.find(" Wh"), std::string::npos) << answer.text;
}

// Takes connections and says nothing.
TEST_F(PacedRead, fault_07_nobody_there_and_somebody_silent_are_the_environment) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  socklen_t size = sizeof(address);
  ASSERT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string target = "read 127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  EXPECT_EQ(run(target + " 1/0.0.42.0.0").status, 5) << "nobody listens";
  ASSERT_EQ(listen(descriptor, 4), 0);
  EXPECT_EQ(run(target + " 1/0.0.42.0.0 --timeout 200").status, 5);
  EXPECT_EQ(run(target + " 1/0.0.42.0.0 --timeout 200 --hdlc").status, 5);
  close(descriptor);
}

// An association is one connection's, at the module ...
TEST_F(PacedRead, fault_01_nobody_reads_on_somebody_elses_association) {
  const std::string secret = meters_[0]["low_level_password"];
  {
    const Visitor a(port_);
    const std::string aare = a.ask(2, 1, aarq(secret));
    ASSERT_EQ(aare.substr(0, 1), "\x61");
    EXPECT_EQ(a.ask(2, 1, kGetEnergy).substr(0, 4), octets("C401C100"));
    const Visitor b(port_);
    EXPECT_EQ(b.ask(2, 1, kGetEnergy), kException);
    EXPECT_EQ(b.ask(16, 1, kGetEnergy), kException);
    // fault_25: nor is it ended.
    EXPECT_EQ(b.ask(2, 1, octets("6200")), kException);
    EXPECT_EQ(b.ask(2, 1, octets("6000")).substr(0, 1), "\x61");
    EXPECT_EQ(a.ask(2, 1, kGetEnergy).substr(0, 4), octets("C401C100"));
    // fault_02: an unconfirmed SET says nothing, and the next answer is that of the next request.
    a.say(
        octets("0001000200010010"
               "C10181000100002A0000FF0200090141"));
    EXPECT_EQ(a.ask(2, 1, kGetEnergy).substr(0, 4), octets("C401C100"));
  }
  const Visitor c(port_);
  EXPECT_EQ(c.ask(2, 1, kGetEnergy), kException);
}

// ... and at the optical port, where a second probe head finds no room.
TEST_F(PacedRead, fault_01_the_optical_port_has_one_holder_and_forgets_him) {
  const std::string snrm = octets("7EA0070321930F017E");
  std::string ua;
  {
    const Visitor a(port_ + 2);
    a.say(snrm);
    ua = a.hear();
    ASSERT_FALSE(ua.empty());
    const Visitor b(port_ + 2);
    EXPECT_TRUE(b.ended());
  }
  const Visitor c(port_ + 2);
  c.say(octets("7EA00703211115A67E"));  // RR on the link that was
  const std::string answer = c.hear();
  ASSERT_GE(answer.size(), 6u);
  EXPECT_EQ(answer[5], '\x1F');  // DM: there is no link
}

// Two minutes of the simulated time, two seconds of ours.
TEST_F(PacedRead, fault_01_a_silent_holder_of_the_optical_port_is_sent_away) {
  const Visitor silent(port_ + 2);
  silent.say(octets("7EA0070321930F017E"));
  ASSERT_FALSE(silent.hear().empty());
  bool ended = false;
  for (int tries = 0; tries < 12 && !ended; ++tries) ended = silent.ended();  // five seconds each
  EXPECT_TRUE(ended);
  std::ifstream log(folder_ / "out/unfinished/inputs.log");
  const std::string inputs(std::istreambuf_iterator<char>(log), {});
  EXPECT_NE(inputs.find(" sent away "), std::string::npos);
  const Visitor next(port_ + 2);  // finds room, and no link
  next.say(octets("7EA00703211115A67E"));
  const std::string answer = next.hear();
  ASSERT_GE(answer.size(), 6u);
  EXPECT_EQ(answer[5], '\x1F');
}

TEST_F(PacedRead, RubbishOnTheSocketHarmsNobody) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  std::string rubbish(3000, '\x5A');
  ASSERT_GT(send(descriptor, rubbish.data(), rubbish.size(), MSG_NOSIGNAL), 0);
  usleep(200'000);
  close(descriptor);
  EXPECT_EQ(read(0, "--object 0.0.42.0.0").status, 0);
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Ports and descriptors of a paced run: what the system gave is said, what is short is said.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "sim/drive/wall.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kPaced =
    "[scenario]\nname = \"doors\"\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 5\n"
    "[sim]\nmode = \"paced\"\nspeed = 3600\n";

ProgramRun shell(const std::string& script) { return run_program("/bin/sh", {"-c", script}); }

// A loopback port that somebody listens on, as long as this lives.
class Taken {
 public:
  Taken() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(descriptor_, at, size), 0);
    EXPECT_EQ(listen(descriptor_, 1), 0);
    EXPECT_EQ(getsockname(descriptor_, at, &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Taken() { close(descriptor_); }
  int port() const { return port_; }

 private:
  int descriptor_;
  int port_ = 0;
};

TEST(Doors, PortZeroSaysWhatItGot) {
  const Folder folder;
  const std::string file = folder.write("doors.toml", kPaced);
  const ProgramRun run =
      amitwin({"run", file, "--set", "expose.listen=127.0.0.1:0", "--out", folder / "out"});
  EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 4) << run.err;
  std::ifstream csv(folder / "out/doors.csv");
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "door,number,host,port");
  std::set<std::string> ports;
  for (int number = 1; number <= 5; ++number) {
    ASSERT_TRUE(std::getline(csv, line)) << number;
    const std::string head = "module," + std::to_string(number) + ",127.0.0.1,";
    ASSERT_EQ(line.substr(0, head.size()), head);
    const std::string port = line.substr(head.size());
    EXPECT_GT(std::stoi(port), 1023);
    EXPECT_NE(run.err.find("module " + std::to_string(number) + " on 127.0.0.1:" + port),
              std::string::npos)
        << run.err;
    ports.insert(port);
  }
  EXPECT_EQ(ports.size(), 5u);
  EXPECT_FALSE(std::getline(csv, line));
}

TEST(Doors, APortThatIsTakenIsNamedWithWhoWantedItAndWhatIsAllowed) {
  const Folder folder;
  const Taken taken;
  const std::string file = folder.write("doors.toml", kPaced);
  const std::string first = "127.0.0.1:" + std::to_string(taken.port() - 2);
  const ProgramRun run =
      amitwin({"run", file, "--set", "expose.listen=" + first, "--out", folder / "out"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_NE(run.err.find("the door of module "), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("Address already in use"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("port 0"), std::string::npos) << "ephemeral: " << run.err;
}

TEST(Doors, RangesThatOverlapAreRefusedBeforeTheRun) {
  const Folder folder;
  const std::string file = folder.write(
      "doors.toml", std::string(kPaced) +
                        "[[concentrator]]\nmeters = [4, 5]\n[expose]\n"
                        "listen = \"127.0.0.1:24000\"\ngateway = \"127.0.0.1:24004\"\n");
  const ProgramRun run = amitwin({"check", file});
  EXPECT_EQ(run.exit_code, 2) << run.err;
  EXPECT_NE(run.err.find("expose.gateway"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("expose.listen listens on"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("24000 to 24004"), std::string::npos) << run.err;
}

TEST(Doors, TooFewDescriptorsAreSaidBeforeTheRun) {
  const Folder folder;
  const std::string file = folder.write("doors.toml", kPaced);
  const ProgramRun run =
      shell("ulimit -n 120; exec " AMITWIN_PROGRAM " run " + file +
            " --set meters.count=200 --set expose.listen=127.0.0.1:0 --out " + (folder / "out"));
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_NE(run.err.find("a paced run with 200 doors needs 232 descriptors"), std::string::npos)
      << run.err;
  EXPECT_NE(run.err.find("of 120 are free"), std::string::npos) << run.err;
  EXPECT_FALSE(exists(folder / "out/result.h5")) << "nothing was run";
}

TEST(Doors, AHeadEndWithTooFewDescriptorsForItsInventorySaysSo) {
  const Folder folder;
  const std::string file = folder.write("doors.toml", kPaced);
  const std::string inventory = folder / "inventory.json";
  ASSERT_EQ(shell(AMITWIN_PROGRAM " inventory " + file + " --set meters.count=200 --with-keys " +
                  "--format json >" + inventory)
                .exit_code,
            0);
  const ProgramRun run = shell("ulimit -n 100; exec " AMITWIN_PROGRAM " hes --inventory " +
                               inventory + " --listen 127.0.0.1:0 --store " + (folder / "s"));
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_NE(run.err.find("200 meters needs 216 descriptors"), std::string::npos) << run.err;
}

// Ten simulated hours a second are too many for any machine.
TEST(Doors, APaceThatTheMachineCannotKeepIsExitFourWithTheFigure) {
  const Folder folder;
  const std::string file = folder.write(
      "fast.toml",
      "[scenario]\nname = \"fast\"\nduration_h = 24\ncollect_h = 0\n[meters]\ncount = 60\n"
      "detailed = [1, 2, 3, 4, 5, 6, 7, 8]\n");
  const ProgramRun run = amitwin({"run", file, "--mode", "paced", "--speed", "100000", "--until",
                                  "6h", "--out", folder / "out"});
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_NE(run.err.find("saturated: 100000 simulated seconds a second were asked, "),
            std::string::npos)
      << run.err;
  EXPECT_TRUE(exists(folder / "out/summary.json")) << "judged all the same";
}

// ---- The progress line ----

TEST(Progress, FitsTheTerminal) {
  for (std::size_t columns = 1; columns <= 300; ++columns) {
    for (const double share : {0.0, 0.31, 1.0}) {
      const std::string text =
          sim::run::progress_text(share, 100 * kernel::kNsPerHour, 123456, 3599, columns);
      EXPECT_LT(text.size(), columns == 0 ? 1 : columns) << text;
      EXPECT_TRUE(columns < 24 || text.find('%') != std::string::npos) << columns;
      EXPECT_TRUE(columns < 40 || text[0] == '[') << columns << text;
      EXPECT_EQ(std::count(text.begin(), text.end(), '#') > 0, share > 0.1 && text[0] == '[');
    }
  }
  EXPECT_EQ(sim::run::progress_text(0.5, 14 * kernel::kNsPerHour, 4000, 12, 100),
            "[####################....................]  50 %  simulated 14:00:00  4000x  00:00:12 "
            "left");
}

}  // namespace

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Ports and descriptors of a paced run: what the system gave is said, what is short is said. What a
// terminal shows of a run.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "sim/cli/outcome_text.hpp"
#include "sim/drive/wall.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kPaced =
    "[scenario]\nname = \"doors\"\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 5\n"
    "[sim]\nmode = \"paced\"\nspeed = 3600\n";

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

// ---- The outcome ----

sim::result::Summary summary_of_a_run(bool expects) {
  sim::result::Summary summary;
  summary.scenario = "street";
  summary.meters = 50;
  summary.meter_days = 100;
  summary.sim_s = 48 * 3600;
  summary.wall_s = 24;
  summary.cpu_s = 40;
  summary.digest = std::string(64, 'a');
  const std::vector<sim::result::Kpi> measured = {
      {"intervals_expected", 9600, "", {}},         {"interval_success", 0.99996, "", {}},
      {"push_latency_p50_s", 31.25, "s", {}},       {"push_latency_p95_s", 130.4, "s", {}},
      {"gprs_bytes_per_meter_day", 12'345, "", {}}, {"sessions", 7, "", {}}};
  std::vector<sim::result::Expectation> expected;
  if (expects) {
    expected = {{"interval_success", {.min = 0.99, .max = {}, .equals = {}}},
                {"sessions", {.min = {}, .max = 5, .equals = {}}}};
  }
  summary.kpis = sim::result::judge(measured, expected);
  return summary;
}

// Whether or not the scenario expects anything.
TEST(OutcomeText, TheHeadlineNeedsNoExpectation) {
  EXPECT_EQ(sim::cli::outcome_text(summary_of_a_run(false), "out/street", {120, false}),
            "street: 50 meters, 48 h simulated\n"
            "  took 24.0 s (7200x), 400.0 ms of one core a meter-day\n"
            "  99.99 % of 9600 rows in time, push p50 31.2 s, p95 2.17 min, 12.3 kB a meter-day by "
            "2G\n"
            "  digest aaaaaaaaaaaaaaaa\n"
            "  results in out/street/\n");
  const std::string judged =
      sim::cli::outcome_text(summary_of_a_run(true), "out/street", {120, false});
  EXPECT_NE(judged.find("99.99 % of 9600 rows in time"), std::string::npos) << judged;
  EXPECT_NE(judged.find("  pass  interval_success"), std::string::npos) << judged;
  EXPECT_NE(judged.find("  FAIL  sessions"), std::string::npos) << judged;
}

TEST(OutcomeText, LinesFitANarrowTerminal) {
  for (const std::size_t columns : {40u, 50u, 63u, 64u, 80u, 200u}) {
    const std::string text =
        sim::cli::outcome_text(summary_of_a_run(true), "out/street", {columns, false});
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), columns) << line;
    for (const char* said : {"99.99 %", "push p50 31.2 s, p95 2.17 min", "12.3 kB", ">= 0.99"}) {
      EXPECT_EQ(occurrences(text, said), 1u) << columns << '\n' << text;
    }
  }
}

// Standard output as a terminal of so many columns, as long as this lives.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) : before_(dup(STDOUT_FILENO)) {
    winsize size{24, columns, 0, 0};
    EXPECT_EQ(openpty(&master_, &slave_, nullptr, nullptr, &size), 0);
    dup2(slave_, STDOUT_FILENO);
  }
  ~Terminal() {
    dup2(before_, STDOUT_FILENO);
    for (const int each : {before_, slave_, master_}) close(each);
  }

 private:
  int before_;
  int master_ = -1;
  int slave_ = -1;
};

TEST(OutcomeText, ColourIsForTerminalsAndHonoursNoColor) {
  const auto style_at = [](unsigned short columns) {
    const Terminal terminal(columns);
    return sim::cli::outcome_style();
  };
  unsetenv("NO_COLOR");
  EXPECT_TRUE(style_at(50).colour);
  EXPECT_EQ(style_at(50).columns, 50u);
  EXPECT_EQ(style_at(0).columns, 80u) << "one that does not know";
  setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(style_at(50).colour) << "empty is not set";
  setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(style_at(50).colour);
  EXPECT_EQ(style_at(50).columns, 50u);
  unsetenv("NO_COLOR");
  const int before = dup(STDOUT_FILENO);
  std::FILE* const file = std::tmpfile();
  dup2(fileno(file), STDOUT_FILENO);
  const sim::cli::OutcomeStyle none = sim::cli::outcome_style();
  dup2(before, STDOUT_FILENO);
  close(before);
  std::fclose(file);
  EXPECT_FALSE(none.colour) << "no terminal";
  EXPECT_EQ(none.columns, 80u);
  const std::string coloured =
      sim::cli::outcome_text(summary_of_a_run(true), "out/street", {80, true});
  EXPECT_NE(coloured.find("\x1b[32mpass\x1b[0m"), std::string::npos) << coloured;
  EXPECT_NE(coloured.find("\x1b[31mFAIL\x1b[0m"), std::string::npos) << coloured;
}

}  // namespace

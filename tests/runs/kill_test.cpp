// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Killed at any instant a run leaves a result that opens.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "kernel/keyed_stream.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using Clock = std::chrono::steady_clock;

constexpr int kKills = 50;
constexpr const char* kStreet = R"([scenario]
duration_h = 46
collect_h = 2
[meters]
count = 8
[[event]]
at = "05:00:00"
type = "relay"
meter = 2
value = "open"
)";

constexpr const char* kOpenAll = R"(
import sys, h5py
for path in open(sys.argv[1]).read().split():
    with h5py.File(path, "r") as f:
        state = f.attrs["state"]
        rows = sum(len(f[t][:]) for t in f)
        print(state.decode() if isinstance(state, bytes) else state, rows)
)";

bool wait_for_file(const std::string& path) {
  const auto give_up = Clock::now() + std::chrono::seconds(30);
  while (!exists(path)) {
    if (Clock::now() > give_up) return false;
    usleep(500);
  }
  return true;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Killed : public testing::Test {
 protected:
  void SetUp() override {
    if (run_program("/usr/bin/python3", {"-c", "import h5py"}).exit_code != 0) {
      GTEST_SKIP() << "python3-h5py is not installed";
    }
    folder_.write("street.toml", kStreet);
    folder_.write("open.py", kOpenAll);
  }
  std::vector<std::string> command(const std::string& out) const {
    return {"run", folder_ / "street.toml", "--quiet", "--out", folder_ / out};
  }
  // From start to the first sight of the file, and to the end.
  void measure(double& appears_s, double& ends_s) const {
    const auto start = Clock::now();
    const pid_t child = start_amitwin(command("whole"));
    ASSERT_TRUE(wait_for_file(folder_ / "whole/unfinished/result.h5"));
    appears_s = seconds_since(start);
    waitpid(child, nullptr, 0);
    ends_s = seconds_since(start);
  }
  Folder folder_;
};

TEST_F(Killed, AtFiftyDrawnInstantsTheResultOpens) {
  const auto seed = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
  std::printf("seed of the instants: %llu\n", static_cast<unsigned long long>(seed));
  kernel::KeyedStream draw(seed, 0, 0);
  double appears_s = 0, ends_s = 0;
  measure(appears_s, ends_s);
  ASSERT_GT(ends_s, appears_s);

  std::string paths;
  int survived = 0;
  for (int n = 0; n < kKills; ++n) {
    // Every second run goes where a killed one left its parts.
    const std::string out = n % 2 == 0 ? "kill-" + std::to_string(n) : "again";
    const std::string growing = folder_ / out + "/unfinished/result.h5";
    std::filesystem::remove(growing);
    const pid_t child = start_amitwin(command(out));
    // The instants count from the run's first file: before that there is nothing to lose.
    ASSERT_TRUE(wait_for_file(growing)) << "kill " << n;
    usleep(static_cast<useconds_t>(draw.uniform() * 1e6 * (ends_s - appears_s)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) ++survived;
    const std::string kept = folder_ / ("kept-" + std::to_string(n));
    std::filesystem::copy(folder_ / out, kept, std::filesystem::copy_options::recursive);
    paths += kept + (exists(kept + "/unfinished/result.h5") ? "/unfinished" : "") + "/result.h5\n";
  }
  EXPECT_LT(survived, kKills / 2) << "most runs must have been killed, not ended";
  const std::string list = folder_.write("list.txt", paths);
  const ProgramRun opened = run_program("/usr/bin/python3", {folder_ / "open.py", list});
  EXPECT_EQ(opened.exit_code, 0) << opened.err;
  EXPECT_EQ(occurrences(opened.out, "\n"), static_cast<std::size_t>(kKills));
  EXPECT_GE(occurrences(opened.out, "running"), static_cast<std::size_t>(kKills / 3));
  EXPECT_EQ(digest_of(folder_ / "whole/result.h5").size(), 64u);
}

// The file is there before the world is built, which takes the longest of all before time moves.
TEST_F(Killed, TheResultIsTheFirstFileOfTheFolder) {
  for (int n = 0; n < 10; ++n) {
    const std::string out = folder_ / ("early-" + std::to_string(n));
    const pid_t child = start_amitwin(
        {"run", folder_ / "street.toml", "--quiet", "--out", out, "--set", "meters.count=200"});
    ASSERT_TRUE(wait_for_file(out));
    usleep(static_cast<useconds_t>(2'000 * n));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const std::string growing = out + "/unfinished";
    if (exists(growing + "/result.h5") || !exists(growing)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(growing)) {
      const std::string name = entry.path().filename();
      EXPECT_TRUE(name == "result.h5.tmp" || name == ".amitwin-growing")
          << name << " was written before the result";
    }
  }
}

}  // namespace

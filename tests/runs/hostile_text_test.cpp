// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Texts that are too deep, too long or meant for the terminal; signals at any moment; results that
// are damaged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kHourOfThree =
    "[scenario]\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 3\n";

std::string dotted(std::size_t parts) {
  std::string path = "a";
  while (--parts > 0) path += ".a";
  return path;
}

TEST(TomlDepth, fault_a_key_of_ten_thousand_parts_is_bad_input_where_it_stands) {
  const Folder folder;
  const std::string deep = dotted(10'000);
  std::string nested = "1";
  for (int level = 0; level < 200; ++level) nested = "{" + dotted(200) + " = " + nested + "}";
  const std::pair<std::string, const char*> texts[] = {
      {"[" + deep + "]\n", ":6:515: "}, {"[[" + deep + "]]\n", ":6:516: "},
      {deep + " = 1\n", ":6:514: "},    {"x = {" + deep + " = 1}\n", ":6:517: "},
      {"x = " + nested + "\n", ":6:"},  {"x = " + std::string(100'000, '[') + "\n", ":6:261: "}};
  for (const auto& [text, where] : texts) {
    const std::string file = folder.write("deep.toml", kHourOfThree + text);
    for (const std::string command : {"check", "run", "inventory", "p32 sign-key"}) {
      const ProgramRun run =
          run_program("/bin/sh", {"-c", AMITWIN_PROGRAM " " + command + " " + file});
      EXPECT_EQ(run.exit_code, 2) << command << text.substr(0, 20);
      EXPECT_EQ(run.err.find(file + where), 0u) << run.err.substr(0, 300);
      EXPECT_NE(run.err.find("allowed: 256 levels of brackets and dots"), std::string::npos)
          << run.err.substr(0, 300);
    }
  }
  const std::string file = folder.write("good.toml", kHourOfThree);
  for (const std::string& set : {"meters.count={" + deep + "=1}", deep + "=1"}) {
    const ProgramRun run = amitwin({"check", file, "--set", set});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.err.find("256 levels"), std::string::npos) << run.err.substr(0, 300);
    EXPECT_LT(run.err.size(), 1'200u);
  }
}

TEST(TomlDepth, DotsThatOpenNothingAreNotCounted) {
  const Folder folder;
  const std::string dots(3'000, '.');
  const std::string file = folder.write(
      "dots.toml", "# " + dots + "\n[scenario]\nname = \"" + dots + "\" # " + dots +
                       "\nduration_h = 1\n[meters]\ncount = 3\nfirmware = '''ad11a'''\n" +
                       "[load]\nmap.\"" + dots + "\" = 1\n");
  const ProgramRun run = amitwin({"check", file});
  EXPECT_EQ(run.err.find("levels"), std::string::npos) << run.err;
  const std::string deep = folder.write("unknown.toml", kHourOfThree + dotted(200) + " = 1\n");
  const ProgramRun unknown = amitwin({"check", deep});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.err.find("meters.a"), std::string::npos) << unknown.err;
}

TEST(Echo, fault_26_what_a_user_wrote_does_not_steer_the_terminal) {
  const Folder folder;
  const std::string file =
      folder.write("red.toml",
                   "[scenario]\nname = \"\\u001b[31mred\"\nduration_h = 1\ncollect_h = 0\n"
                   "[meters]\ncount = 3\n");
  const ProgramRun run = amitwin({"run", file, "--out", folder / "out"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(run.out.find("\\x1B[31mred: 3 meters"), 0u) << run.out;
  const std::string red = "\x1b[31mred";
  const std::vector<std::string> lines[] = {{"run", folder / red},
                                            {"check", file, "--set", "meters." + red + "=1"},
                                            {"check", file, "--set", "meters.firmware=" + red},
                                            {"check", file, "--set", "load.csv=" + red},
                                            {"run", file, "--until", red},
                                            {red},
                                            {"digest", red},
                                            {"export", folder / "out/result.h5", red},
                                            {"template", red},

                                            {"hes", "--inventory", red},
                                            {"run", file, "--" + red},
                                            {"hes", "--" + red}};
  for (const auto& line : lines) {
    const ProgramRun refused = amitwin(line);
    EXPECT_EQ(refused.exit_code, 2) << line.back();
    EXPECT_NE(refused.err.find("x1B[31mred"), std::string::npos) << refused.err;
    EXPECT_EQ((refused.err + refused.out).find('\x1b'), std::string::npos) << refused.err;
  }
}

TEST(Echo, fault_26_of_a_long_value_begin_and_end_are_said) {
  const Folder folder;
  const std::string file = folder.write("hour.toml", kHourOfThree);
  const std::string value = "b" + std::string(100'000, 'x') + "e";
  const ProgramRun run = amitwin({"check", file, "--set", "meters.count=" + value});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_LT(run.err.size(), 1'200u);
  EXPECT_NE(run.err.find("meters.count = \"bxx"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find(" octets) ..."), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("xxe\": not an integer, allowed: "), std::string::npos) << run.err;
}

// Waiting for its input, each is certainly beyond the first instructions.
TEST(Signals, fault_26_every_command_that_is_interrupted_is_exit_130) {
  const Folder folder;
  const std::string pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string result = folder / "out/result.h5";
  const std::vector<std::string> commands[] = {
      {"run", pipe},         {"check", pipe},           {"inventory", pipe},
      {"p32", "lint", pipe}, {"p32", "sign-key", pipe}, {"hes", "--inventory", pipe}};
  for (const int sent : {SIGINT, SIGTERM, SIGHUP}) {
    ::signal(sent, SIG_DFL);  // a shell's background is deaf, and so would be its children
    for (const auto& command : commands) {
      const pid_t child = start_amitwin(command);
      const int writer = open(pipe.c_str(), O_WRONLY);  // until somebody reads
      kill(child, sent);
      int status = 0;
      waitpid(child, &status, 0);
      close(writer);
      EXPECT_TRUE(WIFEXITED(status)) << command[0] << " died by " << sent;
      EXPECT_EQ(WEXITSTATUS(status), 130) << command[0];
    }
  }
}

// Stopped by the system at its first write: what reads results is interrupted like the others.
TEST(Signals, fault_26_what_reads_results_is_exit_130_and_says_so) {
  const Folder folder;
  const std::string file = folder.write(
      "many.toml", "[scenario]\nduration_h = 6\ncollect_h = 0\n[meters]\ncount = 100\n");
  ASSERT_EQ(amitwin({"run", file, "--out", folder / "out", "--quiet"}).exit_code, 0);
  const std::string result = folder / "out/result.h5", said = folder / "said";
  const std::string script = "{ " AMITWIN_PROGRAM " export " + result + " truth 2>" + said +
                             " & echo $! >" + folder.path() + "/pid; wait $!; echo $? >" +
                             folder.path() + "/code; } | { sleep 1; kill -TERM $(cat " +
                             folder.path() + "/pid); sleep 0.3; }; cat " + folder.path() + "/code";
  const ProgramRun run = run_program("/bin/sh", {"-c", script});
  EXPECT_EQ(run.out, "130\n") << run.err;
  EXPECT_EQ(read_text(said), "amitwin export: interrupted\n");
}

TEST(Damaged, fault_26_every_command_gives_the_same_code) {
  const Folder folder;
  const std::string file = folder.write("hour.toml", kHourOfThree);
  const std::string out = folder / "out";
  ASSERT_EQ(amitwin({"run", file, "--out", out, "--quiet"}).exit_code, 0);
  const std::string good = read_text(out + "/result.h5");
  int bad = 0;
  for (std::size_t n = 1; n < 16; ++n) {
    std::string text = good;
    text.replace(text.size() * n / 16, 64, std::string(64, '\xFF'));
    const std::string damaged = folder.write("out/damaged.h5", text);
    const int digest = amitwin({"digest", damaged}).exit_code;
    const ProgramRun report = amitwin({"report", damaged});
    EXPECT_EQ(report.exit_code, digest) << n << report.err;
    EXPECT_TRUE(digest == 0 || digest == 2) << n;
    EXPECT_TRUE(digest == 0 || report.err.find(damaged) != std::string::npos) << report.err;
    bad += digest == 2;
  }
  EXPECT_GT(bad, 0) << "some damage is found only when it is read";
}

}  // namespace

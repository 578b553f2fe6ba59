// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Full disks, full and closed streams, inputs without end, runs that are cut short.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "os/build.hpp"
#include "sim/result/h5_file.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kStreamedStreet = R"([scenario]
name = "streams"
duration_h = 7
collect_h = 1
[meters]
count = 4
push_period_s = 900
push_spread_s = 60
[[event]]
at = "05:00:00"
type = "relay"
meter = 2
value = "open"
[[expect]]
kpi = "intervals_lost"
equals = 0
[[expect]]
kpi = "relay_orders_done"
equals = 1
)";

std::string program() { return AMITWIN_PROGRAM; }

class Streams : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder;
    street_ = folder_->write("street.toml", kStreamedStreet);
    const ProgramRun run = amitwin({"run", street_, "--out", *folder_ / "out", "--quiet"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }
  static void TearDownTestSuite() { delete folder_; }
  static Folder* folder_;
  static std::string street_;
};
Folder* Streams::folder_ = nullptr;
std::string Streams::street_;

// Every command that prints, with an output that takes nothing, and with none at all.
TEST_F(Streams, fault_26_an_output_that_takes_nothing_is_exit_five_and_a_sentence) {
  const std::string result = *folder_ / "out/result.h5", store = *folder_ / "out/hes.sqlite";
  const std::string commands[] = {"--version",
                                  "--help",
                                  "check " + street_,
                                  "inventory " + street_,
                                  "inventory --with-keys --format json " + street_,
                                  "template ad11a",
                                  "digest " + result,
                                  "diff " + result + " " + result,
                                  "export " + result + " rows",
                                  "export " + result + " kpi",
                                  "report " + result,
                                  "p32 sign-key " + street_,
                                  "p32 lint tests/vectors/p32/hello_head_end.xml",
                                  "hes --store " + store + " --export csv",
                                  "hes --store " + store + " --missing",
                                  "run " + street_ + " --until 1h --out " + (*folder_ / "full")};
  for (const std::string& command : commands) {
    const ProgramRun good = shell(program() + " " + command + " >/dev/null");
    EXPECT_EQ(good.exit_code, 0) << command << ": " << good.err;
    for (const char* output : {" >/dev/full", " >&-"}) {
      const ProgramRun full = shell(program() + " " + command + output);
      EXPECT_EQ(full.exit_code, 5) << command << output;
      EXPECT_EQ(occurrences(full.err, "standard output cannot be written"), 1u)
          << command << output << ": " << full.err;
    }
  }
}

TEST_F(Streams, fault_26_a_reader_that_wants_no_more_is_no_sudden_death) {
  // Far more than a pipe holds: the program is still writing when the reader leaves.
  const std::string out = *folder_ / "many";
  ASSERT_EQ(
      amitwin({"run", street_, "--out", out, "--quiet", "--set", "meters.count=100"}).exit_code, 0);
  const std::string rows = program() + " export " + out + "/result.h5 truth";
  ASSERT_GT(std::stoul(shell(rows + " | wc -c").out), 200'000u);
  const ProgramRun head = shell("{ " + rows + "; echo $? >&2; } | head -1");
  EXPECT_EQ(occurrences(head.out, "\n"), 1u);
  EXPECT_EQ(head.err, "5\n");
}

TEST_F(Streams, fault_26_complaints_that_nobody_can_take_change_no_exit_code) {
  EXPECT_EQ(shell(program() + " check " + (*folder_ / "no.toml") + " 2>/dev/full").exit_code, 2);
  EXPECT_EQ(shell(program() + " digest nothing.h5 2>&-").exit_code, 2);
  for (const char* closed : {" 2>/dev/full", " 2>&-"}) {
    EXPECT_EQ(shell(program() + " read 127.0.0.1 1.0.1.8.0" + closed).exit_code, 2) << closed;
    EXPECT_EQ(shell(program() + " read 127.0.0.1:1 1.0.1.8.0" + closed).exit_code, 5) << closed;
    EXPECT_EQ(shell(program() + " read nowhere 1.0.1.8.0" + closed).exit_code, 2) << closed;
    EXPECT_EQ(shell(program() + " nothing" + closed).exit_code, 2) << closed;
    EXPECT_EQ(shell(program() + " hes --nothing" + closed).exit_code, 2) << closed;
  }
}

TEST_F(Streams, fault_26_an_input_without_end_is_refused) {
  const std::string endless[] = {"p32 lint /dev/zero",        "p32 lint - </dev/zero",
                                 "check /dev/zero",           "digest /dev/zero",
                                 "hes --inventory /dev/zero", "hes --config /dev/zero"};
  for (const std::string& command : endless) {
    const ProgramRun run = shell("ulimit -v 8000000; exec timeout 60 " + program() + " " + command);
    EXPECT_EQ(run.exit_code, 2) << command << ": " << run.err;
    EXPECT_NE(run.err, "") << command;
  }
}

// ---- The disk ----

// The earlier result is good; whatever a run that fails leaves opens, and says up to when it goes.
void expect_opens(const std::string& result, const ProgramRun& run) {
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_EQ(digest_of(result).size(), 64u) << run.err;
  EXPECT_EQ(run.err.find("amitwin run: "), 0u) << run.err;
  EXPECT_EQ(run.err.find("In process"), std::string::npos) << "of SystemC: " << run.err;
  EXPECT_EQ(run.err.find("fleet"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("TABLE"), std::string::npos) << "a statement: " << run.err;
}

TEST_F(Streams, fault_26_a_file_that_may_not_grow_leaves_a_result_that_opens) {
  for (const int blocks : {60, 100, 200, 600, 1000}) {
    const std::string out = *folder_ / ("limit-" + std::to_string(blocks));
    const ProgramRun run = shell("ulimit -f " + std::to_string(blocks) + "; exec " + program() +
                                 " run scenarios/first-light.toml --set meters.count=60 --set " +
                                 "meters.detailed=none --quiet --out " + out);
    expect_opens(out + "/result.h5", run);
    EXPECT_FALSE(exists(out + "/result.h5.tmp"));
  }
}

TEST_F(Streams, fault_26_a_run_that_cannot_begin_leaves_the_one_before) {
  const std::string out = *folder_ / "before";
  ASSERT_EQ(amitwin({"run", street_, "--out", out, "--quiet"}).exit_code, 0);
  const std::string digest = digest_of(out + "/result.h5");
  const ProgramRun run =
      shell("ulimit -f 8; exec " + program() + " run " + street_ + " --seed 2 --out " + out);
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_NE(run.err.find("result.h5: File too large"), std::string::npos) << run.err;
  EXPECT_EQ(digest_of(out + "/result.h5"), digest);
  EXPECT_TRUE(exists(out + "/summary.json"));
  EXPECT_TRUE(exists(out + "/report.html"));
}

TEST_F(Streams, fault_26_a_full_disk_leaves_a_result_that_opens) {
  const std::string disk = *folder_ / "disk";
  ASSERT_EQ(shell("mkdir " + disk).exit_code, 0);
  const std::string mounted = "mount -t tmpfs -o size=SIZE tmpfs " + disk + " && ";
  if (shell("unshare -rm true").exit_code != 0) GTEST_SKIP() << "no mounts for this user";
  for (const char* size : {"400k", "1100k", "2600k", "4000k"}) {
    std::string script = mounted;
    script.replace(script.find("SIZE"), 4, size);
    script += program() + " run scenarios/first-light.toml --set meters.count=60 --set " +
              "meters.detailed=none --quiet --out " + disk + "/out; code=$?; " + program() +
              " export " + disk + "/out/result.h5 kpi >/dev/null || code=99; exit $code";
    const ProgramRun run = run_program("unshare", {"-rm", "sh", "-c", script});
    EXPECT_EQ(run.exit_code, 5) << size << ": " << run.err;
    EXPECT_EQ(run.err.find("In process"), std::string::npos) << run.err;
    EXPECT_NE(run.err.find("result.h5"), std::string::npos) << run.err;
  }
}

TEST_F(Streams, fault_26_a_report_that_does_not_fit_leaves_the_one_before) {
  const std::string page = *folder_ / "out/report.html", before = read_text(page);
  ASSERT_GT(before.size(), 10'000u);
  const ProgramRun run =
      shell("ulimit -f 8; exec " + program() + " report " + (*folder_ / "out/result.h5"));
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_NE(run.err.find("report.html: cannot be written (File too large)"), std::string::npos)
      << run.err;
  EXPECT_EQ(read_text(page), before);
  EXPECT_FALSE(exists(page + ".tmp"));
}

// ---- Cut short ----

TEST_F(Streams, UntilTakesHoursAndJudgesWhatIsDue) {
  const std::string out = *folder_ / "until";
  for (const char* until : {"6h", "06:00:00"}) {
    const ProgramRun run = amitwin({"run", street_, "--until", until, "--out", out});
    EXPECT_EQ(run.exit_code, 0) << run.err << run.out;
    const auto json = nlohmann::json::parse(read_text(out + "/summary.json"), nullptr, false);
    EXPECT_EQ(json["sim_s"], 6 * 3600);
    EXPECT_EQ(json["cut_short"], true);
    EXPECT_EQ(json["kpi"]["intervals_lost"]["pass"], true);
    // hes.in_time_s is four hours: eight rows of each meter were due.
    EXPECT_EQ(json["kpi"]["intervals_expected"]["value"], 4 * 8);
    EXPECT_EQ(json["kpi"]["relay_orders_done"]["pass"], true);
  }
  const ProgramRun early = amitwin({"run", street_, "--until", "2h", "--out", out});
  EXPECT_EQ(early.exit_code, 0) << early.err << early.out;
  const auto json = nlohmann::json::parse(read_text(out + "/summary.json"), nullptr, false);
  EXPECT_TRUE(json["kpi"]["relay_orders_done"]["pass"].is_null());
  EXPECT_TRUE(json["kpi"]["intervals_lost"]["pass"].is_null()) << "nothing was due";
  EXPECT_EQ(occurrences(read_text(out + "/junit.xml"), "<skipped "), 2u);
  EXPECT_EQ(occurrences(early.out, "  open  "), 2u) << early.out;
  for (const char* wrong : {"6", "h", "-1h", "0h", "1e3h", "infh", "6 h"}) {
    EXPECT_EQ(amitwin({"run", street_, "--until", wrong}).exit_code, 2) << wrong;
  }
}

int end_by(int signal, const std::vector<std::string>& arguments, const std::string& watched) {
  ::signal(signal, SIG_DFL);  // a shell's background is deaf, and so would be its children
  const pid_t child = start_amitwin(arguments);
  for (int i = 0; i < 30'000 && !exists(watched); ++i) usleep(1000);
  kill(child, signal);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

TEST_F(Streams, fault_26_an_interrupt_keeps_what_there_is_and_is_exit_130) {
  const std::string long_street = folder_->write(
      "long.toml", "[scenario]\nduration_h = 700\n[meters]\ncount = 20\npush_period_s = 900\n");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    for (const char* mode : {"free", "lockstep"}) {
      const std::string out = *folder_ / (mode + std::to_string(signal));
      const int code = end_by(signal, {"run", long_street, "--mode", mode, "--out", out, "--quiet"},
                              out + "/unfinished/parts/part-2.h5");
      EXPECT_EQ(code, 130) << mode << ' ' << signal;
      const auto file = sim::result::TableFileReader::open(out + "/result.h5");
      ASSERT_TRUE(file);
      EXPECT_EQ(file->attributes().state, "running");
      EXPECT_GE(file->attributes().simulated_s, 12 * 3600);
      EXPECT_GT(file->rows_of(*file->find("rows")), 100u);
    }
  }
}

// A head-end that serves ends no other way: what it has is in its store.
TEST_F(Streams, fault_26_an_interrupted_head_end_is_exit_130_and_keeps_its_store) {
  const std::string inventory = *folder_ / "inventory.json", store = *folder_ / "live.sqlite";
  const std::string said = *folder_ / "said";
  for (const char* signal : {"INT", "TERM", "HUP"}) {
    // A shell's background is deaf to SIGINT, and a head-end stays so.
    const ProgramRun run =
        shell(program() + " inventory --with-keys --format json " + street_ + " >" + inventory +
              "; : >" + said + "; env --default-signal=INT " + program() +
              " hes --listen 127.0.0.1:0 --inventory " + inventory + " --store " + store + " >" +
              said + " & pid=$!; " + "until grep -q listening " + said +
              "; do sleep 0.02; done; kill -" + signal + " $pid; wait $pid");
    EXPECT_EQ(run.exit_code, 130) << signal << run.err;
    EXPECT_EQ(run.err, "amitwin hes: interrupted; what came until then is in " + store + "\n");
    EXPECT_EQ(amitwin({"hes", "--store", store, "--missing"}).exit_code, 0);
    EXPECT_NE(read_text(said).find("rows 0, pushes 0"), std::string::npos);
  }
}

TEST_F(Streams, TheResultSaysWhatWroteItOutsideOfTheDigest) {
  const auto file = sim::result::TableFileReader::open(*folder_ / "out/result.h5");
  ASSERT_TRUE(file);
  const os::Build& build = os::build();
  EXPECT_EQ(file->attributes().commit, build.commit);
  EXPECT_EQ(file->attributes().compiler, build.compiler);
  EXPECT_EQ(file->attributes().flags, build.flags);
  EXPECT_EQ(std::string(build.flags).find('/'), std::string::npos) << "a path: " << build.flags;
  EXPECT_NE(std::string(build.flags).find("-O2"), std::string::npos) << build.flags;
  const auto json = nlohmann::json::parse(read_text(*folder_ / "out/summary.json"), nullptr, false);
  EXPECT_EQ(json["build"]["commit"], build.commit);
  EXPECT_NE(read_text(*folder_ / "out/report.html").find(build.commit), std::string::npos);
  const ProgramRun version = amitwin({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_NE(version.out.find(build.commit), std::string::npos) << version.out;
}

}  // namespace

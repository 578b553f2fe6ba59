// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every way a firmware can end a run: named with device, time and upcall, code 3, and told to
// whoever reads junit.xml and summary.json.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <exception>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "sim/assembly/world.hpp"
#include "sim/drive/firmware_end.hpp"
#include "sim/drive/firmware_guard.hpp"
#include "sim/drive/no_result.hpp"
#include "sim/result/kpi.hpp"
#include "tests/runs/harness.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using models::FirmwareCall;
using sim::run::MeterGroup;
using sim::run::MeterSet;
using sim::run::Scenario;

std::string faulty(const std::string& fault) { return FAULTY_FOLDER "/faulty_" + fault + ".so"; }

std::string street_with(const std::string& fault) {
  return "[scenario]\nname = \"ends\"\nduration_h = 1\ncollect_h = 0.5\n[meters]\ncount = 3\n"
         "[[group]]\nmeters = 2\nfirmware = \"" +
         faulty(fault) + "\"\n[[expect]]\nkpi = \"intervals_lost\"\nmax = 0\n";
}

int code_of(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// What a child does to itself, and what it says of that.
ProgramRun in_child(const Folder& folder, const std::function<void()>& what) {
  std::fflush(nullptr);
  const std::string err = folder / "err";
  const pid_t child = fork();
  if (child == 0) {
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    what();
    _exit(0);
  }
  ProgramRun run;
  run.exit_code = code_of(child);
  run.err = read_text(err);
  return run;
}

class Ends : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Ends, OfAFirmwareAreNamedAndAreErrorsForCi) {
  const auto& [fault, words] = GetParam();
  const Folder folder;
  const std::string file = folder.write("ends.toml", street_with(fault));
  const ProgramRun run = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  const std::string sentence =
      "meter 2: its firmware " + std::string(words) + " in on_sums, at 00:";
  EXPECT_EQ(occurrences(run.err, sentence), 1u) << run.err;
  const std::string junit = read_text(folder / "out/junit.xml");
  EXPECT_NE(junit.find("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"1\""), std::string::npos)
      << junit;
  EXPECT_NE(junit.find("name=\"run\" time=\"0\">\n      <error message=\"" + sentence),
            std::string::npos)
      << junit;
  const auto summary =
      nlohmann::json::parse(read_text(folder / "out/summary.json"), nullptr, false);
  ASSERT_TRUE(summary.is_object()) << read_text(folder / "out/summary.json");
  EXPECT_EQ(summary["pass"], false);
  EXPECT_EQ(summary["error"].get<std::string>().find(sentence), 0u) << summary["error"];
  EXPECT_GT(summary["sim_s"].get<double>(), 0);
  EXPECT_LT(summary["sim_s"].get<double>(), 3600);
  EXPECT_EQ(digest_of(folder / "out/result.h5").size(), 64u) << "what there was opens";
}

INSTANTIATE_TEST_SUITE_P(
    Each, Ends,
    testing::Values(
        std::pair("OVERRUN", "crashed: SIGSEGV"), std::pair("OVERRUN_FAR", "crashed: SIGSEGV"),
        std::pair("PROTECTED", "crashed: SIGABRT"), std::pair("EXIT_AT_ONCE", "ended the process"),
        std::pair("EXIT_C99", "ended the process"), std::pair("QUICK_EXIT", "ended the process"),
        std::pair("THREAD", "ended its thread"),
        std::pair("DEAF", "took a signal into its own hands"), std::pair("RAISE", "raised SIGTERM"),
        std::pair("ALARM", "crashed: SIGALRM"),
        std::pair("THROW", "threw an exception: no 'more' ?memory?")),
    [](const auto& each) { return each.param.first; });

TEST(Ends, ARefusedProvisioningIsAnErrorForCi) {
  const Folder folder;
  const std::string file = folder.write("ends.toml", street_with("REFUSE"));
  EXPECT_EQ(amitwin({"run", file, "--out", folder / "out", "--quiet"}).exit_code, 3);
  EXPECT_NE(
      read_text(folder / "out/junit.xml").find("<error message=\"meter 2: its firmware SECOND"),
      std::string::npos);
}

// The patience of the product is a minute; the clock of the watchdog is the same.
TEST(Ends, OfAFirmwareThatWaitsComeByTheClock) {
  const Folder folder;
  const std::string so = faulty("WAIT");
  const ProgramRun run = in_child(folder, [&] {
    sim::run::guard_firmware({5, 2});
    Scenario scenario = street(2, 1);
    MeterGroup group;
    group.meters = MeterSet::one(2);
    group.firmware = so;
    scenario.groups = {group};
    sim::run::RunOptions options;
    options.folder = folder / "out";
    sim::run::run_scenario(scenario, nullptr, options);
  });
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("meter 2: its firmware does not return (2 s went by, 0 s of processor "
                         "time) in on_sums, at 00:"),
            std::string::npos)
      << run.err;
}

// Its process, once its firmware waits.
pid_t start_and_see_it_wait(const std::string& err, const std::vector<std::string>& arguments) {
  ::unlink(err.c_str());
  std::vector<char*> argv = {const_cast<char*>("amitwin")};
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    for (const int each : {SIGINT, SIGTERM}) ::signal(each, SIG_DFL);
    execv(AMITWIN_PROGRAM, argv.data());
    _exit(127);
  }
  for (int i = 0; i < 30'000 && read_text(err).find("waits") == std::string::npos; ++i)
    usleep(1000);
  return child;
}

TEST(Ends, AnInterruptWhileAFirmwareIsLoadedIsAnInterrupt) {
  const Folder folder;
  const std::string file = folder.write("ends.toml", street_with("LOAD_WAIT"));
  const std::string err = folder / "err";
  for (const char* command : {"check", "run", "inventory"}) {
    const pid_t child = start_and_see_it_wait(err, {command, file});
    kill(child, SIGINT);
    EXPECT_EQ(code_of(child), 130) << command << read_text(err);
    EXPECT_EQ(read_text(err), "waits\namitwin " + std::string(command) + ": interrupted\n");
  }
}

// Where no guest is, nobody but this program can have ended it.
TEST(Ends, OurOwnAreNoFirmwares) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    { const FirmwareCall returned("meter", 1, "on_rtc", 0); }
    std::terminate();
  });
  EXPECT_EQ(run.exit_code, 1000 + SIGABRT) << run.err;
  EXPECT_NE(run.err.find("in no firmware: a fault of amitwin itself"), std::string::npos)
      << run.err;
}

TEST(Ends, ASecondSignalIsAnsweredWhileAFirmwareWaits) {
  const Folder folder;
  const std::string file = folder.write("ends.toml", street_with("WAIT"));
  const std::string err = folder / "err", out = folder / "out";
  const pid_t child = start_and_see_it_wait(err, {"run", file, "--out", out, "--quiet"});
  kill(child, SIGINT);
  usleep(200'000);
  EXPECT_EQ(waitpid(child, nullptr, WNOHANG), 0) << "the first is only noted";
  kill(child, SIGTERM);
  EXPECT_EQ(code_of(child), 130);
  EXPECT_NE(
      read_text(err).find("meter 2: interrupted, and its firmware does not return in on_sums"),
      std::string::npos)
      << read_text(err);
}

TEST(Ends, OfAConcentratorAreNamed) {
  struct Crashing final : dcu::app::Observer {
    void store_written(dcu::app::UtcNs, std::uint32_t, std::uint32_t) override { raise(SIGSEGV); }
  };
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    sim::run::World world(hamlet(4, 1, 1), nullptr);
    Crashing crashing;
    world.power_lines()[0]->site().set_observer(crashing);
    world.run_until(kernel::kNsPerHour);
  });
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("concentrator 1: its firmware crashed: SIGSEGV in "), std::string::npos)
      << run.err;
}

TEST(Ends, ACrashWhoseCallCannotBeReadIsStillAFirmwares) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    const FirmwareCall in(reinterpret_cast<const char*>(16), 1, "on_rtc", 0);
    raise(SIGSEGV);
  });
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("a firmware crashed, and broke what was known of it"), std::string::npos);
}

// Somebody else's signal is no fault of the firmware that runs just then.
TEST(Ends, BySignalsOfOthersAreNoFirmwares) {
  for (const int signal : {SIGSEGV, SIGUSR1}) {
    const Folder folder;
    const ProgramRun run = in_child(folder, [signal] {
      sim::run::guard_firmware();
      const FirmwareCall in("meter", 2, "on_sums", 0);
      const pid_t self = getpid();
      if (fork() == 0) {
        kill(self, signal);
        _exit(0);
      }
      for (;;) pause();
    });
    EXPECT_EQ(run.exit_code, 1000 + signal) << run.err;
    EXPECT_EQ(run.err, "");
  }
}

TEST(Ends, OfThisProgramBesideItsOwnFirmwareAreItsOwnFault) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    { const FirmwareCall in("meter", 2, "on_sums", 0); }
    raise(SIGSEGV);
  });
  EXPECT_EQ(run.exit_code, 1000 + SIGSEGV) << run.err;
  EXPECT_NE(run.err.find("a fault of amitwin itself"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("meter 2"), std::string::npos) << run.err;
}

// The patience is for one call, not for all.
TEST(Ends, ACallThatReturnsInTimeCostsTheNextOneNothing) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware({60, 3});
    for (int i = 0; i < 3; ++i) {
      const FirmwareCall in("meter", 2, "on_sums", 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(2200));
    }
  });
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST(Ends, WhileADebuggerFollowsAFirmwareMayTakeItsTime) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    sim::run::guard_firmware({60, 1});
    const FirmwareCall in("meter", 2, "on_sums", 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    sim::run::leave_at_once(0);
  });
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST(Ends, AFirmwareMayAskWhatBecomesOfASignal) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    const FirmwareCall in("meter", 2, "on_sums", 0);
    struct sigaction now {};
    sim::run::leave_at_once(sigaction(SIGTERM, nullptr, &now) == 0 ? 0 : 1);
  });
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST(Ends, AreToldWithSecondsToTheNanosecond) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [&] {
    const std::string text =
        std::string("at ") + sim::run::kSimulatedS + ": " + sim::run::kSentence;
    sim::run::set_firmware_file(0, folder / "end", text);
    sim::run::end_by_firmware({"meter", "on_sums", 61'000'000'005, 2, 0}, "crashed");
  });
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(read_text(folder / "end"),
            "at 61.000000005: meter 2: its firmware crashed in on_sums, at 00:01:01.000000005 of "
            "simulated time");
}

// What was known before the run, and nothing that reads like a figure.
TEST(Ends, LeaveASummaryWithoutFigures) {
  Scenario scenario = street(7, 1);
  scenario.expectations = {{"intervals_lost", {.min = {}, .max = 0, .equals = {}}}};
  sim::run::RunOptions options;
  options.warnings = 3;
  const sim::result::Summary summary = sim::run::summary_of_none(scenario, options, "why");
  EXPECT_EQ(summary.meters, 7u);
  EXPECT_EQ(summary.warnings, 3u);
  EXPECT_EQ(summary.error, "why");
  ASSERT_FALSE(summary.kpis.empty());
  for (const sim::result::Kpi& kpi : summary.kpis) {
    EXPECT_TRUE(std::isnan(kpi.value)) << kpi.name;
    if (!kpi.limits.empty()) {
      EXPECT_EQ(kpi.verdict(), sim::result::Verdict::open) << kpi.name;
    }
  }
}

// An exception of ours that passes through a firmware is none of the firmware's.
TEST(Ends, WhereNoMemoryIsLeftNoFirmwareIsBlamed) {
  const Folder folder;
  const ProgramRun run = in_child(folder, [] {
    sim::run::guard_firmware();
    const FirmwareCall in("meter", 3, "on_uart", 0);
    ::operator delete(::operator new (std::size_t{1} << 60));
  });
  EXPECT_EQ(run.exit_code, 5) << run.err;
  EXPECT_NE(run.err.find("amitwin: no memory is left"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("threw"), std::string::npos) << run.err;
}

}  // namespace

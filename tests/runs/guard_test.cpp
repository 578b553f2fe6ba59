// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware that crashes, loops or leaves is named with meter, time and upcall; a debugger finds
// itself inside the upcall it asked for.
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <iterator>
#include <sstream>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

std::string street_of(const std::string& fault) {
  return std::string("[scenario]\nname = \"faulty\"\nduration_h = 1\ncollect_h = 0.5\n[meters]\n") +
         "count = 3\n[[group]]\nmeters = 2\nfirmware = \"" FAULTY_FOLDER "/faulty_" + fault +
         ".so\"\n";
}

ProgramRun run_with(const Folder& folder, const std::string& fault) {
  const std::string file = folder.write(fault + ".toml", street_of(fault));
  return amitwin({"run", file, "--out", folder / fault, "--quiet"});
}

class Faulty : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Faulty, IsNamedWithMeterTimeAndUpcall) {
  const auto& [fault, words] = GetParam();
  const Folder folder;
  const ProgramRun run = run_with(folder, fault);
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("meter 2: its firmware " + std::string(words)), std::string::npos)
      << run.err;
  EXPECT_NE(run.err.find(" in on_sums, at 00:"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("amitwin debug " + (folder / fault) + ".toml --meter 2 --until 00:"),
            std::string::npos)
      << run.err;
  EXPECT_EQ(digest_of(folder / fault + "/result.h5").size(), 64u) << "what there was opens";
}

INSTANTIATE_TEST_SUITE_P(
    Each, Faulty,
    testing::Values(std::pair("SEGV", "crashed: SIGSEGV"), std::pair("FPE", "crashed: SIGFPE"),
                    std::pair("ABORT", "crashed: SIGABRT"),
                    std::pair("OVERFLOW", "crashed: SIGSEGV"), std::pair("LOOP", "does not return"),
                    std::pair("THROW", "threw an exception: no 'more' ?memory?"),
                    std::pair("EXIT", "ended the process")),
    [](const auto& each) { return each.param.first; });

TEST(FaultyFirmware, ThatRefusesItsProvisioningIsNamed) {
  const Folder folder;
  const ProgramRun run = run_with(folder, "REFUSE");
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("meter 2: its firmware SECOND refuses"), std::string::npos) << run.err;
}

TEST(FaultyFirmware, ThatCrashesWhileItIsLoadedIsNamedByEveryCommand) {
  const Folder folder;
  for (const auto& [fault, where] :
       {std::pair("ENTRY", "meter_firmware_entry"), std::pair("LOAD", "dlopen")}) {
    const std::string file = folder.write("entry.toml", street_of(fault));
    for (const char* command : {"run", "check", "inventory"}) {
      const ProgramRun run = amitwin({command, file});
      EXPECT_EQ(run.exit_code, 3) << command << run.err;
      EXPECT_NE(run.err.find(std::string("crashed: SIGSEGV in ") + where), std::string::npos)
          << command << run.err;
    }
  }
  EXPECT_EQ(amitwin({"template", FAULTY_FOLDER "/faulty_ENTRY.so"}).exit_code, 3);
}

// Refused by name before anything of it is called that needs the memory.
TEST(FaultyFirmware, WhoseTableHasNoBoundsIsBadInputOfEveryCommand) {
  const Folder folder;
  for (const auto& [fault, words] :
       {std::pair("NO_END", "its describe() goes on behind 65535 objects: allowed are up to that"),
        std::pair("NO_INSTANCE", "instance_bytes = 0: allowed are 1 to 1048576"),
        std::pair("HUGE_INSTANCE", "instance_bytes = 2147483648: allowed are 1 to 1048576")}) {
    const std::string so = std::string(FAULTY_FOLDER "/faulty_") + fault + ".so";
    const std::string file = folder.write("table.toml", street_of(fault));
    const std::vector<std::vector<std::string>> commands = {
        {"check", file}, {"run", file, "--out", folder / "out"}, {"template", so}};
    for (const auto& arguments : commands) {
      const ProgramRun run = amitwin(arguments);
      EXPECT_EQ(run.exit_code, 2) << arguments[0] << run.err;
      EXPECT_NE(run.err.find(words), std::string::npos) << arguments[0] << run.err;
    }
  }
}

TEST(FaultyFirmware, ThatCrashesEarlyLeavesWhatThereWas) {
  const Folder folder;
  EXPECT_EQ(run_with(folder, "BURST").exit_code, 3);
  const ProgramRun shown = amitwin({"export", folder / "BURST/result.h5", "meters"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_GT(occurrences(shown.out, "\n"), 1u) << shown.out;
}

TEST(FaultyFirmware, ThatCrashesLeavesItsSetInThePlaceOfTheEarlierOne) {
  const Folder folder;
  const std::string out = folder / "SEGV";
  const std::string file =
      folder.write("good.toml", "[scenario]\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 3\n");
  ASSERT_EQ(amitwin({"run", file, "--out", out, "--quiet"}).exit_code, 0);
  const std::string before = digest_of(out + "/result.h5");
  EXPECT_EQ(run_with(folder, "SEGV").exit_code, 3);
  EXPECT_NE(digest_of(out + "/result.h5"), before);
  EXPECT_NE(digest_of(out + "/result.h5"), "");
  EXPECT_FALSE(exists(out + "/unfinished"));
  EXPECT_FALSE(exists(out + "/report.html")) << "of another run";
  EXPECT_EQ(amitwin({"run", file, "--out", out, "--quiet"}).exit_code, 0);
  EXPECT_EQ(digest_of(out + "/result.h5"), before);
}

// ---- Firmware that cannot be exchanged ----

// Where a function of the program begins, seen from where it is loaded.
std::uint64_t offset_of(const std::string& function) {
  std::FILE* const list = popen("nm -C " AMITWIN_PROGRAM, "r");
  char line[4096];
  std::uint64_t found = 0;
  while (list != nullptr && std::fgets(line, sizeof line, list) != nullptr) {
    const std::string text = line;
    if (text.find(" T " + function) != std::string::npos) found = std::stoull(text, nullptr, 16);
  }
  if (list != nullptr) pclose(list);
  return found;
}

std::uint64_t loaded_at(pid_t process) {
  std::FILE* const maps = std::fopen(("/proc/" + std::to_string(process) + "/maps").c_str(), "r");
  unsigned long long from = 0;
  if (maps == nullptr || std::fscanf(maps, "%llx", &from) != 1) from = 0;
  if (maps != nullptr) std::fclose(maps);
  return from;
}

// Runs the scenario and lets the function crash when it is called for the n-th time.
ProgramRun crash_in(const Folder& folder, const std::string& file, const std::string& function,
                    int n) {
  ProgramRun result;
  const std::uint64_t offset = offset_of(function);
  EXPECT_NE(offset, 0u) << function;
  const std::string err = folder / "err", out = folder / "out";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execl(AMITWIN_PROGRAM, "amitwin", "run", file.c_str(), "--out", out.c_str(), "--quiet",
          nullptr);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);  // the exec
  const std::uint64_t place = loaded_at(child) + offset;
  const auto at = reinterpret_cast<void*>(place);
  const long code = ptrace(PTRACE_PEEKTEXT, child, at, nullptr);
  constexpr long kBreak = 0xCC;
  const long stop = (code & ~0xFFL) | kBreak;
  ptrace(PTRACE_POKETEXT, child, at, stop);
  ptrace(PTRACE_CONT, child, nullptr, nullptr);
  for (waitpid(child, &status, 0); WIFSTOPPED(status); waitpid(child, &status, 0)) {
    int pass = WSTOPSIG(status);
    user_regs_struct registers{};
    ptrace(PTRACE_GETREGS, child, nullptr, &registers);
    if (pass == SIGTRAP && registers.rip == place + 1) {
      registers.rip = place;
      ptrace(PTRACE_SETREGS, child, nullptr, &registers);
      ptrace(PTRACE_POKETEXT, child, at, code);
      pass = 0;
      if (--n == 0) {
        pass = SIGSEGV;
        siginfo_t fault{};  // as of the processor, not as of another process
        fault.si_signo = SIGSEGV;
        fault.si_code = SEGV_MAPERR;
        ptrace(PTRACE_SETSIGINFO, child, nullptr, &fault);
      } else {
        ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr);
        waitpid(child, &status, 0);
        ptrace(PTRACE_POKETEXT, child, at, stop);
      }
    }
    ptrace(PTRACE_CONT, child, nullptr, pass);
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  result.err = read_text(err);
  return result;
}

TEST(CrashInside, AModuleIsNamedWithItsNumberTimeAndUpcall) {
  const Folder folder;
  const std::string file =
      folder.write("street.toml", "[scenario]\nduration_h = 1\n[meters]\ncount = 1\n");
  const ProgramRun run = crash_in(folder, file, "cm1::fw::MeterLine::on_bytes(", 5);
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_NE(run.err.find("module 1: its firmware crashed: SIGSEGV in on_rs485, at 00:0"),
            std::string::npos)
      << run.err;
  EXPECT_EQ(run.err.find("amitwin debug"), std::string::npos) << "which stops in meters only";
}

TEST(CrashInside, AConcentratorIsNamedWithItsNumberTimeAndUpcall) {
  const Folder folder;
  const std::string file = folder.write(
      "village.toml",
      "[scenario]\nduration_h = 1\ncollect_h = 0\n[meters]\ncount = 2\n[[concentrator]]\n"
      "meters = \"1-2\"\n");
  for (const auto& [function, upcall] :
       {std::pair("dcu::app::Concentrator::on_timer(", "on_timer"),
        std::pair("dcu::fw::BaseNode::on_frame(", "on_frame"),
        std::pair("dcu::app::Application::on_stream_open(", "on_stream_open")}) {
    const ProgramRun run = crash_in(folder, file, function, 1);
    EXPECT_EQ(run.exit_code, 3) << run.err;
    EXPECT_NE(run.err.find(std::string("concentrator 1: its firmware crashed: SIGSEGV in ") +
                           upcall + ", at 00:0"),
              std::string::npos)
        << run.err;
  }
}

// ---- The debugger's end ----

TEST(DebugStop, WithoutADebuggerItSaysHow) {
  const Folder folder;
  const std::string file = folder.write("street.toml", "[meters]\ncount = 2\n");
  const ProgramRun run = amitwin({"debug", file, "--meter", "1", "--until", "1h"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_NE(run.err.find("gdb --args " AMITWIN_PROGRAM " debug"), std::string::npos) << run.err;
}

// `amitwin debug` as a debugger follows it: what it stopped at, traps and crashes, in order; the
// first stop is the exec. It ends with the first crash.
struct Stops {
  struct Stop {
    int signal;
    unsigned long long at, argument;  // rip, rdi
  };
  std::vector<Stop> stops;
  int status = 0;
  std::string said;
};

Stops follow(const Folder& folder, const std::vector<std::string>& arguments,
             int signal_in_upcall = 0) {
  Stops seen;
  const std::string err = folder / "err";
  std::vector<char*> argv = {const_cast<char*>("amitwin"), const_cast<char*>("debug")};
  for (const std::string& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(folder.path().c_str()) != 0) _exit(126);
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execv(AMITWIN_PROGRAM, argv.data());
    _exit(127);
  }
  for (waitpid(child, &seen.status, 0); WIFSTOPPED(seen.status); waitpid(child, &seen.status, 0)) {
    int pass = WSTOPSIG(seen.status);
    if (pass == SIGTRAP || pass == SIGSEGV) {
      user_regs_struct registers{};
      ptrace(PTRACE_GETREGS, child, nullptr, &registers);
      seen.stops.push_back({pass, registers.rip, registers.rdi});
      if (pass == SIGTRAP) pass = 0;
      if (signal_in_upcall != 0 && seen.stops.size() == 2) kill(child, signal_in_upcall);
    }
    if (pass == SIGSEGV) kill(child, SIGKILL);
    ptrace(PTRACE_CONT, child, nullptr, pass);
  }
  seen.said = read_text(err);
  return seen;
}

// Where the program says it is: instance and code.
std::pair<unsigned long long, unsigned long long> told(const std::string& said) {
  unsigned long long instance = 0, code = 0;
  const std::size_t place = said.find("instance 0x");
  EXPECT_NE(place, std::string::npos) << said;
  if (place == std::string::npos) return {};
  EXPECT_EQ(std::sscanf(said.c_str() + place, "instance %llx, code %llx", &instance, &code), 2);
  return {instance, code};
}

TEST(DebugStop, StopsInTheFirstInstructionOfTheUpcallAndGoesOnToTheEnd) {
  const Folder folder;
  const std::string file =
      folder.write("street.toml",
                   "[scenario]\nname = \"stop\"\nduration_h = 1\ncollect_h = 0\n"
                   "[meters]\ncount = 2\nfirmware = \"" FAULTY_FOLDER "/faulty_NOTHING.so\"\n");
  for (const auto& [until, words] :
       {std::pair("00:20:00", "meter 2, 00:2"), std::pair("00:00:00", "meter 2, 00:00:00")}) {
    const Stops seen = follow(folder, {file, "--meter", "2", "--until", until});
    ASSERT_TRUE(WIFEXITED(seen.status)) << seen.status;
    EXPECT_EQ(WEXITSTATUS(seen.status), 0) << seen.said;
    ASSERT_EQ(seen.stops.size(), 2u) << "once, and nobody else's upcall";
    EXPECT_NE(seen.said.find(words), std::string::npos) << seen.said;
    const auto [instance, code] = told(seen.said);
    EXPECT_EQ(seen.stops[1].at, code + 1) << "behind the firmware's first instruction";
    EXPECT_EQ(seen.stops[1].argument, instance);
  }
}

TEST(DebugStop, EndsWithTheCodeOfItsRun) {
  const Folder folder;
  const std::string file =
      folder.write("street.toml",
                   "[scenario]\nname = \"stop\"\nduration_h = 700\ncollect_h = 0\n"
                   "[meters]\ncount = 20\nfirmware = \"" FAULTY_FOLDER "/faulty_NOTHING.so\"\n");
  const Stops seen = follow(folder, {file, "--meter", "2", "--until", "00:20:00"}, SIGTERM);
  ASSERT_TRUE(WIFEXITED(seen.status)) << seen.status;
  EXPECT_EQ(WEXITSTATUS(seen.status), 130) << seen.said;
}

// The line that a crash gives leads to that very call, also when it measured a window.
TEST(DebugStop, TheLineOfACrashLeadsIntoItsUpcall) {
  for (const char* fault : {"SEGV", "BURST"}) {
    const Folder folder;
    const ProgramRun crashed = run_with(folder, fault);
    const std::string before = "gdb --args " AMITWIN_PROGRAM " debug ";
    const std::size_t from = crashed.err.find(before);
    ASSERT_NE(from, std::string::npos) << crashed.err;
    std::istringstream line(crashed.err.substr(
        from + before.size(), crashed.err.find('\n', from) - from - before.size()));
    std::vector<std::string> arguments{std::istream_iterator<std::string>(line), {}};
    const Stops seen = follow(folder, arguments);
    ASSERT_EQ(seen.stops.size(), 3u) << seen.said;
    EXPECT_NE(seen.said.find(": on_sums of firmware SECOND"), std::string::npos) << seen.said;
    EXPECT_EQ(seen.stops[1].signal, SIGTRAP);
    EXPECT_EQ(seen.stops[1].argument, told(seen.said).first);
    EXPECT_EQ(seen.stops[2].signal, SIGSEGV) << "and then the fault itself";
    if (fault == std::string("SEGV")) continue;
    // Windows that were put off come at one instant: of them it is the very one that crashes.
    ASSERT_EQ(*(arguments.end() - 2), "--upcall") << crashed.err;
    arguments.back() = std::to_string(std::stoi(arguments.back()) + 1);
    const Stops beyond = follow(folder, arguments);
    ASSERT_EQ(beyond.stops.size(), 2u) << beyond.said;
    EXPECT_EQ(beyond.stops[1].signal, SIGSEGV);
  }
}

}  // namespace

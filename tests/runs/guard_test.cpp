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

INSTANTIATE_TEST_SUITE_P(Each, Faulty,
                         testing::Values(std::pair("SEGV", "crashed: SIGSEGV"),
                                         std::pair("FPE", "crashed: SIGFPE"),
                                         std::pair("ABORT", "crashed: SIGABRT"),
                                         std::pair("OVERFLOW", "crashed: SIGSEGV"),
                                         std::pair("LOOP", "does not return"),
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
  const std::string file = folder.write("entry.toml", street_of("ENTRY"));
  for (const char* command : {"run", "check", "inventory"}) {
    const ProgramRun run = amitwin({command, file});
    EXPECT_EQ(run.exit_code, 3) << command << run.err;
    EXPECT_NE(run.err.find("crashed: SIGSEGV in meter_firmware_entry"), std::string::npos)
        << command << run.err;
  }
  EXPECT_EQ(amitwin({"template", FAULTY_FOLDER "/faulty_ENTRY.so"}).exit_code, 3);
}

// ---- The debugger's end ----

TEST(DebugStop, WithoutADebuggerItSaysHow) {
  const Folder folder;
  const std::string file = folder.write("street.toml", "[meters]\ncount = 2\n");
  const ProgramRun run = amitwin({"debug", file, "--meter", "1", "--until", "1h"});
  EXPECT_EQ(run.exit_code, 5);
  EXPECT_NE(run.err.find("gdb --args amitwin debug"), std::string::npos) << run.err;
}

TEST(DebugStop, StopsInTheFirstInstructionOfTheUpcallAndGoesOnToTheEnd) {
  const Folder folder;
  const std::string file =
      folder.write("street.toml",
                   "[scenario]\nname = \"stop\"\nduration_h = 1\ncollect_h = 0\n"
                   "[meters]\ncount = 2\nfirmware = \"" FAULTY_FOLDER "/faulty_NOTHING.so\"\n");
  const std::string err = folder / "err";
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(folder.path().c_str()) != 0) _exit(126);
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    if (freopen(err.c_str(), "w", stderr) == nullptr) _exit(126);
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execl(AMITWIN_PROGRAM, "amitwin", "debug", file.c_str(), "--meter", "2", "--until", "00:20:00",
          nullptr);
    _exit(127);
  }
  int status = 0, stops = 0;
  unsigned long long at = 0, argument = 0;
  for (waitpid(child, &status, 0); WIFSTOPPED(status); waitpid(child, &status, 0)) {
    int pass = WSTOPSIG(status);
    if (pass == SIGTRAP) {
      pass = 0;
      user_regs_struct registers{};
      ptrace(PTRACE_GETREGS, child, nullptr, &registers);
      if (stops++ > 0) {  // the first is the exec
        at = registers.rip;
        argument = registers.rdi;
      }
    }
    ptrace(PTRACE_CONT, child, nullptr, pass);
  }
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0) << read_text(err);
  EXPECT_EQ(stops, 2) << "once, and nobody else's upcall";
  const std::string said = read_text(err);
  EXPECT_NE(said.find("meter 2, 00:2"), std::string::npos) << said;
  unsigned long long instance = 0, code = 0;
  const std::size_t place = said.find("instance 0x");
  ASSERT_NE(place, std::string::npos) << said;
  ASSERT_EQ(std::sscanf(said.c_str() + place, "instance %llx, code %llx", &instance, &code), 2);
  EXPECT_EQ(at, code + 1) << "behind the first instruction of the firmware's function";
  EXPECT_EQ(argument, instance);
}

}  // namespace

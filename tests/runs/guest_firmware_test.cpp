// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A firmware written against meter_hal.h alone (tests/firmware/second_firmware) in the fleet.
#include <elf.h>
#include <gtest/gtest.h>

#include <cstring>

#include "os/files.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::MeterGroup;
using sim::run::MeterSet;
using sim::run::Scenario;

constexpr std::uint32_t kGuest = 3;

TEST(GuestFirmware, LivesInTheFleetAndTheOthersKeepAllTheirFigures) {
  Scenario scenario = street(5, 3);
  MeterGroup group;
  group.meters = MeterSet::one(kGuest);
  group.firmware = SECOND_FIRMWARE_SO;
  scenario.groups = {group};
  set_events(scenario, {relay(clock(0, 40), 2, sim::run::RelayOrder::open),
                        outage(clock(1, 5), kGuest, 600), sag(clock(1, 50), kGuest, 900, 0.2)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  // The guest keeps no profile: its own rows are missing, and nobody else's.
  expect_nothing_wrong(run, {"intervals_lost", "flash_unread"});
  const double expected = run.kpi("intervals_expected");
  EXPECT_EQ(run.kpi("flash_unread"), 1);
  EXPECT_EQ(run.kpi("relay_orders_done"), 1);
  double held = 0;
  for (std::uint32_t meter = 1; meter <= 5; ++meter) {
    double rows = 0;
    for (const auto& row : head_end_rows(scenario, folder, meter)) {
      if (row.stamp_utc_s <= scenario.general.start_utc_s + 3 * 3'600) ++rows;
    }
    EXPECT_EQ(rows, meter == kGuest ? 0 : 12) << "meter " << meter;
    held += rows;
  }
  EXPECT_EQ(run.kpi("intervals_lost"), expected - held);
  // It is connected all the same: its module learnt who it is.
  bool guest_called = false;
  for (const double meter : column_of(folder / "result.h5", "sessions", "meter")) {
    guest_called = guest_called || meter == kGuest;
  }
  EXPECT_TRUE(guest_called);
}

TEST(GuestFirmware, RunsAWholeStreetThroughTheProgram) {
  const Folder folder;
  const std::string file = folder.write("guests.toml", std::string("[scenario]\nduration_h = 1\n"
                                                                   "collect_h = 0.5\n[meters]\n"
                                                                   "count = 3\nfirmware = \"") +
                                                           SECOND_FIRMWARE_SO + "\"\n");
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  const auto kpis = kpis_in(folder / "out/summary.json");
  EXPECT_EQ(kpis.at("intervals_lost"), 12);
  EXPECT_GE(kpis.at("sessions"), 3);
}

TEST(GuestFirmware, OfAnotherHalVersionIsRefusedAndBothAreNamed) {
  const Folder folder;
  const std::string file = folder.write(
      "old.toml", std::string("[meters]\ncount = 2\nfirmware = \"") + VERSION_ONE_SO + "\"\n");
  const ProgramRun ran = amitwin({"run", file, "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.err.find(file + ": meters.firmware = "), std::string::npos) << ran.err;
  const ProgramRun set = amitwin({"check", file, "--set", "meters.firmware=/none.so"});
  EXPECT_EQ(set.err.find("--set: meters.firmware = \"/none.so\": "), 0u) << set.err;
  EXPECT_NE(ran.err.find("hal version 1"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("version 2"), std::string::npos) << ran.err;
}

// Its linker is at work, or the disk was full: the loader would die of the missing part.
TEST(GuestFirmware, AFileThatIsCutOffIsRefused) {
  const Folder folder;
  const std::string whole = os::read_file(SECOND_FIRMWARE_SO).text;
  ASSERT_GT(whole.size(), 10'000u);
  const std::string file = folder.write("cut.toml", "[meters]\ncount = 2\nfirmware = \"cut.so\"\n");
  for (const std::size_t n : {20ul, 1000ul, whole.size() / 2, whole.size() - 1}) {
    folder.write("cut.so", whole.substr(0, n));
    const ProgramRun ran = amitwin({"check", file});
    EXPECT_EQ(ran.exit_code, 2) << n;
    EXPECT_NE(ran.err.find("is cut off, allowed: a whole shared object"), std::string::npos)
        << n << ran.err;
  }
}

TEST(GuestFirmware, OneOfAnotherMachineIsNotCutOff) {
  const Folder folder;
  const std::string file = folder.write("arm.toml", "[meters]\ncount = 2\nfirmware = \"arm.so\"\n");
  Elf32_Ehdr head{};
  std::memcpy(head.e_ident, ELFMAG, SELFMAG);
  head.e_ident[EI_CLASS] = ELFCLASS32;
  head.e_ident[EI_DATA] = ELFDATA2LSB;
  head.e_type = ET_DYN;
  head.e_machine = EM_ARM;
  head.e_phoff = head.e_ehsize = sizeof head;
  head.e_shoff = 4096;
  head.e_flags = 0x5000200;
  head.e_phentsize = sizeof(Elf32_Phdr);
  head.e_phnum = 5;
  std::string whole(8192, 0);
  std::memcpy(whole.data(), &head, sizeof head);
  folder.write("arm.so", whole);
  const ProgramRun ran = amitwin({"check", file});
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_NE(ran.err.find("built for another machine: ELF32 of machine 40"), std::string::npos)
      << ran.err;
}

}  // namespace

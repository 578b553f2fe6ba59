// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// docs/porting.md keeps its word: its skeleton, cut out of the page, is compiled with the page's
// line and runs; what a firmware lacks is named when it is opened.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kPage = "docs/porting.md";

// What stands between the first `begin` of the page and the next `end`.
std::string cut(const std::string& begin, const std::string& end) {
  const std::string page = read_text(kPage);
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end, from + begin.size());
  EXPECT_NE(to, std::string::npos) << kPage << " has no " << begin;
  return page.substr(from + begin.size(), to - from - begin.size());
}
std::string skeleton() { return cut("\n```c\n", "\n```\n") + "\n"; }
std::string compile_line() { return "cc " + cut("\n```\ncc ", "\n"); }

std::string with(std::string text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  if (at != std::string::npos) text.replace(at, what.size(), instead);
  return text;
}

// As a newcomer does it: mine.c in the root of the tree, here a folder with the tree's headers.
class Porting : public testing::Test {
 protected:
  Porting() {
    const std::string headers = std::string(AMITWIN_SOURCE) + "/meter";
    EXPECT_EQ(symlink(headers.c_str(), (folder_ / "meter").c_str()), 0);
  }
  // mine.so of this text; its path.
  std::string build(const std::string& text) {
    folder_.write("mine.c", text);
    const std::string command = "cd " + folder_.path() + " && " + compile_line();
    const ProgramRun made = run_program("/bin/sh", {"-c", command});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    EXPECT_EQ(made.err, "") << "a warning of the page's own line";
    return folder_ / "mine.so";
  }
  // How the object is refused: by `run` and by `template`, with the same words.
  void expect_refused(const std::string& object, const std::string& words) {
    const std::string scenario =
        folder_.write("one.toml", "[meters]\ncount = 1\nfirmware = \"" + object + "\"\n");
    const ProgramRun run = amitwin({"run", scenario, "--out", folder_ / "out", "--quiet"});
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.err, scenario + ": meters.firmware = " + object + ": " + words + "\n");
    EXPECT_FALSE(exists(folder_ / "out"));
    const ProgramRun asked = amitwin({"template", object});
    EXPECT_EQ(asked.exit_code, 2);
    EXPECT_EQ(asked.err, "amitwin template: " + object + ": " + words +
                             "; allowed are ad11a, ad13a or a shared object that exports "
                             "meter_firmware_entry()\n");
  }

  const Folder folder_;
};

TEST_F(Porting, TheSkeletonOfThePageRunsAsThePageSays) {
  const std::string object = build(skeleton());
  const ProgramRun shown = amitwin({"template", object});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_NE(shown.out.find("\"firmware\": \"MINE\""), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("\"obis\": \"0.0.42.0.0.255\""), std::string::npos) << shown.out;

  // The street of the page, two meters of it in full detail although the skeleton takes sums.
  const std::string first_light = std::string(AMITWIN_SOURCE) + "/scenarios/first-light.toml";
  const ProgramRun two_hours = amitwin({"run", first_light, "--set", "meters.firmware=" + object,
                                        "--until", "2h", "--out", folder_ / "two_hours"});
  EXPECT_EQ(two_hours.exit_code, 0) << two_hours.err;
  EXPECT_NE(two_hours.out.find("open  intervals_lost"), std::string::npos) << two_hours.out;

  // To its end: nobody answers, so every row is lost.
  const std::string street = folder_.write(
      "street.toml",
      "[scenario]\nduration_h = 1\ncollect_h = 0.5\n[meters]\ncount = 3\n"
      "detailed = 2\nfirmware = \"mine.so\"\n[[expect]]\nkpi = \"intervals_lost\"\nequals = 0\n");
  const ProgramRun whole = amitwin({"run", street, "--out", folder_ / "whole", "--quiet"});
  EXPECT_EQ(whole.exit_code, 1) << whole.err;
  EXPECT_EQ(kpis_in(folder_ / "whole/summary.json").at("intervals_lost"), 12);
}

TEST_F(Porting, EveryEmptyEntryIsNamed) {
  const std::string whole = skeleton();
  expect_refused(build(with(with(whole, ".on_uart = on_uart, ", ""), ", .describe = describe", "")),
                 "its table has empty entries: on_uart, describe");
  expect_refused(build(with(whole, "METER_TAKES_SUMS", "METER_TAKES_SAMPLES | METER_TAKES_SUMS")),
                 "its table has empty entries: on_samples");
  const std::string bare = whole.substr(0, whole.find("  .name = ")) + "};\n" +
                           whole.substr(whole.find("__attribute__"));
  expect_refused(build(bare),
                 "its table has empty entries: name, revision, init, provision, calibrate, boot, "
                 "on_alarm, on_rtc, on_uart, on_sums, on_power, on_relay, describe; its "
                 "capabilities lack METER_TAKES_SUMS, which the fleet needs; n_elements = 0: "
                 "allowed are 1 and 3; instance_bytes = 0: allowed are 1 to 1048576");
  expect_refused(build(with(whole, "retained_bytes = 64", "retained_bytes = 4097")),
                 "retained_bytes = 4097: allowed are up to 4096");
}

TEST_F(Porting, ATableOfAnotherVersionOrSizeIsNotLookedInto) {
  const std::string whole = skeleton();
  expect_refused(build(with(whole, "= METER_HAL_VERSION", "= 3")),
                 "was written against hal version 3, this is version 2");
  const std::string size = std::to_string(sizeof(meter_firmware));
  expect_refused(build(with(whole, "= sizeof(struct meter_firmware)", "= 16")),
                 "its table has size = 16, that of hal version 2 has " + size +
                     ": allowed is sizeof(struct meter_firmware)");
  expect_refused(build(with(whole, "return &table", "return 0")),
                 "its meter_firmware_entry() returns nothing");
}

TEST_F(Porting, WhatIsNoFirmwareOfThisMachineIsSaidToBeWhatItIs) {
  const std::string object = build(skeleton());
  const std::string octets = read_text(object);
  constexpr std::size_t kType = 16, kMachine = 18;  // of an ELF header, little-endian
  const auto patched = [&](std::size_t at, char octet) {
    std::string other = octets;
    other[at] = octet;
    return folder_.write("other.so", other);
  };
  expect_refused(patched(kMachine, 40),
                 "built for another machine: ELF64 of machine 40, this is ELF64 of machine 62");
  expect_refused(patched(4, 1),
                 "built for another machine: ELF32 of machine 62, this is ELF64 of machine 62");
  expect_refused(patched(kType, 1), "no shared object: link it with -shared");
  expect_refused(folder_.write("text.so", skeleton()), "no shared object");
  expect_refused(folder_.write("empty.so", ""), "no shared object");
  expect_refused(
      build(with(skeleton(), "__attribute__((visibility(\"default\")))\n", "")),
      "exports no meter_firmware_entry() (hidden by -fvisibility=hidden, or C++ without extern "
      "\"C\"?)");
  expect_refused(build("void nobody(void);\n" + with(skeleton(), "instance)->hal = hal;",
                                                     "instance)->hal = hal, nobody();")),
                 "undefined symbol: nobody");
}

}  // namespace

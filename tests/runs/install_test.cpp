// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What `cmake --install` lays down works by itself, from any folder, without the tree.
#include <gtest/gtest.h>

#include "os/build.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

ProgramRun shell(const std::string& command) { return run_program("/bin/sh", {"-c", command}); }

TEST(Install, IsAWorkingTree) {
  const Folder folder;
  const std::string prefix = folder / "prefix";
  const ProgramRun installed =
      run_program(CMAKE_PROGRAM, {"--install", AMITWIN_BINARY, "--prefix", prefix, "--strip"});
  ASSERT_EQ(installed.exit_code, 0) << installed.err;
  for (const char* file :
       {"bin/amitwin", "include/amitwin/meter/hal/meter_hal.h", "share/doc/amitwin/README.md",
        "share/doc/amitwin/LICENSE", "share/doc/amitwin/copyright",
        "share/doc/amitwin/CHANGELOG.md", "share/doc/amitwin/docs/porting.md",
        "share/amitwin/scenarios/first-light.toml"}) {
    EXPECT_TRUE(exists(prefix + "/" + file)) << file;
  }
  // Only headers, and no sources, of the boundary.
  EXPECT_FALSE(exists(prefix + "/include/amitwin/meter/hal/table_of.hpp"));

  const std::string elsewhere = folder / "elsewhere";
  const ProgramRun ran =
      shell("mkdir " + elsewhere + " && cd " + elsewhere + " && " + prefix + "/bin/amitwin run " +
            prefix + "/share/amitwin/scenarios/first-light.toml --until 1h --quiet");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(kpis_in(elsewhere + "/out/first-light/summary.json").at("flash_differing"), 0);
  EXPECT_TRUE(exists(elsewhere + "/out/first-light/report.html"));
  EXPECT_EQ(digest_of(elsewhere + "/out/first-light/result.h5").size(), 64u);

  // The headers are whole without the tree.
  folder.write("port.c",
               "#include \"meter/hal/meter_hal.h\"\nint size = sizeof(struct meter_hal);\n");
  const ProgramRun compiled =
      shell("cd " + elsewhere + " && cc -std=c11 -c -I " + prefix + "/include/amitwin ../port.c");
  EXPECT_EQ(compiled.exit_code, 0) << compiled.err;
}

}  // namespace

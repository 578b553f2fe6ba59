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

// The package unpacks to the same tree, and names the libraries that it needs.
TEST(Install, IsADebianPackage) {
  const Folder folder;
  const ProgramRun packed = shell("cd " AMITWIN_BINARY " && " CPACK_PROGRAM
                                  " -G DEB -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip -B " +
                                  folder.path());
  ASSERT_EQ(packed.exit_code, 0) << packed.err;
  const std::string file =
      folder.path() + "/amitwin_" + os::build().version + "_$(dpkg --print-architecture).deb";
  const ProgramRun control = shell("dpkg-deb -f " + file);
  EXPECT_EQ(control.exit_code, 0) << control.err;
  EXPECT_NE(control.out.find("Maintainer: amitwin contributors <"), std::string::npos);
  const std::size_t depends = control.out.find("Depends: ");
  ASSERT_NE(depends, std::string::npos) << control.out;
  for (const char* library :
       {"tzdata", "libc6", "libssl3", "libsystemc", "libhdf5", "libsqlite3"}) {
    EXPECT_NE(control.out.find(library, depends), std::string::npos) << library;
  }
  const std::string root = folder / "root";
  ASSERT_EQ(shell("dpkg -x " + file + " " + root).exit_code, 0);
  const ProgramRun ran =
      shell("cd " + root + " && usr/bin/amitwin check usr/share/amitwin/scenarios/village.toml");
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  for (const char* name : {"changelog.gz", "copyright", "README.md"}) {
    EXPECT_TRUE(exists(root + "/usr/share/doc/amitwin/" + name)) << name;
  }
  EXPECT_TRUE(exists(root + "/usr/share/man/man1/amitwin.1.gz"));
}

}  // namespace

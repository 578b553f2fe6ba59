// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Whatever the instant at which a run dies, result.h5 opens, here and in h5py.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "sim/result/h5_file.hpp"
#include "tests/unit/sim/result/sample_run.hpp"

namespace {

using namespace sim::result;
namespace fs = std::filesystem;

constexpr int kKills = 20;
constexpr const char* kPython = "/usr/bin/python3";

bool has_h5py() {
  return std::system((std::string(kPython) + " -c 'import h5py' 2>/dev/null").c_str()) == 0;
}

// A script given to the interpreter's standard input; its output and whether it ended well.
std::pair<bool, std::string> python(const std::string& folder, const std::string& script) {
  const std::string script_path = folder + "/script.py";
  const std::string out_path = folder + "/script.out";
  std::ofstream(script_path) << script;
  const std::string command =
      std::string(kPython) + " '" + script_path + "' >'" + out_path + "' 2>&1";
  const bool good = std::system(command.c_str()) == 0;
  return {good, file_octets(out_path)};
}

[[noreturn]] void run_for_ever(const std::string& folder) {
  for (;;) {  // runs on runs: every phase of a run is hit, the first and the last file too
    ResultWriter writer(folder, sample_identity(), kernel::kNsPerHour);
    for (int hour = 0; hour < 28; ++hour) {
      append_hour(writer, {}, hour);
      writer.advance((hour + 1) * kernel::kNsPerHour);
    }
    if (!writer.finish(28 * kernel::kNsPerHour)) _exit(1);
  }
}

void kill_one(const std::string& folder, unsigned after_us) {
  const std::string path = folder + "/result.h5";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) run_for_ever(folder);
  while (!fs::exists(path)) usleep(200);
  usleep(after_us);
  EXPECT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer gave up by itself";
}

TEST(KilledRun, LeavesAFileThatOpens) {
  const unsigned seed = std::getenv("TWIN_SEED") ? std::atoi(std::getenv("TWIN_SEED")) : 1;
  std::mt19937 draw(seed);
  const std::string root = fresh_folder("killed");
  int complete = 0;
  for (int i = 0; i < kKills; ++i) {
    const unsigned after_us = draw() % 150'000;
    const std::string folder = root + "/" + std::to_string(i);
    kill_one(folder, after_us);
    const auto file = TableFileReader::open(folder + "/result.h5");
    ASSERT_TRUE(file) << "TWIN_SEED=" << seed << ", kill " << i << " after " << after_us << " us";
    complete += file->attributes().state == "complete";
    for (const TableSchema& table : file->tables()) {
      std::vector<std::uint8_t> rows;
      ASSERT_TRUE(file->read(table, 0, file->rows_of(table), rows)) << i << ' ' << table.name;
    }
  }
  EXPECT_LT(complete, kKills) << "no kill fell into a run";
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed: opened by this program only";
  const auto [good, output] = python(root,
                                     "import glob, h5py\n"
                                     "n = 0\n"
                                     "for p in glob.glob('" +
                                         root +
                                         "/*/result.h5'):\n"
                                         "    with h5py.File(p, 'r') as f:\n"
                                         "        for name in f: f[name][:]\n"
                                         "        n += 1\n"
                                         "print(n)\n");
  EXPECT_TRUE(good) << output;
  EXPECT_EQ(output, std::to_string(kKills) + "\n");
}

TEST(ResultInPython, TablesAreRecordsWithUnits) {
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed";
  const std::string folder = fresh_folder("python");
  ASSERT_TRUE(write_sample(folder, {}));
  const auto [good, output] =
      python(folder,
             "import h5py\n"
             "f = h5py.File('" +
                 folder +
                 "/result.h5', 'r')\n"
                 "rows = f['rows']\n"
                 "print(rows.dtype.names)\n"
                 "print(len(rows), rows['stamp_utc_s'][5], rows['ap_wh'].max() > 0)\n"
                 "units = dict(zip(rows.dtype.names, rows.attrs['units']))\n"
                 "print(units['ap_wh'].decode(), units['r4_varh'].decode())\n"
                 "print(f['meters']['serial'][0].decode(), f.attrs['seed'], f.attrs['state'])\n");
  EXPECT_TRUE(good) << output;
  EXPECT_EQ(output,
            "('replicate', 'meter', 'stamp_utc_s', 'deviation_min', 'status', 'ordinal', "
            "'capture_counter', 'ap_wh', 'am_wh', 'r1_varh', 'r2_varh', 'r3_varh', 'r4_varh', "
            "'arrival_utc_s')\n"
            "384 1705278600 True\n"
            "Wh varh\n"
            "45011001 7 b'complete'\n");
}

TEST(ResultInPython, ARunningFileShowsTheClosedPartsFromAnyFolder) {
  if (!has_h5py()) GTEST_SKIP() << "python3-h5py is not installed";
  const std::string folder = fresh_folder("python_running");
  ResultWriter writer(folder, sample_identity(), 6 * kernel::kNsPerHour);
  for (int hour = 0; hour < 13; ++hour) {
    append_hour(writer, {}, hour);
    writer.advance((hour + 1) * kernel::kNsPerHour);
  }
  const auto [good, output] =
      python(folder,
             "import h5py, os\n"
             "os.chdir('/')\n"
             "f = h5py.File('" +
                 folder +
                 "/result.h5', 'r')\n"
                 "print(len(f['rows']), f['rows']['meter'][-1], len(f['truth']))\n");
  EXPECT_TRUE(good) << output;
  EXPECT_EQ(output, "192 4 192\n");
}

}  // namespace

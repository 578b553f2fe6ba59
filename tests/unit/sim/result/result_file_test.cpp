// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hdf5.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "sim/result/compare.hpp"
#include "sim/result/h5_file.hpp"
#include "tests/unit/sim/result/sample_run.hpp"

namespace {

using namespace sim::result;
namespace fs = std::filesystem;

std::string h5(const std::string& folder) { return folder + "/result.h5"; }

TEST(ResultFile, TheSameRowsGiveTheSameOctets) {
  const std::string a = fresh_folder("a");
  const std::string b = fresh_folder("b");
  const auto digest_a = write_sample(a, {});
  const auto digest_b = write_sample(b, {});
  ASSERT_TRUE(digest_a && digest_b);
  EXPECT_EQ(digest_a->total, digest_b->total);
  EXPECT_EQ(file_octets(h5(a)), file_octets(h5(b)));
  EXPECT_FALSE(compare_results(h5(a), h5(b)).difference);
}

TEST(ResultFile, HowOftenPartsAreClosedLeavesNoTrace) {
  const std::string rare = fresh_folder("rare");
  const std::string often = fresh_folder("often");
  write_sample(rare, {}, 100 * kernel::kNsPerHour);
  write_sample(often, {}, kernel::kNsPerHour);
  EXPECT_EQ(file_octets(h5(rare)), file_octets(h5(often)));
  EXPECT_FALSE(fs::exists(often + "/parts"));
  EXPECT_FALSE(fs::exists(often + "/result.h5.tmp"));
}

TEST(ResultFile, TheDigestOfTheWriterIsThatOfTheFile) {
  const std::string folder = fresh_folder("digest");
  const auto written = write_sample(folder, {});
  const auto read = digest_of(h5(folder));
  ASSERT_TRUE(written && read);
  EXPECT_EQ(written->total, read->total);
  EXPECT_EQ(written->tables, read->tables);
  EXPECT_EQ(read->tables.size(), Tables::kSize);
}

// Every cell of every table, one at a time: written by hand into a packed file.
TEST(ResultFile, TheDigestChangesWithAnyCell) {
  const std::string folder = fresh_folder("cells");
  const std::string path = h5(folder);
  const SampleRun small{1, 2, 0, 0, -1};
  write_sample(folder, small);
  const auto file = TableFileReader::open(path);
  ASSERT_TRUE(file);
  std::map<std::string, int> seen;
  for (const TableSchema& table : file->tables()) {
    std::vector<std::uint8_t> rows;
    ASSERT_TRUE(file->read(table, 0, file->rows_of(table), rows));
    ASSERT_FALSE(rows.empty()) << table.name;
    const auto digest = [&] {
      Hasher hasher = begin_table_digest(table, rows.size() / table.row_bytes);
      hasher.add(std::span<const std::uint8_t>(rows));
      return hasher.hex();
    };
    ++seen[digest()];
    for (const Column& column : table.columns) {
      std::uint8_t& octet = rows[rows.size() - table.row_bytes + column.offset];
      octet ^= 1;
      EXPECT_EQ(++seen[digest()], 1) << table.name << '.' << column.name;
      octet ^= 1;
    }
  }
}

TEST(ResultFile, DiffNamesTheFirstDifferingCell) {
  const std::string a = fresh_folder("diff_a");
  const std::string b = fresh_folder("diff_b");
  write_sample(a, {});
  write_sample(b, {.changed_meter = 3, .changed_by_wh = 2});
  const Comparison comparison = compare_results(h5(a), h5(b));
  EXPECT_EQ(comparison.error, "");
  ASSERT_TRUE(comparison.difference);
  EXPECT_EQ(comparison.difference->table, "rows");
  // 4 meters of 4 rows an hour, 9 hours, then meters 1 and 2.
  EXPECT_EQ(comparison.difference->row, 9u * 16 + 8);
  EXPECT_EQ(comparison.difference->column, "ap_wh");
  EXPECT_EQ(std::stoi(comparison.difference->b), std::stoi(comparison.difference->a) + 2);
  EXPECT_THAT(
      comparison.difference->text(),
      testing::StartsWith("table rows, row 152 (meter 3, 2024-01-15 09:15:00 UTC), column "));
}

TEST(ResultFile, DiffShowsAMissingRow) {
  const std::string a = fresh_folder("drop_a");
  const std::string b = fresh_folder("drop_b");
  const std::string c = fresh_folder("drop_c");
  write_sample(a, {});
  write_sample(b, {.dropped_hour = 23});
  const auto difference = compare_results(h5(a), h5(b)).difference;
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->table, "rows");
  EXPECT_EQ(difference->row, 23u * 16 + 4);
  write_sample(c, {.meters = 2, .dropped_hour = 23});
  write_sample(b, {.meters = 2});
  EXPECT_EQ(compare_results(h5(b), h5(c)).difference->text(),
            "table rows, row 188 (meter 2, 2024-01-15 23:15:00 UTC): a row | no row");
}

TEST(ResultFile, WhatIsNoResultIsSaidSo) {
  const std::string folder = fresh_folder("bad");
  fs::create_directories(folder);
  std::ofstream(folder + "/x.h5") << "not HDF5";
  EXPECT_FALSE(digest_of(folder + "/x.h5"));
  EXPECT_FALSE(digest_of(folder + "/missing.h5"));
  EXPECT_THAT(compare_results(folder + "/x.h5", folder + "/x.h5").error,
              testing::HasSubstr("not a result file"));
  EXPECT_FALSE(write_sample("/dev/null/x", {})) << "a folder that cannot be";
}

TEST(ResultFile, ARunningFileShowsTheClosedParts) {
  const std::string folder = fresh_folder("running");
  ResultWriter writer(folder, sample_identity(), 6 * kernel::kNsPerHour);
  const auto empty = TableFileReader::open(h5(folder));
  ASSERT_TRUE(empty) << "there from the first moment";
  EXPECT_EQ(empty->rows_of(*empty->find("rows")), 0u);
  for (int hour = 0; hour < 13; ++hour) {
    append_hour(writer, {}, hour);
    writer.advance((hour + 1) * kernel::kNsPerHour);
  }
  const auto running = TableFileReader::open(h5(folder));
  ASSERT_TRUE(running);
  EXPECT_EQ(running->attributes().state, "running");
  EXPECT_EQ(running->attributes().simulated_s, 12 * 3600);
  EXPECT_EQ(running->rows_of(*running->find("rows")), 12u * 16);
  std::vector<std::uint8_t> last;
  const TableSchema& rows = *running->find("rows");
  ASSERT_TRUE(running->read(rows, 12 * 16 - 1, 1, last));
  EXPECT_EQ(cell_text(rows.columns[1], last.data()), "4");
  EXPECT_EQ(cell_text(rows.columns[2], last.data()), std::to_string(1'705'276'800 + 12 * 3600));
}

TEST(ResultFile, ANewRunReplacesTheOld) {
  const std::string folder = fresh_folder("again");
  const auto first = write_sample(folder, {});
  { ResultWriter killed(folder, sample_identity(), kernel::kNsPerHour); }
  EXPECT_EQ(TableFileReader::open(h5(folder))->attributes().state, "running");
  const auto second = write_sample(folder, {});
  EXPECT_EQ(first->total, second->total);
  EXPECT_EQ(TableFileReader::open(h5(folder))->attributes().state, "complete");
}

TEST(ResultFile, AttributesTellWhatRan) {
  const std::string folder = fresh_folder("attributes");
  write_sample(folder, {});
  const FileAttributes attributes = TableFileReader::open(h5(folder))->attributes();
  EXPECT_EQ(attributes.schema_version, kSchemaVersion);
  EXPECT_EQ(attributes.scenario, "sample");
  EXPECT_EQ(attributes.scenario_sha256, sha256_hex(sample_identity().scenario_text));
  EXPECT_EQ(attributes.seed, 7u);
  EXPECT_EQ(attributes.start_utc, "2024-01-15T00:00:00Z");
  EXPECT_EQ(attributes.tzdata, sample_identity().tzdata);
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// By HDF5 alone, as a program of somebody else would.
TEST(ResultFile, PassHasThreeValuesForWhoeverReadsTheFile) {
  const std::string folder = fresh_folder("pass");
  {
    ResultWriter writer(folder, sample_identity(), kernel::kNsPerHour);
    const Limit most{.min = {}, .max = 9, .equals = {}};
    writer.append(Kpi{"holds", 5, "", {most}});
    writer.append(Kpi{"fails", 10, "", {most}});
    writer.append(
        Kpi{"open", std::numeric_limits<double>::quiet_NaN(), "", {most}, Ripeness::ripe, true});
    writer.append(Kpi{"free", 99, "", {}});
    ASSERT_TRUE(writer.finish(kernel::kNsPerHour));
  }
  const hid_t file = H5Fopen(h5(folder).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  std::int64_t version = 0;
  const hid_t attribute = H5Aopen(file, "schema_version", H5P_DEFAULT);
  EXPECT_GE(H5Aread(attribute, H5T_NATIVE_INT64, &version), 0);
  EXPECT_EQ(version, 2) << "which says that there may be a 2";
  const hid_t pass = H5Tcreate(H5T_COMPOUND, 1);
  H5Tinsert(pass, "pass", 0, H5T_NATIVE_UINT8);
  const hid_t kpis = H5Dopen2(file, "kpi", H5P_DEFAULT);
  std::uint8_t values[4] = {};
  EXPECT_GE(H5Dread(kpis, pass, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
  EXPECT_THAT(values, testing::ElementsAre(1, 0, 2, 1));
  H5Dclose(kpis);
  H5Tclose(pass);
  H5Aclose(attribute);
  H5Fclose(file);
}

// docs/result-schema.md.
std::string schema_page() {
  std::string page =
      "# result.h5\n\n"
      "Generated from `sim/result/*_tables.hpp`; do not edit. `TWIN_UPDATE=1` with the test "
      "`unit_result` rewrites it.\n\n"
      "One HDF5 file a run, the same octets for the same scenario, seed and build. Each table is a "
      "one-dimensional dataset of records; in Python\n\n"
      "```python\n"
      "import h5py, pandas\n"
      "with h5py.File(\"out/result.h5\", \"r\") as f:\n"
      "    rows = pandas.DataFrame(f[\"rows\"][:])\n"
      "    print(f.attrs[\"scenario\"], f[\"rows\"].attrs[\"units\"])\n"
      "```\n\n"
      "The attributes of the file are `schema_version` (" +
      std::to_string(kSchemaVersion) +
      "), `scenario`, `scenario_sha256` (of the scenario's text and the `--set` overrides), "
      "`seed`, "
      "`start_utc`, `simulated_s`, `tzdata` (the time zone data), `state`, and of the program that "
      "wrote it `program_version`, "
      "`commit`, `compiler` and `flags`. Each dataset has `units`, one text a column in the order "
      "of the columns, and `doc`. Attributes are of no digest.\n\n"
      "`schema_version` rises when something that a reader relies on goes or changes its meaning; "
      "tables, columns and attributes that are added do not count. Version 2: `kpi.pass` may be 2. "
      "Files of version 1 are read by `report`, `export`, `digest` and `diff`, too; they know 0 "
      "and "
      "1 only.\n\n"
      "`state` is `complete`, or `running` in the file a run that was killed leaves behind: its "
      "tables are then virtual datasets over the closed files in `parts/`, which must stay beside "
      "it.\n\n"
      "`replicate` numbers repetitions of a scenario with other seeds; one run has replicate 0. "
      "Meters are counted from 1. Plain seconds count from the start of the scenario, `*_utc_s` "
      "since 1970. NaN: never happened, or not known. No figure depends on the machine or on how "
      "long the run took: those stand in `summary.json`.\n";
  for (const TableSchema& table : table_schemas()) {
    page += "\n## " + table.name + "\n" + table.doc + "\n\n| column | type | unit | meaning |\n" +
            "|---|---|---|---|\n";
    for (const Column& column : table.columns) {
      const bool text = column.type == CellType::text;
      page += "| `" + column.name + "` | " + cell_type_name(column.type) +
              (text ? " " + std::to_string(column.bytes) : "") + " | " + column.unit + " | " +
              column.doc + " |\n";
    }
  }
  return page;
}

TEST(ResultFile, TheSchemaPageIsCurrent) {
  const std::string path = "docs/result-schema.md";
  if (std::getenv("TWIN_UPDATE") != nullptr) std::ofstream(path) << schema_page();
  EXPECT_EQ(file_octets(path), schema_page()) << "TWIN_UPDATE=1 rewrites " << path;
}

}  // namespace

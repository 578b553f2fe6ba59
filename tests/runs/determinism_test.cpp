// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The program twice: equal runs are equal, and what differs is named. Law 5 over both shells.
#include <gtest/gtest.h>

#include <algorithm>

#include "hes-stub/store/database.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kStreet = R"([scenario]
name = "twice"
start = 2024-06-20T10:00:00Z
duration_h = 3
collect_h = 1

[meters]
count = 4
detailed = [4]
push_period_s = 1800
push_spread_s = 300
pv_share = 0.5

[[event]]
at = "00:31:00"
type = "relay"
meter = 2
value = "open"

[[event]]
at = "01:10:00"
type = "clock_shift"
meter = 3
shift_s = -900

[[event]]
at = "01:20:00"
type = "network_loss"
duration_s = 900

[[event]]
at = "02:05:00"
type = "outage"
meter = 1
duration_s = 1800
)";

std::string run(const Folder& folder, const std::string& out,
                const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = {"run", folder / "street.toml", "--out", folder / out,
                                        "--quiet"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const ProgramRun ran = amitwin(arguments);
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out, "");
  return folder / out + "/result.h5";
}

TEST(Determinism, OneSeedOneDigestAndAnotherSeedAnother) {
  const Folder folder;
  folder.write("street.toml", kStreet);
  const std::string first = run(folder, "first");
  const std::string again = run(folder, "again");
  const std::string other = run(folder, "other", {"--seed", "2"});
  EXPECT_EQ(digest_of(first).size(), 64u);
  EXPECT_EQ(digest_of(first), digest_of(again));
  EXPECT_NE(digest_of(first), digest_of(other));
  EXPECT_EQ(read_text(first), read_text(again)) << "equal to the octet, not only in the rows";

  const ProgramRun equal = amitwin({"diff", first, again});
  EXPECT_EQ(equal.exit_code, 0);
  EXPECT_EQ(equal.out, "equal\n");
  const ProgramRun unequal = amitwin({"diff", first, other});
  EXPECT_EQ(unequal.exit_code, 1);
  EXPECT_NE(unequal.out.find("table "), std::string::npos) << unequal.out;
}

TEST(Determinism, DiffNamesTableRowAndColumn) {
  const Folder folder;
  folder.write("street.toml", kStreet);
  const std::string plain = run(folder, "plain");
  // Another relay order value is the only difference: the third column of the event's row.
  std::string closed = kStreet;
  closed.replace(closed.find("\"open\""), 6, "\"close\"");
  folder.write("street.toml", closed);
  const std::string other = run(folder, "other");
  const ProgramRun diff = amitwin({"diff", plain, other});
  EXPECT_EQ(diff.exit_code, 1);
  EXPECT_EQ(diff.out, "table events, row 0, column value: 0 | 1\n");

  const ProgramRun digest = amitwin({"digest", plain});
  EXPECT_EQ(digest.exit_code, 0);
  for (const char* table : {"rows", "truth", "flash_rows", "meters", "orders", "sessions",
                            "messages", "traffic", "events", "closings", "power", "kpi", "total"}) {
    EXPECT_EQ(occurrences(digest.out, std::string("  ") + table + "\n"), 1u) << table;
  }
}

TEST(Determinism, WhatIsNoResultIsBadInput) {
  const Folder folder;
  const std::string text = folder.write("text.h5", "not a result");
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"digest", text},
                                             {"digest", folder / "nowhere.h5"},
                                             {"diff", text, text},
                                             {"report", folder / "nowhere.h5"}}) {
    const ProgramRun ran = amitwin(arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments[0];
    EXPECT_NE(ran.err, "") << arguments[0];
  }
}

// ---- Law 5: the shell does not show ----

// All rows of a table as text, sorted; without the row ids, which are the order of writing.
std::vector<std::string> content(hes::Database& store, const std::string& columns,
                                 const std::string& table, int n_columns) {
  std::vector<std::string> rows;
  const std::string sql = "SELECT " + columns + " FROM " + table;
  hes::Statement all = store.prepare(sql.c_str());
  while (all.step()) {
    std::string row;
    for (int i = 0; i < n_columns; ++i) row += (all.is_null(i) ? "null" : all.text(i)) + "|";
    rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(LawFive, FreeAndLockstepLeaveTheSameRowsAndTheSameStore) {
  const Folder folder;
  folder.write("street.toml", kStreet);
  const std::string free = run(folder, "free", {"--mode", "free"});
  const std::string lockstep = run(folder, "lockstep", {"--mode", "lockstep"});
  EXPECT_EQ(digest_of(free), digest_of(lockstep)) << amitwin({"diff", free, lockstep}).out;

  hes::Database a(folder / "free/hes.sqlite");
  hes::Database b(folder / "lockstep/hes.sqlite");
  struct Table {
    const char* name;
    const char* columns;
    int n;
  };
  for (const Table& table :
       {Table{"meter",
              "logical_device_name,serial,hex(system_title),model,firmware,"
              "capture_period_s,push_counter,client_reserved",
              8},
        Table{"profile", "id,obis", 2}, Table{"profile_day", "meter,profile,day,rows,hex(blob)", 5},
        Table{"series", "meter,profile,begin_utc_s,settled_utc_s", 4},
        Table{"event", "at_ns,meter,kind,detail", 4},
        Table{"session", "meter,opened_ns,closed_ns,octets_up,octets_down,reason", 6},
        Table{"orders", "id,meter,kind,value,submitted_ns,finished_ns,outcome", 7},
        Table{"zone", "standard_offset_min,eu_daylight_saving", 2}}) {
    const auto rows = content(a, table.columns, table.name, table.n);
    EXPECT_EQ(rows, content(b, table.columns, table.name, table.n)) << table.name;
    if (table.name != std::string("event")) {
      EXPECT_FALSE(rows.empty()) << table.name;
    }
  }
}

TEST(LawFive, LockstepLeavesNoKeysInTheFolder) {
  const Folder folder;
  folder.write("street.toml", kStreet);
  run(folder, "lockstep", {"--mode", "lockstep", "--until", "01:00:00"});
  EXPECT_FALSE(exists(folder / "lockstep/inventory.tmp"));
  EXPECT_FALSE(exists(folder / "lockstep/template-0.tmp"));
}

}  // namespace

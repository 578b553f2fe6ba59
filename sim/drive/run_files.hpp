// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sim::run {

// What a run may leave, in the order in which it takes its place: `parts`, a folder, before the
// result that points into it, and last what says that the set is whole. A log of the store comes
// after it: beside another store it would be taken for that one's.
inline constexpr const char* kRunFiles[] = {
    "parts",          "result.h5",      "hes.sqlite", "hes.sqlite-journal",
    "hes.sqlite-wal", "hes.sqlite-shm", "trace.vcd",  "inputs.log",
    "doors.csv",      "report.html",    "junit.xml",  "summary.json"};

// A sentence when FOLDER/NAME is there and no run of ours has written it; what is empty is missed
// by nobody.
std::string why_not_ours(const std::string& folder, const std::string& name);
// Whether PARTS/NAME is a part of a result, whole or not.
bool is_part(const std::string& parts, const std::string& name);
// What a run may have left in its own folder, by name, whole or not; relative to it.
std::vector<std::string> leftovers_in(const std::string& folder);

}  // namespace sim::run

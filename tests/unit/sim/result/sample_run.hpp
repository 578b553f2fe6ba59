// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "sim/result/writer.hpp"

namespace sim::result {

// A made-up day of a small street, every table filled; a pure function of its arguments.
struct SampleRun {
  std::uint32_t meters = 4;
  int hours = 28;
  std::uint32_t changed_meter = 0;  // this meter's row at hour 9 ...
  std::uint32_t changed_by_wh = 0;  // ... has so much more
  int dropped_hour = -1;            // meter 2 has no row of this hour
  std::uint32_t line_meters = 4;    // the first of them are behind a concentrator
};

// Writes it to `folder`, a part each `part_period`; the digest of the finished file.
std::optional<Digest> write_sample(const std::string& folder, const SampleRun& run,
                                   kernel::TimeNs part_period = 6 * kernel::kNsPerHour);
// Appends one hour of rows to all tables that grow with time.
void append_hour(ResultWriter& writer, const SampleRun& run, int hour);
void append_line_hour(ResultWriter& writer, const SampleRun& run, int hour);
void append_line_end(ResultWriter& writer, const SampleRun& run);
RunIdentity sample_identity();

// An empty folder of this name below the test's temporary folder.
std::string fresh_folder(const std::string& name);
std::string file_octets(const std::string& path);

}  // namespace sim::result

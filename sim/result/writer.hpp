// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernel/time.hpp"
#include "os/files.hpp"
#include "sim/result/digest.hpp"
#include "sim/result/h5_file.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/table_schema.hpp"

namespace sim::result {

struct RunIdentity {
  std::string scenario;       // its name
  std::string scenario_text;  // with the --set overrides; only its hash is kept
  std::uint64_t seed = 0;
  std::string start_utc;  // RFC 3339
  std::string tzdata;     // version of the machine's time zone data
};

// "part-N.h5", whole or not.
bool is_part_name(const std::string& name);

// Writes FOLDER/result.h5. At every moment that path holds a file that opens:
//  - from construction on an empty one in the state `running`;
//  - after the first hour and each part period one that shows all rows of the closed part files
//    (parts/part-N.h5), as virtual datasets;
//  - after finish() one self-contained compressed file; the parts are gone.
// A row is written twice and read once in all, whatever the length of the run, and memory holds the
// rows of one period only. A file replaces the one before it only when it is whole. Failures of the
// disk are sticky: error() tells from then on, and what was there stays.
class ResultWriter {
 public:
  ResultWriter(std::string folder, const RunIdentity& identity, kernel::TimeNs part_period);

  template <typename Row>
  void append(const Row& row, std::uint16_t replicate = 0) {
    append_row(Tables::index_of<Row>(), &row, replicate);
  }
  void append(const Kpi& kpi, std::uint16_t replicate = 0);

  // Simulated time has come to `now`; closes a part when a period is over.
  void advance(kernel::TimeNs now);
  // The digest of the complete file; none when it could not be written.
  std::optional<Digest> finish(kernel::TimeNs now);

  // "PATH: No space left on device"; empty: all is well.
  const std::string& error() const { return error_; }
  const std::string& path() const { return path_; }
  // Up to when the file at path() shows rows.
  kernel::TimeNs shows_until() const { return shows_until_; }
  // The run ends here, unfinished: what is held in memory is shown, too, if the disk takes it.
  void give_up(kernel::TimeNs now);

 private:
  void append_row(std::size_t table, const void* row, std::uint16_t replicate);
  void close_part(kernel::TimeNs now);
  void write_master(kernel::TimeNs now);
  bool write_final(kernel::TimeNs now, Digest& digest);
  bool copy_table(TableFileWriter& out, std::size_t table, Hasher& hasher);
  // Every file grows under a name of its own until it is whole.
  TableFileWriter begin(const std::string& path, TableFileWriter::Layout layout, const char* state,
                        kernel::TimeNs now);
  // Closes what begin() gave. False: it stays away, and error() is set.
  bool replace(TableFileWriter& out, const std::string& path, os::Sync sync);
  bool good() const { return error_.empty(); }
  std::string part_path(std::size_t part) const;

  struct Part {
    std::array<std::uint64_t, Tables::kSize> n_rows{};
  };
  std::string folder_;
  std::string path_;
  FileAttributes attributes_;
  kernel::TimeNs part_period_;
  kernel::TimeNs next_part_;
  std::array<std::vector<std::uint8_t>, Tables::kSize> buffers_;
  std::vector<Part> parts_;
  std::string error_;
  kernel::TimeNs shows_until_ = 0;
};

}  // namespace sim::result

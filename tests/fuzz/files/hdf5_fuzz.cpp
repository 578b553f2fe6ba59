// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Result files of any octets, as `digest`, `diff`, `export` and `report` read them: to the end, or
// refused. Not in a process of its own as the commands do (os/apart.hpp): what crashes is a
// finding.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>

#include "os/exit_code.hpp"
#include "os/files.hpp"
#include "protocol/bytes.hpp"
#include "sim/report/report.hpp"
#include "sim/result/compare.hpp"
#include "sim/result/digest.hpp"
#include "sim/result/h5_file.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

int digest(const std::string& path) {
  const auto digest = sim::result::digest_of(path);
  return digest && !digest->total.empty() ? os::kGood : os::kBadInput;
}

// It differs from itself in nothing.
int diff(const std::string& path) {
  const auto comparison = sim::result::compare_results(path, path);
  if (!comparison.error.empty()) return os::kBadInput;
  return comparison.difference ? os::kFailed : os::kGood;
}

int export_all(const std::string& path) {
  const auto file = sim::result::TableFileReader::open(path);
  if (!file) return os::kBadInput;
  std::size_t octets = 0;
  for (const sim::result::TableSchema& table : file->tables()) {
    const bool read = file->each_block(table, [&](const std::vector<std::uint8_t>& rows) {
      for (std::size_t at = 0; at < rows.size(); at += table.row_bytes) {
        for (const sim::result::Column& column : table.columns) {
          octets += sim::result::cell_text(column, rows.data() + at).size();
        }
      }
    });
    if (!read) return os::kBadInput;
  }
  return octets > 0 ? os::kGood : os::kBadInput;
}

int report(const std::string& path) {
  const auto error = sim::result::write_report(path, path + ".html");
  return error ? os::kBadInput : os::kGood;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path =
      (std::filesystem::temp_directory_path() / ("fuzz_hdf5_" + std::to_string(getpid()) + ".h5"))
          .string();
  require(os::write_file(path, {reinterpret_cast<const char*>(data), size}).empty());
  for (int (*const read)(const std::string&) : {digest, diff, export_all, report}) {
    try {
      const int code = read(path);
      require(code == os::kGood || code == os::kBadInput);
    } catch (const std::bad_alloc&) {  // said so by whoever reads
    }
  }
  for (const char* const end : {"", ".html"}) std::filesystem::remove(path + end);
  return 0;
}

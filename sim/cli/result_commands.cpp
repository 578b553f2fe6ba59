// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What is asked of a result file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <initializer_list>

#include <CLI/CLI.hpp>

#include "os/apart.hpp"
#include "os/program.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/cli/command.hpp"
#include "sim/drive/wall.hpp"
#include "sim/report/report.hpp"
#include "sim/result/compare.hpp"
#include "sim/result/digest.hpp"
#include "sim/result/h5_file.hpp"

namespace sim::cli {
namespace {

// In a process of its own: the HDF5 library crashes on some files that are damaged. So long and
// with so much memory as the largest of ours takes, and more for larger ones.
template <typename Work>
int reading(const std::string& name, std::initializer_list<std::string> files, Work work) {
  std::uint64_t octets = 0;
  for (const std::string& file : files) {
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(file, unknown);
    if (!unknown) octets += size;
  }
  constexpr std::uint64_t kOctetsASecond = 1'000'000;
  constexpr std::uint64_t kUnpacked = 64;  // the most that compression saves
  os::Allowance allowance;
  allowance.cpu_s += octets / kOctetsASecond;
  allowance.memory_octets += octets * kUnpacked;
  return os::apart("amitwin " + name + ": " + fmt::format("{}", fmt::join(files, ", ")), allowance,
                   work);
}

// Its rows are all there are, but the run was longer.
void say_if_incomplete(const char* command, const std::string& path) {
  const auto file = result::TableFileReader::open(path);
  if (!file || file->attributes().state == "complete") return;
  const auto until = std::llround(1e9 * file->attributes().simulated_s);
  os::say(fmt::format("amitwin {}: {}: incomplete, shows the run until {}\n", command, path,
                      run::clock_text(until)));
}

void add_result(CLI::App& app, std::string& path) {
  app.add_option("result", path, "RESULT.h5")->required();
}

int digest(const std::string& path) {
  const auto digest = result::digest_of(path);
  if (!digest) {
    os::say(fmt::format("amitwin digest: {}: {}\n", path, result::why_no_result(path)));
    return kBadInput;
  }
  say_if_incomplete("digest", path);
  for (const auto& [table, value] : digest->tables) fmt::print("{}  {}\n", value, table);
  fmt::print("{}  total\n", digest->total);
  return kGood;
}

struct DiffOptions {
  std::string a;
  std::string b;
};

void add_files(CLI::App& app, DiffOptions& options) {
  app.add_option("a", options.a, "A.h5")->required();
  app.add_option("b", options.b, "B.h5")->required();
}

int diff(const DiffOptions& options) {
  const result::Comparison comparison = result::compare_results(options.a, options.b);
  if (!comparison.error.empty()) {
    os::say(fmt::format("amitwin diff: {}\n", comparison.error));
    return kBadInput;
  }
  for (const std::string& each : {options.a, options.b}) say_if_incomplete("diff", each);
  if (!comparison.difference) {
    fmt::print("equal\n");
    return kGood;
  }
  fmt::print("{}\n", protocol::printable(comparison.difference->text()));
  return kFailed;
}

struct ExportOptions {
  std::string result;
  std::string table;
};

void add_table(CLI::App& app, ExportOptions& options) {
  app.add_option("result", options.result, "RESULT.h5")->required();
  app.add_option("table", options.table, "TABLE, as in docs/result-schema.md")->required();
}

// A line of cells, each behind its comma. False: standard output takes no more, and the end of the
// program says why.
bool put(std::string& line) {
  line += '\n';
  return std::fwrite(line.data() + 1, 1, line.size() - 1, stdout) == line.size() - 1;
}

int export_table(const ExportOptions& options) {
  const auto file = result::TableFileReader::open(options.result);
  const result::TableSchema* const table = file ? file->find(options.table) : nullptr;
  if (table == nullptr) {
    std::string tables;
    for (const auto& each : result::table_schemas()) tables += " " + each.name;
    os::say(fmt::format("amitwin export: {}: {}\n", options.result,
                        file ? "no table " + options.table + "; allowed are" + tables
                             : result::why_no_result(options.result)));
    return kBadInput;
  }
  say_if_incomplete("export", options.result);
  std::string line;
  for (const result::Column& column : table->columns) line += "," + column.name;
  bool written = put(line);
  const bool read = file->each_block(*table, [&](const std::vector<std::uint8_t>& rows) {
    for (std::size_t at = 0; written && at < rows.size(); at += table->row_bytes) {
      line.clear();
      for (const result::Column& column : table->columns) {
        line += "," + protocol::printable_cell(result::cell_text(column, rows.data() + at));
      }
      written = put(line);
    }
  });
  if (!read) {
    os::say(fmt::format("amitwin export: {}: table {} is damaged\n", options.result, table->name));
    return kBadInput;
  }
  return written ? kGood : kEnvironment;
}

int report(const std::string& path) {
  const std::filesystem::path page = std::filesystem::path(path).parent_path() / "report.html";
  if (!result::TableFileReader::open(path)) {
    os::say(fmt::format("amitwin report: {}: {}\n", path, result::why_no_result(path)));
    return kBadInput;
  }
  if (!result::digest_of(path)) {
    os::say(fmt::format("amitwin report: {}: is damaged\n", path));
    return kBadInput;
  }
  if (const auto error = result::write_report(path, page.string())) {
    os::say(fmt::format("amitwin report: {}\n", *error));
    return kEnvironment;
  }
  say_if_incomplete("report", path);
  fmt::print("{}\n", protocol::printable(page.string()));
  return kGood;
}

int digest_apart(const std::string& path) {
  return reading("digest", {path}, [&] { return digest(path); });
}
int diff_apart(const DiffOptions& options) {
  return reading("diff", {options.a, options.b}, [&] { return diff(options); });
}
int export_apart(const ExportOptions& options) {
  return reading("export", {options.result}, [&] { return export_table(options); });
}
int report_apart(const std::string& path) {
  return reading("report", {path}, [&] { return report(path); });
}

}  // namespace

Command digest_command() {
  return command("digest", "Hash of a result, total and by table", add_result, digest_apart);
}

Command diff_command() {
  return command("diff", "First difference of two results", add_files, diff_apart);
}

Command export_command() {
  return command("export", "A table of a result as CSV", add_table, export_apart);
}

Command report_command() {
  return command("report", "Write report.html beside a result", add_result, report_apart);
}

}  // namespace sim::cli

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include <algorithm>

#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"
#include "sim/result/h5_file.hpp"

namespace sim::cli {
namespace {

constexpr std::uint64_t kBlockRows = 65'536;

struct Options {
  std::string result;
  std::string table;
};

void add(CLI::App& app, Options& options) {
  app.add_option("result", options.result, "RESULT.h5")->required();
  app.add_option("table", options.table, "TABLE, as in docs/result-schema.md")->required();
}

// RFC 4180: quoted when there is something to quote.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

// A line of cells, each behind its comma.
bool put(std::string& line) {
  line += '\n';
  return std::fwrite(line.data() + 1, 1, line.size() - 1, stdout) == line.size() - 1;
}

int run(const Options& options) {
  const auto file = result::TableFileReader::open(options.result);
  const result::TableSchema* const table = file ? file->find(options.table) : nullptr;
  if (table == nullptr) {
    std::string tables;
    for (const auto& each : result::table_schemas()) tables += " " + each.name;
    fmt::print(stderr, "amitwin export: {}: {}\n", options.result,
               file ? "no table " + options.table + "; allowed are" + tables
                    : "not there, or not a result file");
    return kBadInput;
  }
  std::string line;
  for (const result::Column& column : table->columns) line += "," + column.name;
  bool written = put(line);
  std::vector<std::uint8_t> rows;
  const std::uint64_t n_rows = file->rows_of(*table);
  for (std::uint64_t first = 0; written && first < n_rows; first += kBlockRows) {
    if (!file->read(*table, first, std::min(kBlockRows, n_rows - first), rows)) {
      fmt::print(stderr, "amitwin export: {}: table {} is damaged\n", options.result, table->name);
      return kBadInput;
    }
    for (std::size_t at = 0; at < rows.size(); at += table->row_bytes) {
      line.clear();
      for (const result::Column& column : table->columns) {
        line += "," + cell(result::cell_text(column, rows.data() + at));
      }
      written = put(line) && written;
    }
  }
  if (written && std::fflush(stdout) == 0) return kGood;
  fmt::print(stderr, "amitwin export: standard output takes no more\n");
  return kFailed;
}

}  // namespace

Command export_command() { return command("export", "A table of a result as CSV", add, run); }

}  // namespace sim::cli

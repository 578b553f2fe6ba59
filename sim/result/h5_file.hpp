// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/result/table_schema.hpp"

namespace sim::result {

// An HDF5 identifier and how to close it; keeps the library out of headers.
class H5Handle {
 public:
  using Close = int (*)(std::int64_t);
  H5Handle() = default;
  H5Handle(std::int64_t id, Close close) : id_(id), close_(close) {}
  H5Handle(H5Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(std::exchange(other.close_, nullptr)) {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~H5Handle() { reset(); }
  // False when closing failed: a write that did not reach the file.
  bool reset();
  bool valid() const { return id_ >= 0; }
  std::int64_t id() const { return id_; }

 private:
  std::int64_t id_ = -1;
  Close close_ = nullptr;
};

struct FileAttributes {
  std::int64_t schema_version = kSchemaVersion;
  std::string scenario;
  std::string scenario_sha256;
  std::uint64_t seed = 0;
  std::string start_utc;
  std::string tzdata;  // what zones were expanded from; in no digest and no diff
  double simulated_s = 0;
  std::string state;  // complete, running, part
  // What wrote it (os/build.hpp); of no digest.
  std::string program_version;
  std::string commit;
  std::string compiler;
  std::string flags;
};

// Writes one file of tables, from its first to its last octet. Failures are sticky: ask close().
class TableFileWriter {
 public:
  enum class Layout { compressed, plain };
  TableFileWriter(const std::string& path, Layout layout);
  void attributes(const FileAttributes& attributes);
  // Tables one after the other: begin, rows in any portions that add up to n_rows, end.
  void begin(const TableSchema& schema, std::uint64_t n_rows);
  void write(std::span<const std::uint8_t> packed_rows);
  void end();
  // A table that only points at tables of the same name in other files.
  struct Part {
    std::string file;  // relative to this file
    std::uint64_t n_rows;
  };
  void virtual_table(const TableSchema& schema, std::span<const Part> parts);
  // Everything is with the system; false: not, and why() has the system's reason.
  bool close();
  const std::string& why() const { return why_; }

 private:
  void describe(const H5Handle& dataset, const TableSchema& schema);
  void write_chunk(const std::uint8_t* rows, std::uint64_t n_rows);
  void check(bool good);

  H5Handle file_;
  H5Handle dataset_;
  H5Handle type_;
  Layout layout_;
  std::vector<std::uint8_t> pending_;
  std::size_t row_bytes_ = 0;
  std::uint64_t chunk_rows_ = 0;
  std::uint64_t n_rows_ = 0;
  std::uint64_t n_written_ = 0;
  bool good_ = true;
  std::string why_;
};

// Reads a result file: complete, running, or of another schema version.
class TableFileReader {
 public:
  static std::optional<TableFileReader> open(const std::string& path);
  const FileAttributes& attributes() const { return attributes_; }
  // By name, in rising order.
  const std::vector<TableSchema>& tables() const { return tables_; }
  const TableSchema* find(const std::string& name) const;
  std::uint64_t rows_of(const TableSchema& table) const;
  // Packed rows [first, first + n).
  bool read(const TableSchema& table, std::uint64_t first, std::uint64_t n,
            std::vector<std::uint8_t>& out) const;
  // All rows, packed, as many at a time as memory has room for: visit(rows). False: some cannot be
  // read.
  static constexpr std::uint64_t kBlockRows = 65'536;
  template <typename Visit>
  bool each_block(const TableSchema& table, Visit visit) const {
    std::vector<std::uint8_t> rows;
    const std::uint64_t n_rows = rows_of(table);
    for (std::uint64_t first = 0; first < n_rows; first += kBlockRows) {
      if (!read(table, first, std::min(kBlockRows, n_rows - first), rows)) return false;
      visit(rows);
    }
    return true;
  }

 private:
  TableFileReader() = default;
  bool read_tables();
  void read_attributes();

  H5Handle file_;
  FileAttributes attributes_;
  std::vector<TableSchema> tables_;
};

// The record type of a table, packed; equal in the file and in memory, so nothing is converted.
H5Handle record_type(const TableSchema& schema);
// Columns of a record type as found in a file (without units); none when a member is of a type this
// program never writes.
std::optional<std::vector<Column>> columns_of(const H5Handle& record);
// Zero-padded UTF-8 of this many octets.
H5Handle text_type(std::size_t bytes);
// The library prints every failed call to stderr by default; failures are reported by value here.
void silence_h5_errors();

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/writer.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "kernel/assert.hpp"
#include "os/build.hpp"

namespace sim::result {
namespace {

namespace fs = std::filesystem;

// A run that dies young leaves what it has as well. A part costs some 30 million instructions, so
// there is one more, not one a minute.
constexpr kernel::TimeNs kFirstPart = 60 * kernel::kNsPerMinute;

std::string part_name(std::size_t part) { return "parts/part-" + std::to_string(part) + ".h5"; }

}  // namespace

bool is_part_name(const std::string& name) {
  unsigned number = 0;
  int end = 0;
  if (std::sscanf(name.c_str(), "part-%u.h5%n", &number, &end) != 1 || end == 0) return false;
  const std::string rest = name.substr(static_cast<std::size_t>(end));
  return rest.empty() || rest == os::kUnfinished;
}

ResultWriter::ResultWriter(std::string folder, const RunIdentity& identity,
                           kernel::TimeNs part_period)
    : folder_(std::move(folder)),
      path_((fs::path(folder_) / "result.h5").string()),
      part_period_(part_period),
      next_part_(std::min(part_period, kFirstPart)) {
  TWIN_ASSERT(part_period > 0, part_period);
  attributes_.scenario = identity.scenario;
  attributes_.scenario_sha256 = sha256_hex(identity.scenario_text);
  attributes_.seed = identity.seed;
  attributes_.start_utc = identity.start_utc;
  attributes_.tzdata = identity.tzdata;
  attributes_.program_version = os::build().version;
  attributes_.commit = os::build().commit;
  attributes_.compiler = os::build().compiler;
  attributes_.flags = os::build().flags;
  std::error_code error;
  fs::create_directories(folder_, error);
  // The old result goes before the parts it may point at.
  write_master(0);
  fs::remove_all(fs::path(folder_) / "parts", error);
  const fs::path parts = fs::path(folder_) / "parts";
  fs::create_directories(parts, error);
  if (error && good()) error_ = parts.string() + ": " + error.message();
}

std::string ResultWriter::part_path(std::size_t part) const {
  return (fs::path(folder_) / part_name(part)).string();
}

void ResultWriter::append_row(std::size_t table, const void* row, std::uint16_t replicate) {
  pack_row(table_schemas()[table], replicate, row, buffers_[table]);
}

void ResultWriter::append(const Kpi& kpi, std::uint16_t replicate) {
  KpiRow row;
  row.name = kpi.name;
  row.value = kpi.value;
  row.unit = kpi.unit;
  row.limit = kpi.limit_text();
  switch (kpi.verdict()) {
    case Verdict::pass:
      row.pass = kpi_pass::kHolds;
      break;
    case Verdict::fail:
      row.pass = kpi_pass::kFails;
      break;
    case Verdict::open:
      row.pass = kpi_pass::kOpen;
      break;
  }
  append(row, replicate);
}

void ResultWriter::advance(kernel::TimeNs now) {
  if (now < next_part_) return;
  next_part_ = (now / part_period_ + 1) * part_period_;
  if (!good()) return;
  close_part(now);
  if (good()) write_master(now);
}

void ResultWriter::give_up(kernel::TimeNs now) {
  const std::string first = std::exchange(error_, {});
  close_part(now);
  if (good()) write_master(now);
  if (!first.empty()) error_ = first;
}

TableFileWriter ResultWriter::begin(const std::string& path, TableFileWriter::Layout layout,
                                    const char* state, kernel::TimeNs now) {
  TableFileWriter out(path + os::kUnfinished, layout);
  attributes_.state = state;
  attributes_.simulated_s = 1e-9 * static_cast<double>(now);
  out.attributes(attributes_);
  return out;
}

bool ResultWriter::replace(TableFileWriter& out, const std::string& path, os::Sync sync) {
  std::string error;
  if (!out.close()) {
    error = path + ": " + out.why();
    std::error_code ignored;
    fs::remove(path + os::kUnfinished, ignored);
  } else {
    error = os::replace_file(path, sync);
  }
  if (good()) error_ = error;
  return error.empty();
}

void ResultWriter::close_part(kernel::TimeNs now) {
  const std::string path = part_path(parts_.size());
  Part part;
  TableFileWriter out = begin(path, TableFileWriter::Layout::plain, "part", now);
  for (std::size_t table = 0; table < Tables::kSize; ++table) {
    const TableSchema& schema = table_schemas()[table];
    part.n_rows[table] = buffers_[table].size() / schema.row_bytes;
    if (part.n_rows[table] == 0) continue;
    out.begin(schema, part.n_rows[table]);
    out.write(buffers_[table]);
    out.end();
  }
  if (!replace(out, path, os::Sync::not_yet)) return;
  for (auto& buffer : buffers_) buffer.clear();
  parts_.push_back(part);
}

void ResultWriter::write_master(kernel::TimeNs now) {
  TableFileWriter out = begin(path_, TableFileWriter::Layout::plain, "running", now);
  for (std::size_t table = 0; table < Tables::kSize; ++table) {
    std::vector<TableFileWriter::Part> parts;
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      if (parts_[part].n_rows[table] == 0) continue;
      parts.push_back({part_name(part), parts_[part].n_rows[table]});
    }
    if (parts.empty()) {
      out.begin(table_schemas()[table], 0);
      out.end();
    } else {
      out.virtual_table(table_schemas()[table], parts);
    }
  }
  if (replace(out, path_, os::Sync::not_yet)) shows_until_ = now;
}

bool ResultWriter::copy_table(TableFileWriter& out, std::size_t table, Hasher& hasher) {
  const TableSchema& schema = table_schemas()[table];
  const auto take = [&](std::span<const std::uint8_t> rows) {
    hasher.add(rows);
    out.write(rows);
  };
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    if (parts_[part].n_rows[table] == 0) continue;
    const auto in = TableFileReader::open(part_path(part));
    if (!in || !in->each_block(schema, take)) return false;
  }
  take(buffers_[table]);
  return true;
}

bool ResultWriter::write_final(kernel::TimeNs now, Digest& digest) {
  TableFileWriter out = begin(path_, TableFileWriter::Layout::compressed, "complete", now);
  for (std::size_t table = 0; table < Tables::kSize; ++table) {
    const TableSchema& schema = table_schemas()[table];
    std::uint64_t n_rows = buffers_[table].size() / schema.row_bytes;
    for (const Part& part : parts_) n_rows += part.n_rows[table];
    Hasher hasher = begin_table_digest(schema, n_rows);
    out.begin(schema, n_rows);
    if (!copy_table(out, table, hasher)) {
      error_ = path_ + ": its parts cannot be read";
      return false;
    }
    out.end();
    digest.tables.emplace_back(schema.name, hasher.hex());
  }
  digest.total = total_digest(digest.tables);
  return replace(out, path_, os::Sync::to_disk);
}

std::optional<Digest> ResultWriter::finish(kernel::TimeNs now) {
  Digest digest;
  if (!good() || !write_final(now, digest)) {
    give_up(now);
    return {};
  }
  shows_until_ = now;
  std::error_code error;
  fs::remove_all(fs::path(folder_) / "parts", error);  // what stays does no harm
  for (auto& buffer : buffers_) buffer.clear();
  parts_.clear();
  return digest;
}

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <hdf5.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "sim/result/h5_file.hpp"

namespace sim::result {
namespace {

constexpr std::size_t kChunkBytes = 512 * 1024;  // fits the library's chunk cache of 1 MiB
constexpr unsigned kDeflateLevel = 4;

H5Handle properties(hid_t kind) { return {H5Pcreate(kind), H5Pclose}; }

H5Handle line_of(std::uint64_t n) {
  const hsize_t dims[1] = {n};
  return {H5Screate_simple(1, dims, nullptr), H5Sclose};
}

template <typename T>
bool write_attribute(const H5Handle& at, const char* name, hid_t type, const T* value,
                     std::uint64_t n = 0) {
  const H5Handle space = n == 0 ? H5Handle(H5Screate(H5S_SCALAR), H5Sclose) : line_of(n);
  const H5Handle attribute(H5Acreate2(at.id(), name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
  return attribute.valid() && H5Awrite(attribute.id(), type, value) >= 0;
}

bool write_text(const H5Handle& at, const char* name, const std::string& text) {
  const H5Handle type = text_type(text.size());
  return write_attribute(at, name, type.id(), text.c_str());
}

}  // namespace

// The library keeps what the system said to itself, but for errno.
void TableFileWriter::check(bool good) {
  if (good_ && !good) why_ = errno != 0 ? std::strerror(errno) : "HDF5 refused";
  good_ = good_ && good;
}

TableFileWriter::TableFileWriter(const std::string& path, Layout layout) : layout_(layout) {
  silence_h5_errors();
  errno = 0;
  // No times anywhere: the same content is the same octets.
  const H5Handle creation = properties(H5P_FILE_CREATE);
  check(H5Pset_obj_track_times(creation.id(), false) >= 0);
  const H5Handle access = properties(H5P_FILE_ACCESS);
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, H5F_LIBVER_V110) >= 0);
  file_ = H5Handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), H5Fclose);
  check(file_.valid());
}

void TableFileWriter::attributes(const FileAttributes& attributes) {
  if (!good_) return;
  check(write_attribute(file_, "schema_version", H5T_STD_I64LE, &attributes.schema_version));
  check(write_text(file_, "scenario", attributes.scenario));
  check(write_text(file_, "scenario_sha256", attributes.scenario_sha256));
  check(write_attribute(file_, "seed", H5T_STD_U64LE, &attributes.seed));
  check(write_text(file_, "start_utc", attributes.start_utc));
  check(write_text(file_, "tzdata", attributes.tzdata));
  check(write_attribute(file_, "simulated_s", H5T_IEEE_F64LE, &attributes.simulated_s));
  check(write_text(file_, "state", attributes.state));
  check(write_text(file_, "program_version", attributes.program_version));
  check(write_text(file_, "commit", attributes.commit));
  check(write_text(file_, "compiler", attributes.compiler));
  check(write_text(file_, "flags", attributes.flags));
}

void TableFileWriter::describe(const H5Handle& dataset, const TableSchema& schema) {
  check(write_text(dataset, "doc", schema.doc));
  std::size_t longest = 1;
  for (const Column& column : schema.columns) longest = std::max(longest, column.unit.size());
  std::string units(longest * schema.columns.size(), '\0');
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    units.replace(i * longest, schema.columns[i].unit.size(), schema.columns[i].unit);
  }
  const H5Handle type = text_type(longest);
  check(write_attribute(dataset, "units", type.id(), units.data(), schema.columns.size()));
}

void TableFileWriter::begin(const TableSchema& schema, std::uint64_t n_rows) {
  if (!good_) return;
  row_bytes_ = schema.row_bytes;
  n_rows_ = n_rows;
  n_written_ = 0;
  chunk_rows_ = std::min<std::uint64_t>(std::bit_floor(kChunkBytes / row_bytes_),
                                        std::max<std::uint64_t>(n_rows, 1));
  const H5Handle creation = properties(H5P_DATASET_CREATE);
  check(H5Pset_obj_track_times(creation.id(), false) >= 0);
  if (layout_ == Layout::compressed && n_rows > 0) {
    const hsize_t chunk[1] = {chunk_rows_};
    check(H5Pset_chunk(creation.id(), 1, chunk) >= 0);
    check(H5Pset_shuffle(creation.id()) >= 0);
    check(H5Pset_deflate(creation.id(), kDeflateLevel) >= 0);
  }
  type_ = record_type(schema);
  const H5Handle space = line_of(n_rows);
  dataset_ = H5Handle(H5Dcreate2(file_.id(), schema.name.c_str(), type_.id(), space.id(),
                                 H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                      H5Dclose);
  check(dataset_.valid());
  if (good_) describe(dataset_, schema);
}

// Whole chunks only: each is compressed once, and the file does not depend on the portions.
void TableFileWriter::write(std::span<const std::uint8_t> packed_rows) {
  const std::size_t chunk_bytes = chunk_rows_ * row_bytes_;
  while (good_ && !packed_rows.empty()) {
    if (pending_.empty() && packed_rows.size() >= chunk_bytes) {
      write_chunk(packed_rows.data(), chunk_rows_);
      packed_rows = packed_rows.subspan(chunk_bytes);
      continue;
    }
    const std::size_t n = std::min(packed_rows.size(), chunk_bytes - pending_.size());
    pending_.insert(pending_.end(), packed_rows.begin(),
                    packed_rows.begin() + static_cast<std::ptrdiff_t>(n));
    packed_rows = packed_rows.subspan(n);
    if (pending_.size() < chunk_bytes) continue;
    write_chunk(pending_.data(), chunk_rows_);
    pending_.clear();
  }
}

void TableFileWriter::write_chunk(const std::uint8_t* rows, std::uint64_t n_rows) {
  const hsize_t start[1] = {n_written_};
  const hsize_t count[1] = {n_rows};
  const H5Handle file_space(H5Dget_space(dataset_.id()), H5Sclose);
  const H5Handle memory_space = line_of(n_rows);
  check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, start, nullptr, count, nullptr) >= 0);
  check(H5Dwrite(dataset_.id(), type_.id(), memory_space.id(), file_space.id(), H5P_DEFAULT,
                 rows) >= 0);
  n_written_ += n_rows;
}

void TableFileWriter::end() {
  if (good_ && !pending_.empty()) write_chunk(pending_.data(), pending_.size() / row_bytes_);
  pending_.clear();
  check(n_written_ == n_rows_);
  check(dataset_.reset());
  check(type_.reset());
}

void TableFileWriter::virtual_table(const TableSchema& schema, std::span<const Part> parts) {
  if (!good_) return;
  std::uint64_t n_rows = 0;
  for (const Part& part : parts) n_rows += part.n_rows;
  const H5Handle creation = properties(H5P_DATASET_CREATE);
  check(H5Pset_obj_track_times(creation.id(), false) >= 0);
  const H5Handle space = line_of(n_rows);
  hsize_t start[1] = {0};
  for (const Part& part : parts) {
    if (part.n_rows == 0) continue;
    const hsize_t count[1] = {part.n_rows};
    const H5Handle source = line_of(part.n_rows);
    check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start, nullptr, count, nullptr) >= 0);
    check(H5Pset_virtual(creation.id(), space.id(), part.file.c_str(), schema.name.c_str(),
                         source.id()) >= 0);
    start[0] += part.n_rows;
  }
  check(H5Sselect_all(space.id()) >= 0);
  const H5Handle type = record_type(schema);
  const H5Handle dataset(H5Dcreate2(file_.id(), schema.name.c_str(), type.id(), space.id(),
                                    H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                         H5Dclose);
  check(dataset.valid());
  if (good_) describe(dataset, schema);
}

bool TableFileWriter::close() {
  check(!dataset_.valid() || dataset_.reset());
  // A flush tells what closing may not.
  check(!good_ || H5Fflush(file_.id(), H5F_SCOPE_GLOBAL) >= 0);
  check(file_.reset());
  return good_;
}

}  // namespace sim::result

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <hdf5.h>

#include <algorithm>
#include <filesystem>

#include "sim/result/h5_file.hpp"

namespace sim::result {
namespace {

herr_t collect_name(hid_t, const char* name, const H5L_info_t* info, void* names) {
  if (info->type == H5L_TYPE_HARD) static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

// No file of ours has more; what claims it is none.
constexpr std::size_t kMaxAttributeOctets = 1 << 20;
constexpr std::size_t kMaxRowOctets = 1 << 16;

H5Handle open_attribute(const H5Handle& at, const char* name) {
  return {H5Aopen(at.id(), name, H5P_DEFAULT), H5Aclose};
}

template <typename T>
void read_number(const H5Handle& at, const char* name, hid_t type, T& value) {
  const H5Handle attribute = open_attribute(at, name);
  const H5Handle space(attribute.valid() ? H5Aget_space(attribute.id()) : -1, H5Sclose);
  if (space.valid() && H5Sget_simple_extent_npoints(space.id()) == 1) {
    H5Aread(attribute.id(), type, &value);
  }
}

// All texts of the attribute; empty when it is absent or of another type.
std::vector<std::string> read_texts(const H5Handle& at, const char* name) {
  const H5Handle attribute = open_attribute(at, name);
  if (!attribute.valid()) return {};
  const H5Handle type(H5Aget_type(attribute.id()), H5Tclose);
  const H5Handle space(H5Aget_space(attribute.id()), H5Sclose);
  const hssize_t n = H5Sget_simple_extent_npoints(space.id());
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 || n < 0) {
    return {};
  }
  const std::size_t bytes = H5Tget_size(type.id());
  if (bytes == 0 || static_cast<std::size_t>(n) > kMaxAttributeOctets / bytes) return {};
  std::string all(bytes * static_cast<std::size_t>(n), '\0');
  if (H5Aread(attribute.id(), type.id(), all.data()) < 0) return {};
  std::vector<std::string> texts;
  for (std::size_t at_byte = 0; at_byte < all.size(); at_byte += bytes) {
    const std::string text = all.substr(at_byte, bytes);
    texts.push_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

std::string read_text(const H5Handle& at, const char* name) {
  const auto texts = read_texts(at, name);
  return texts.empty() ? "" : texts.front();
}

}  // namespace

std::optional<TableFileReader> TableFileReader::open(const std::string& path) {
  silence_h5_errors();
  TableFileReader reader;
  std::error_code error;  // a pipe would be waited for
  if (!std::filesystem::is_regular_file(path, error)) return {};
  reader.file_ = H5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!reader.file_.valid() || !reader.read_tables()) return {};
  reader.read_attributes();
  return reader;
}

bool TableFileReader::read_tables() {
  std::vector<std::string> names;
  if (H5Literate(file_.id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names) < 0) {
    return false;
  }
  for (const std::string& name : names) {
    const H5Handle dataset(H5Dopen2(file_.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) continue;  // a group: not ours
    const H5Handle type(H5Dget_type(dataset.id()), H5Tclose);
    auto columns = columns_of(type);
    if (!columns || H5Tget_size(type.id()) > kMaxRowOctets) return false;
    const auto units = read_texts(dataset, "units");
    for (std::size_t i = 0; i < std::min(units.size(), columns->size()); ++i) {
      (*columns)[i].unit = units[i];
    }
    tables_.push_back(
        {name, read_text(dataset, "doc"), std::move(*columns), H5Tget_size(type.id())});
  }
  return true;
}

void TableFileReader::read_attributes() {
  attributes_.schema_version = 0;
  read_number(file_, "schema_version", H5T_NATIVE_INT64, attributes_.schema_version);
  read_number(file_, "seed", H5T_NATIVE_UINT64, attributes_.seed);
  read_number(file_, "simulated_s", H5T_NATIVE_DOUBLE, attributes_.simulated_s);
  attributes_.scenario = read_text(file_, "scenario");
  attributes_.scenario_sha256 = read_text(file_, "scenario_sha256");
  attributes_.start_utc = read_text(file_, "start_utc");
  attributes_.tzdata = read_text(file_, "tzdata");
  attributes_.state = read_text(file_, "state");
  attributes_.program_version = read_text(file_, "program_version");
  attributes_.commit = read_text(file_, "commit");
  attributes_.compiler = read_text(file_, "compiler");
  attributes_.flags = read_text(file_, "flags");
}

const TableSchema* TableFileReader::find(const std::string& name) const {
  const auto found = std::ranges::find(tables_, name, &TableSchema::name);
  return found == tables_.end() ? nullptr : &*found;
}

std::uint64_t TableFileReader::rows_of(const TableSchema& table) const {
  const H5Handle dataset(H5Dopen2(file_.id(), table.name.c_str(), H5P_DEFAULT), H5Dclose);
  const H5Handle space(dataset.valid() ? H5Dget_space(dataset.id()) : -1, H5Sclose);
  const hssize_t n = space.valid() ? H5Sget_simple_extent_npoints(space.id()) : 0;
  return n < 0 ? 0 : static_cast<std::uint64_t>(n);
}

bool TableFileReader::read(const TableSchema& table, std::uint64_t first, std::uint64_t n,
                           std::vector<std::uint8_t>& out) const {
  out.assign(n * table.row_bytes, 0);
  if (n == 0) return true;
  const H5Handle dataset(H5Dopen2(file_.id(), table.name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset.valid()) return false;
  const H5Handle type = record_type(table);
  const H5Handle space(H5Dget_space(dataset.id()), H5Sclose);
  const hsize_t start[1] = {first};
  const hsize_t count[1] = {n};
  const H5Handle memory(H5Screate_simple(1, count, nullptr), H5Sclose);
  return H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start, nullptr, count, nullptr) >= 0 &&
         H5Dread(dataset.id(), type.id(), memory.id(), space.id(), H5P_DEFAULT, out.data()) >= 0;
}

}  // namespace sim::result

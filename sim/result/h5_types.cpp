// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/h5_file.hpp"

#include <hdf5.h>

#include <algorithm>

namespace sim::result {
namespace {

static_assert(sizeof(hid_t) == sizeof(std::int64_t));

hid_t number_type(CellType type) {
  switch (type) {
    case CellType::u8:
      return H5T_STD_U8LE;
    case CellType::u16:
      return H5T_STD_U16LE;
    case CellType::u32:
      return H5T_STD_U32LE;
    case CellType::u64:
      return H5T_STD_U64LE;
    case CellType::i16:
      return H5T_STD_I16LE;
    case CellType::i64:
      return H5T_STD_I64LE;
    case CellType::f64:
      return H5T_IEEE_F64LE;
    case CellType::text:
      break;
  }
  return -1;
}

std::optional<CellType> cell_type_of(hid_t type) {
  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) return CellType::text;
  for (const CellType candidate : {CellType::u8, CellType::u16, CellType::u32, CellType::u64,
                                   CellType::i16, CellType::i64, CellType::f64}) {
    if (H5Tequal(type, number_type(candidate)) > 0) return candidate;
  }
  return {};
}

}  // namespace

bool H5Handle::reset() {
  const std::int64_t id = std::exchange(id_, -1);
  return id < 0 || close_ == nullptr || close_(id) >= 0;
}

void silence_h5_errors() {
  // Every handle is closed by its owner; at the end of the program the library would only try
  // again, aloud, what a full disk has refused.
  static const herr_t once = H5dont_atexit();
  static_cast<void>(once);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

H5Handle text_type(std::size_t bytes) {
  H5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), std::max<std::size_t>(bytes, 1));
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  return type;
}

H5Handle record_type(const TableSchema& schema) {
  H5Handle record(H5Tcreate(H5T_COMPOUND, schema.row_bytes), H5Tclose);
  for (const Column& column : schema.columns) {
    if (column.type == CellType::text) {
      const H5Handle text = text_type(column.bytes);
      H5Tinsert(record.id(), column.name.c_str(), column.offset, text.id());
    } else {
      H5Tinsert(record.id(), column.name.c_str(), column.offset, number_type(column.type));
    }
  }
  return record;
}

std::optional<std::vector<Column>> columns_of(const H5Handle& record) {
  if (H5Tget_class(record.id()) != H5T_COMPOUND) return {};
  std::vector<Column> columns;
  const int n = H5Tget_nmembers(record.id());
  const std::size_t row_bytes = H5Tget_size(record.id());
  for (int i = 0; i < n; ++i) {
    const auto member = static_cast<unsigned>(i);
    const H5Handle type(H5Tget_member_type(record.id(), member), H5Tclose);
    const auto cell = cell_type_of(type.id());
    char* const name = H5Tget_member_name(record.id(), member);
    if (!cell || name == nullptr) return {};
    Column column;
    column.name = name;
    column.type = *cell;
    column.bytes = H5Tget_size(type.id());
    column.offset = H5Tget_member_offset(record.id(), member);
    H5free_memory(name);
    // A cell is looked for where it is said to be.
    if (column.bytes > row_bytes || column.offset > row_bytes - column.bytes) return {};
    columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace sim::result

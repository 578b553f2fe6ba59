// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "sim/result/h5_file.hpp"

namespace sim::result {

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

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

// What the meter sent, for a person or a program to read. Whatever it sent, JSON is valid and text
// holds nothing that a terminal obeys.
namespace sim::reader {

// Any A-XDR value; what cannot be read comes out as hex behind "?".
// - Octet-strings of 12 octets that hold a valid date-time are shown as one: with its offset, or
//   without a zone when the meter names none. What the clock status says against the time stands
//   behind it; in JSON it is an object then: {"time": ..., "status": ["invalid"]}.
// - Strings that are no UTF-8 are hex in JSON, as octet-strings are, and escaped in text.
// - float32 and float64 are shortest decimals; a compact-array is an array.
std::string value_as_json(protocol::Bytes value);
std::string value_as_text(protocol::Bytes value);

// The rows of a profile buffer as a table, one line a row, columns apart by two blanks.
std::string rows_as_text(protocol::Bytes value);

// An association's object list: class, version, OBIS and access rights, one line an object.
std::string objects_as_text(protocol::Bytes value);

// A register with its scaler and unit applied: "241.4 V"; of integers the number of decimals is the
// scaler's. A value that is no number as it is.
std::string register_as_text(protocol::Bytes value, int scaler, unsigned unit);
std::string register_as_json(protocol::Bytes value, int scaler, unsigned unit);
// Blue Book table 4; "unit 99" for what is not there.
std::string unit_text(unsigned unit);

std::string hex_text(protocol::Bytes octets);

// A compact-array as the ordinary array of the same values; anything else as it is.
std::vector<std::uint8_t> plain_array(std::vector<std::uint8_t> value);

}  // namespace sim::reader

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "protocol/bytes.hpp"

namespace sim::cli {

// Any A-XDR value for a person or a program to read. Octet-strings of 12 octets that hold a valid
// date-time are shown as one. Unreadable octets come out as hex behind "?".
std::string value_as_json(protocol::Bytes value);
std::string value_as_text(protocol::Bytes value);

// The rows of a profile buffer as a table, one line a row, columns apart by two blanks.
std::string rows_as_text(protocol::Bytes value);

// An association's object list: class, version, OBIS and access rights, one line an object.
std::string objects_as_text(protocol::Bytes value);

// A register with its scaler and unit applied: "241.4 V"; the number of decimals is the scaler's.
std::string register_as_text(std::int64_t value, int scaler, unsigned unit);
// Blue Book 4.3.2, units of this meter; "unit 99" for others.
std::string unit_text(unsigned unit);

std::string hex_text(protocol::Bytes octets);

}  // namespace sim::cli

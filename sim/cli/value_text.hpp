// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "protocol/bytes.hpp"

namespace sim::cli {

// Any A-XDR value for a person or a program to read. Octet-strings of 12 octets that hold a valid
// date-time are shown as one. Unreadable octets come out as hex behind "?".
std::string value_as_json(protocol::Bytes value);
std::string value_as_text(protocol::Bytes value);

// The rows of a profile buffer as a table, one line a row, columns apart by two blanks.
std::string rows_as_text(protocol::Bytes value);

std::string hex_text(protocol::Bytes octets);

}  // namespace sim::cli

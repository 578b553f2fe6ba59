// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// What others sent, made fit for a terminal, a log or a table: nothing of it moves the cursor,
// changes colours or the direction of writing, or breaks a line.
namespace protocol {

bool is_utf8(std::string_view text);
// UTF-8 as it is; control characters (C0, DEL, C1), marks of direction and what is no UTF-8 as
// \xNN, octet by octet.
std::string printable(std::string_view text);
// A JSON text with the characters above 7Eh that printable() does not let through as \uNNNN: the
// same document. Those below are escaped in every JSON string anyway.
std::string printable_json(std::string_view json);
// A cell of a table that commas part: printable, in quotes when it must be (RFC 4180).
std::string printable_cell(std::string_view text);

}  // namespace protocol

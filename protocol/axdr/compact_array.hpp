// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

// compact-array, Blue Book 4.1.5 type 19, Green Book 9.5 Data: one type description for all
// elements, and behind it their contents without tags,
//   13h | type description | length of the contents in octets | contents
// where an array is described as 01h, number of elements (2 octets), type; a structure as 02h,
// number of fields, their types; anything else by its tag.
namespace protocol::axdr {

// Steps over type description and contents, the tag being behind `in` already.
void skip_compact_array(Reader& in);

// The same values as an ordinary array, `content` being all behind the tag: Value::content of a
// Cursor. Error::no_space when `out` is too small; Error::malformed when the contents do not fit
// the description, also when an element takes no octet, so that nobody can tell how many there are.
Result<Bytes> expand_compact_array(Bytes content, MutableBytes out);

}  // namespace protocol::axdr

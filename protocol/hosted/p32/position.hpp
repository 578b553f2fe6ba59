// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace protocol::p32 {

// From 1; columns are characters.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
Position position_of(std::string_view xml, std::size_t offset);

// Offset of the first octet that is no UTF-8 or a character that XML 1.0 does not have; size() when
// all is well.
std::size_t first_bad_character(std::string_view text);

// Where the n-th start tag (from 0) of a well-formed document begins; then, inside that tag, where
// the attribute of that name begins (the tag itself, if there is none).
std::size_t start_tag(std::string_view xml, std::size_t n);
std::size_t attribute_in_tag(std::string_view xml, std::size_t tag, std::string_view name);

// Where the first start tag with more than `attributes_max` attributes begins; size(): none.
// libxml2 compares each attribute of a tag with every other, so this is looked at before it does.
// Exact as far as the text is well-formed, and without document type declaration.
std::size_t overfull_tag(std::string_view xml, unsigned attributes_max);

// Line ends and control characters out, and not too long: safe for a log.
std::string one_line(std::string_view text);

}  // namespace protocol::p32

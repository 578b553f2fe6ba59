// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "protocol/axdr/tag.hpp"
#include "protocol/cosem/types.hpp"

// What both ends of an association know of an interface class: one struct a class in classes/, with
// kId, kVersion, kName, the indices by name, kAttributes (from 2 on, without gaps: attribute 1 is
// the logical name of them all) and kMethods (from 1 on).
namespace protocol::cosem {

namespace classes {}
using axdr::Tag;

// Blue Book access_mode of version 1; the values are the wire's.
enum class Right : std::uint8_t { none = 0, read = 1, write = 2, read_write = 3 };

// A type that the object settles, or the integer(0) of a method that needs no parameter.
inline constexpr Tag kChoice = Tag::dont_care;

struct AttributeFacts {
  std::int8_t index;
  const char* name;
  Tag type;                    // date_time: its 12 octets, as octet-string or as the date-time type
  Right strongest;             // that an association may be given
  std::uint8_t selectors = 0;  // of selective access: 1 to this one
};

struct MethodFacts {
  std::int8_t index;
  const char* name;
  Tag parameter;
};

// `value` is exactly one well-formed value of this type. Nothing is asked of a kChoice.
bool is_of_type(Tag type, Bytes value);

}  // namespace protocol::cosem

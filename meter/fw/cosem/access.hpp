// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/object_table.hpp"

namespace meter::fw {

// What an association may do with an object; nothing at all when the object is not its business.
struct Rights {
  IndexMask readable = 0;  // attributes
  IndexMask writable = 0;
  IndexMask callable = 0;  // methods
};
// As the object's row has it: an association's rights begin with these.
Rights rights_of(const Object& object, ClientIndex client);

constexpr bool includes(IndexMask mask, std::int8_t index) {
  return index >= 1 && index <= 16 && (mask & bit_of(index)) != 0;
}

}  // namespace meter::fw

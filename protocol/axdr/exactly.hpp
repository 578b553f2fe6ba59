// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/axdr/cursor.hpp"

namespace protocol::axdr {

// A number of this type and no other, as a value that a client sets must have: one of another width
// would become another number. Fails the cursor like its own steps.
inline std::uint32_t take_exactly(Tag tag, Cursor& in) {
  constexpr std::uint32_t kNoStructure = UINT32_MAX;  // has so many elements
  if (in.peek() != tag) in.structure(kNoStructure);
  return static_cast<std::uint32_t>(in.number());
}

}  // namespace protocol::axdr

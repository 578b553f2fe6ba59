// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "meter/fw/core/slice.hpp"
#include "meter/fw/cosem/objects.hpp"

namespace meter::fw {

// A row as clients see it: structure of the captured columns. False when the row cannot be read.
// `ordinal` as in RowLog.
bool put_row(const Core& core, LogId id, std::uint32_t ordinal, protocol::Writer& out);

// What a block transfer remembers between its blocks: the rows there were when it began.
struct Transfer {
  std::uint32_t first = 0;  // ordinals
  std::uint32_t end = 0;
  std::uint32_t rows = 0;  // selected ones among them
  LogId log = LogId::logs;
};

// Attribute 2 of a profile. A new transfer begins at offset 0.
protocol::cosem::AccessResult put_buffer(const Core& core, LogId id,
                                         const protocol::cosem::Selection& selection,
                                         Transfer& transfer, std::size_t offset,
                                         protocol::Writer& out, bool& more);
// Attributes 3 to 8. Capture objects are the longest.
inline constexpr std::size_t kMaxProfileAttributeOctets = 2 + kProfileColumnCount * 18;
void put_profile_attribute(const Core& core, LogId id, std::int8_t attribute,
                           protocol::Writer& out);

}  // namespace meter::fw

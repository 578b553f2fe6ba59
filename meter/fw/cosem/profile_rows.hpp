// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "meter/fw/core/core.hpp"
#include "protocol/cosem/types.hpp"

namespace meter::fw {

// A row as clients see it: structure of the captured columns, or of those wanted (places in
// columns_of(id), in any order; none: all). False when the row cannot be read. `ordinal` as in
// RowLog.
bool put_row(const Core& core, LogId id, std::uint32_t ordinal, protocol::Writer& out,
             std::span<const std::uint8_t> wanted = {});
// What a column of this log shows.
protocol::cosem::Attribute captured_attribute(LogId id, const Column& column);

}  // namespace meter::fw

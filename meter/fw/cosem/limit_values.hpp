// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/behaviour.hpp"

namespace meter::fw {

// What limiters and register monitors have in common on the wire. What cannot be is refused by
// name; a value that cannot be read is false.

// An instantaneous value of this meter.
void put_watched(ColumnId column, Writer& out);
AccessResult take_watched(const Context& context, Bytes value, ColumnId& column);
// Of the type of what is watched.
void put_threshold(ColumnId watched, std::uint32_t threshold, Writer& out);
bool take_threshold(ColumnId watched, axdr::Cursor& in, std::uint32_t& threshold);
// Two scripts of the disconnector's table: over the threshold, and under it.
void put_actions(const CrossingActions& actions, Writer& out);
bool take_actions(axdr::Cursor& in, CrossingActions& actions);

AccessResult change_limits(Context& context, const LimitSettings& next);

}  // namespace meter::fw

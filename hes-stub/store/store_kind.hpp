// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace hes {

// Whose store a file is. A run begins its own anew each time and nobody misses the one before; what
// a head-end has taken over in real time exists nowhere else.
enum class StoreKind {
  none,      // no file, or an empty one
  foreign,   // something else
  unmarked,  // SQLite without a mark, in a format of ours: of a build that set none, most likely
  of_a_run,  // begun anew and not durable (StoreOptions)
  head_end,  // durable: served in real time, if only once
};

// Of the file's header (SQLite file format, 1.3); whoever has it open is not disturbed.
StoreKind kind_of_store(const std::string& path);

// PRAGMA application_id, "amtr" and "amth".
inline constexpr std::int64_t kMarkOfARun = 0x616D7472;
inline constexpr std::int64_t kMarkOfAHeadEnd = 0x616D7468;

// PRAGMA user_version. 2: tables of reports have the columns of their shapes, in that order.
// 3: rows have the meter's capture counter. 4: and meters the counter up to which all is there.
// 5: numbers of 64 bits without a sign stand in columns that keep all their digits.
// 6: entries of event logs have magnitude and duration.
inline constexpr std::int64_t kStoreFormat = 6;

}  // namespace hes

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
  unmarked,  // SQLite without a mark: of another program, or of a build that set none
  of_a_run,  // begun anew and not durable (StoreOptions)
  head_end,  // durable: served in real time, if only once
};

// Of the file's header (SQLite file format, 1.3); whoever has it open is not disturbed.
StoreKind kind_of_store(const std::string& path);

// PRAGMA application_id, "amtr" and "amth".
inline constexpr std::int64_t kMarkOfARun = 0x616D7472;
inline constexpr std::int64_t kMarkOfAHeadEnd = 0x616D7468;

}  // namespace hes

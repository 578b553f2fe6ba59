// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace os {

// Whole files in, whole files out. An `error` is a sentence that begins with the file's name and
// has the system's reason; empty: good.

// What anybody may hand in unless its reader knows better: the largest files are inventories, some
// 300 octets a meter, and load tables, some 300 kB a home and year.
inline constexpr std::size_t kMaxInputOctets = std::size_t{1} << 30;
// For what a person writes.
inline constexpr std::size_t kMaxTextOctets = std::size_t{16} << 20;

struct Input {
  std::string text;
  std::string error;
};
// All of a file, a pipe or a device, up to so many octets: one that never ends is refused when it
// has given more. "-": standard input, where `dash` allows it.
enum class Dash { is_a_file, is_standard_input };
Input read_file(const std::string& path, std::size_t max_octets = kMaxInputOctets,
                Dash dash = Dash::is_a_file);

// A good file is replaced by a good one only: the content grows under a name of its own beside the
// file, is brought to the disk, and takes the file's name at last. What fails leaves the old file.
// Where there is no file but a device or a pipe, it is written to.
// What holds secrets is its owner's alone, and its name is on the disk, too.
enum class Readers { everybody, owner };
std::string write_file(const std::string& path, std::string_view content,
                       Readers readers = Readers::everybody);

// The second half of that for whoever writes by other means: PATH + kUnfinished becomes PATH. What
// is soon replaced again need not be on the disk first.
inline constexpr const char* kUnfinished = ".tmp";
enum class Sync { to_disk, not_yet };
std::string replace_file(const std::string& path, Sync sync = Sync::to_disk);

}  // namespace os

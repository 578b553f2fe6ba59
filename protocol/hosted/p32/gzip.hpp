// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace protocol::p32 {

// Bodies from here on travel compressed.
inline constexpr std::size_t kGzipFromOctets = 1024;

bool is_gzip(std::string_view octets);  // by its magic number
// The same input gives the same octets (no time stamp, no name).
std::string gzip(std::string_view octets);
// Nothing when damaged, cut short, followed by something else, or longer than octets_max: a bomb is
// given up at that length.
std::optional<std::string> gunzip(std::string_view octets, std::size_t octets_max);

}  // namespace protocol::p32

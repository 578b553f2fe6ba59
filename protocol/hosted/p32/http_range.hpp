// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// The one thing beside messages that P3.2Ex carries: images of orders, fetched in parts by those
// that dial (docs/p32ex.md, Images).
namespace protocol::p32 {

// Path of an image on the head-end: this, and its SHA-256 in upper-case hexadecimal.
inline constexpr char kImagePath[] = "/p32ex/1/images/";
// A part has at most so many octets.
inline constexpr std::uint32_t kImagePartOctets = 16'384;

std::string image_path(std::span<const std::uint8_t> sha256);

struct ByteRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // included
  std::uint32_t size() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};
// Range: "bytes=0-16383", one range with both ends, of at most kImagePartOctets.
std::string range_text(const ByteRange& range);
std::optional<ByteRange> parse_range(std::string_view text);

// Content-Range: "bytes 0-16383/100128".
struct ContentRange {
  ByteRange range;
  std::uint32_t total = 0;
  bool operator==(const ContentRange&) const = default;
};
std::string content_range_text(const ContentRange& part);
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace protocol::p32

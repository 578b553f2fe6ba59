// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/p32/http_range.hpp"

#include <algorithm>
#include <charconv>

namespace protocol::p32 {
namespace {

constexpr char kDigits[] = "0123456789ABCDEF";

// Digits alone in front of `end`, which is taken, too; 0: they go on to the last character.
bool take_number(std::string_view& text, char end, std::uint32_t& number) {
  const std::size_t n = end == 0 ? text.size() : text.find(end);
  if (n == std::string_view::npos) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + n, number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + n) return false;
  text.remove_prefix(std::min(text.size(), n + 1));
  return true;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

}  // namespace

std::string image_path(std::span<const std::uint8_t> sha256) {
  std::string path = kImagePath;
  for (const std::uint8_t octet : sha256) {
    path += kDigits[octet >> 4];
    path += kDigits[octet & 0xF];
  }
  return path;
}

std::string range_text(const ByteRange& range) {
  return "bytes=" + std::to_string(range.first) + '-' + std::to_string(range.last);
}

std::optional<ByteRange> parse_range(std::string_view text) {
  ByteRange range;
  const bool good = take_word(text, "bytes=") && take_number(text, '-', range.first) &&
                    take_number(text, 0, range.last) && range.first <= range.last &&
                    range.last - range.first < kImagePartOctets;
  return good ? std::optional(range) : std::nullopt;
}

std::string content_range_text(const ContentRange& part) {
  return "bytes " + std::to_string(part.range.first) + '-' + std::to_string(part.range.last) + '/' +
         std::to_string(part.total);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  ContentRange part;
  const bool good = take_word(text, "bytes ") && take_number(text, '-', part.range.first) &&
                    take_number(text, '/', part.range.last) && take_number(text, 0, part.total) &&
                    part.range.first <= part.range.last && part.range.last < part.total;
  return good ? std::optional(part) : std::nullopt;
}

}  // namespace protocol::p32

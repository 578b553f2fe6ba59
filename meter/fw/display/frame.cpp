// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/display/frame.hpp"

#include <initializer_list>

namespace meter::fw {
namespace {

// Of the segments a to g, and of the point, the common of their line.
constexpr std::array<std::uint8_t, 7> kCommonOf{0, 2, 6, 7, 5, 1, 3};
constexpr std::uint8_t kPointCommon = 4;

constexpr char kFirstCharacter = ' ';
// Letters that seven segments cannot draw stand as what comes next to them.
constexpr auto kGlyphs = std::to_array<std::uint8_t>({
    0x00, 0x00, 0x22, 0x00, 0x00, 0x00, 0x00, 0x02,  //  !"#$%&'
    0x39, 0x0F, 0x00, 0x70, 0x00, 0x40, 0x00, 0x52,  // ()*+,-./
    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07,  // 0 to 7
    0x7F, 0x6F, 0x00, 0x00, 0x00, 0x48, 0x00, 0x53,  // 89:;<=>?
    0x00, 0x77, 0x7C, 0x39, 0x5E, 0x79, 0x71, 0x3D,  // @AbCdEFG
    0x76, 0x30, 0x1E, 0x75, 0x38, 0x55, 0x54, 0x5C,  // HIJkLMno
    0x73, 0x67, 0x50, 0x6D, 0x78, 0x3E, 0x1C, 0x6A,  // PqrStUvW
    0x64, 0x6E, 0x1B, 0x00, 0x00, 0x00, 0x00, 0x08,  // xYZ    _
});

}  // namespace

std::uint8_t glyph_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  const int place = c - kFirstCharacter;
  if (place < 0 || place >= static_cast<int>(kGlyphs.size())) return 0;
  return kGlyphs[static_cast<std::size_t>(place)];
}

std::uint8_t Frame::commons_of(char c) {
  const std::uint8_t glyph = glyph_of(c);
  unsigned commons = 0;
  for (std::size_t k = 0; k < kCommonOf.size(); ++k) {
    if ((glyph >> k & 1u) != 0) commons |= 1u << kCommonOf[k];
  }
  return static_cast<std::uint8_t>(commons);
}

void Frame::light(Symbol symbol, bool on) {
  const auto place = static_cast<std::size_t>(symbol);
  if (on) segments_[kSymbolLine + place / 8] |= static_cast<std::uint8_t>(1u << place % 8);
}

void Frame::point(std::size_t line) {
  segments_[line] |= static_cast<std::uint8_t>(1u << kPointCommon);
}

void Frame::text(std::size_t line, std::size_t digits, std::string_view characters) {
  std::size_t place = 0;
  for (const char c : characters) {
    if (c == '.' && place > 0) {
      point(line + place - 1);
    } else if (place < digits) {
      digit(line + place++, c);
    } else {
      return;
    }
  }
}

}  // namespace meter::fw

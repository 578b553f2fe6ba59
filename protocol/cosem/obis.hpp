// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "protocol/cosem/types.hpp"

namespace protocol::cosem {

// "1.0.1.8.0" or "1.0.1.8.0.255" (F missing: 255), each value 0..255 in decimal; also the written
// forms of IEC 62056-61 "1-0:1.8.0" and "1-0:1.8.0*255".
std::optional<Obis> parse_obis(std::string_view text);

// "1.0.1.8.0.255" in a buffer of its own, so that no heap is needed.
class ObisText {
 public:
  explicit ObisText(const Obis& obis);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_{};  // 6 * 3 digits + 5 dots
  std::uint8_t size_ = 0;
};

}  // namespace protocol::cosem

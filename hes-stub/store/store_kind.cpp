// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/store_kind.hpp"

#include <array>
#include <fstream>
#include <string_view>

namespace hes {

StoreKind kind_of_store(const std::string& path) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kHeaderOctets = 100;
  constexpr std::size_t kUserVersionAt = 60;
  constexpr std::size_t kApplicationIdAt = 68;
  std::ifstream file(path, std::ios::binary);
  std::array<char, kHeaderOctets> header{};
  file.read(header.data(), header.size());
  const auto n = static_cast<std::size_t>(file.gcount());
  if (n == 0) return StoreKind::none;
  if (n < header.size() || std::string_view(header.data(), kMagic.size()) != kMagic) {
    return StoreKind::foreign;
  }
  const auto number_at = [&](std::size_t at) {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      number = number << 8 | static_cast<std::uint8_t>(header[at + i]);
    }
    return number;
  };
  const std::int64_t mark = number_at(kApplicationIdAt);
  const std::int64_t format = number_at(kUserVersionAt);
  if (mark == kMarkOfARun) return StoreKind::of_a_run;
  if (mark == kMarkOfAHeadEnd) return StoreKind::head_end;
  const bool may_be_ours = mark == 0 && format >= 1 && format <= kStoreFormat;
  return may_be_ours ? StoreKind::unmarked : StoreKind::foreign;
}

}  // namespace hes

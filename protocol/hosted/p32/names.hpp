// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <span>

// Enumerations as they are written: names_of_type() beside each gives its words, in the order of
// its values. XSD, text and lint all take them from there.
namespace protocol::p32 {

using Names = std::span<const char* const>;

template <typename E>
concept Named = requires(E e) {
  names_of_type(e);
};

// "loadProfile", "relay", "communication".
template <Named E>
constexpr const char* name_of(E value) {
  return names_of_type(value)[static_cast<std::size_t>(value)];
}

// The same words as names of elements: "LoadProfile".
template <std::size_t n>
class ElementNames {
 public:
  constexpr explicit ElementNames(const char* const (&words)[n]) {
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; words[k][i] != 0; ++i) text_[k].at(i) = words[k][i];
      text_[k][0] = static_cast<char>(text_[k][0] - 'a' + 'A');
    }
  }
  constexpr const char* operator[](std::size_t k) const { return text_[k].data(); }

 private:
  static constexpr std::size_t kOctetsMax = 32;  // with the zero behind
  std::array<std::array<char, kOctetsMax>, n> text_{};
};

}  // namespace protocol::p32

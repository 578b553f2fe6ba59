// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/p32/order.hpp"

// Values as text and back. take() refuses what put() would never write and what is no such value;
// numbers and truth values are also taken in the looser spellings of the XSD ("+5", " 007 ", "1").
namespace protocol::p32 {

template <typename T>
concept Number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

void put_utc(UtcMs at, std::string& out);
bool take_utc(std::string_view text, UtcMs& at);
// "2026-01-05T00:15:00" or with ".25"; local time of `at`.
void put_local(const MeterTime& at, std::string& out);
// Needs at.deviation_min.
bool take_local(std::string_view text, MeterTime& at);
void put_time_of_day(std::uint32_t s, std::string& out);  // "06:00:00"
bool take_time_of_day(std::string_view text, std::uint32_t& s);

void put_hex(Bytes octets, std::string& out);
bool take_hex(std::string_view text, Octets& octets);
void put_base64(Bytes octets, std::string& out);
bool take_base64(std::string_view text, Octets& octets);  // white space between groups is fine

std::string_view trimmed(std::string_view text);

template <Number T>
void put(const T& value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, std::end(digits), value).ptr);
}
template <Number T>
bool take(std::string_view text, T& value) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

inline void put(const bool& value, std::string& out) { out += value ? "true" : "false"; }
bool take(std::string_view text, bool& value);

inline void put(const std::string& value, std::string& out) { out += value; }
inline bool take(std::string_view text, std::string& value) {
  value.assign(text);
  return true;
}

inline void put(const Octets& value, std::string& out) { put_hex(value, out); }
inline bool take(std::string_view text, Octets& value) { return take_hex(text, value); }

void put(const cosem::Obis& value, std::string& out);
bool take(std::string_view text, cosem::Obis& value);
void put(const DatePattern& value, std::string& out);  // "*-04-01"
bool take(std::string_view text, DatePattern& value);

inline void put(const Priority& value, std::string& out) {
  put(static_cast<std::uint8_t>(value), out);
}
bool take(std::string_view text, Priority& value);

template <Named E>
void put(const E& value, std::string& out) {
  out += names_of_type(value)[static_cast<std::size_t>(value)];
}
template <Named E>
bool take(std::string_view text, E& value) {
  const Names names = names_of_type(value);
  for (std::size_t k = 0; k < names.size(); ++k) {
    if (text != names[k]) continue;
    value = static_cast<E>(k);
    return true;
  }
  return false;
}

// Lists are separated by blanks.
template <typename List>
void put_list(const List& values, std::string& out) {
  bool first = true;
  for (const auto& value : values) {
    if (!first) out += ' ';
    first = false;
    put(value, out);
  }
}
// The next word of `text`, which loses it; empty at the end.
std::string_view next_word(std::string_view& text);

template <typename T>
bool take_list(std::string_view text, std::vector<T>& values) {
  values.clear();
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    if (!take(word, values.emplace_back())) return false;
  }
  return true;
}
template <typename T, std::size_t n>
bool take_list(std::string_view text, std::array<T, n>& values) {
  for (T& value : values) {
    if (!take(next_word(text), value)) return false;
  }
  return next_word(text).empty();
}

}  // namespace protocol::p32

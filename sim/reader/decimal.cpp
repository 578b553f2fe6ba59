// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace sim::reader {
namespace {

using protocol::axdr::Tag;
using protocol::axdr::Value;

constexpr int kMostZeros = 40;

std::uint64_t big_endian(protocol::Bytes octets, std::uint64_t number = 0) {
  for (const std::uint8_t octet : octets) number = number << 8 | octet;
  return number;
}

// "1.25e+01"; of 32 bits as few digits as tell one float from the next.
std::string scientific(const Value& value) {
  char text[40];
  const std::uint64_t bits = big_endian(value.content);
  const auto [end, error] =
      value.tag == Tag::float32
          ? std::to_chars(text, text + sizeof(text),
                          std::bit_cast<float>(static_cast<std::uint32_t>(bits)),
                          std::chars_format::scientific)
          : std::to_chars(text, text + sizeof(text), std::bit_cast<double>(bits),
                          std::chars_format::scientific);
  return {text, end};
}

}  // namespace

std::int64_t integer_of(const Value& value) {
  const bool is_signed = value.tag == Tag::integer || value.tag == Tag::long_ ||
                         value.tag == Tag::double_long || value.tag == Tag::long64;
  const bool negative = is_signed && !value.content.empty() && (value.content[0] & 0x80) != 0;
  return static_cast<std::int64_t>(big_endian(value.content, negative ? ~std::uint64_t{0} : 0));
}

double real_of(const Value& value) { return std::strtod(scientific(value).c_str(), nullptr); }

std::optional<Decimal> decimal_of(const Value& value) {
  switch (value.tag) {
    case Tag::integer:
    case Tag::long_:
    case Tag::double_long:
    case Tag::long64: {
      const std::int64_t number = integer_of(value);
      const auto magnitude = static_cast<std::uint64_t>(number);
      return Decimal{number < 0, std::to_string(number < 0 ? 0 - magnitude : magnitude), 0};
    }
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::double_long_unsigned:
    case Tag::long64_unsigned:
    case Tag::enum_:
      return Decimal{false, std::to_string(static_cast<std::uint64_t>(integer_of(value))), 0};
    case Tag::float32:
    case Tag::float64:
      break;
    default:
      return std::nullopt;
  }
  if (!std::isfinite(real_of(value))) return std::nullopt;
  std::string text = scientific(value);
  Decimal decimal;
  decimal.negative = text.front() == '-';
  const std::size_t e = text.find('e');
  for (const char c : text.substr(0, e)) {
    if (c >= '0' && c <= '9') decimal.digits += c;
  }
  decimal.exponent = std::atoi(text.c_str() + e + 1) - static_cast<int>(decimal.digits.size()) + 1;
  if (decimal.digits == "0") decimal.exponent = 0;
  return decimal;
}

std::string decimal_text(const Decimal& value, int scaler) {
  const std::string sign = value.negative ? "-" : "";
  std::string digits = value.digits;
  const int exponent = value.exponent + scaler;
  if (exponent > kMostZeros || exponent < -kMostZeros - static_cast<int>(digits.size())) {
    if (digits == "0") return sign + digits;
    return fmt::format("{}{}e{}", sign, digits, exponent);
  }
  if (exponent >= 0) {
    return sign + digits +
           (digits == "0" ? "" : std::string(static_cast<std::size_t>(exponent), '0'));
  }
  const auto decimals = static_cast<std::size_t>(-exponent);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, ".");
  return sign + digits;
}

}  // namespace sim::reader

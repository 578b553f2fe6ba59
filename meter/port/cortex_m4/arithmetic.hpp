// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "meter/fw/measure/metrology.hpp"

// What the firmware does with doubles, one operation at a time. Image and host are asked the same:
// on one it is a routine of a library, on the other an instruction, and law 1 needs the same bits.
namespace meter::port {

enum class Operation : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  root,
  from_integer,  // both signed and unsigned, 64 and 32 bits
  to_integer,    // the same; zero for what does not fit
  through_float,
};

template <typename Integer>
std::uint64_t integer_of(double x, double least, double limit) {
  return x >= least && x < limit ? static_cast<std::uint64_t>(static_cast<Integer>(x)) : 0;
}
template <typename Integer>
std::uint64_t double_of(std::uint64_t number) {
  return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<Integer>(number)));
}

// `x` and `y` as bits of doubles, or of an integer. What is no number is one of them: IEEE 754
// leaves the others open.
inline std::uint64_t apply(Operation operation, std::uint64_t x, std::uint64_t y) {
  const auto a = std::bit_cast<double>(x);
  const auto b = std::bit_cast<double>(y);
  const auto bits = [](double result) {
    return result == result ? std::bit_cast<std::uint64_t>(result) : 0x7FF8'0000'0000'0000u;
  };
  switch (operation) {
    case Operation::add:
      return bits(a + b);
    case Operation::subtract:
      return bits(a - b);
    case Operation::multiply:
      return bits(a * b);
    case Operation::divide:
      return bits(a / b);
    case Operation::root:
      return bits(fw::square_root(a));
    case Operation::from_integer:
      return double_of<std::int64_t>(x) ^ std::rotl(double_of<std::uint64_t>(x), 1) ^
             std::rotl(double_of<std::int32_t>(x), 2) ^ std::rotl(double_of<std::uint32_t>(x), 3);
    case Operation::to_integer:
      return integer_of<std::int64_t>(a, -0x1p63, 0x1p63) ^
             std::rotl(integer_of<std::uint64_t>(a, 0, 0x1p64), 1) ^
             std::rotl(integer_of<std::int32_t>(a, -0x1p31, 0x1p31), 2) ^
             std::rotl(integer_of<std::uint32_t>(a, 0, 0x1p32), 3);
    case Operation::through_float:
      return bits(static_cast<double>(static_cast<float>(a)));
  }
  return 0;
}

}  // namespace meter::port

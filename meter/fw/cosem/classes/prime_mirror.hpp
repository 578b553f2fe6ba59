// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/prime/service_node.hpp"

namespace meter::fw {

using protocol::prime::Pib;

// An attribute that shows an entry of the MAC's information base, which knows numbers only.
struct Mirror {
  Pib pib;
  Tag type;
};
// The attributes of a class from 2 on, with the types that the class declares.
template <typename Class, std::size_t n>
constexpr std::array<Mirror, n> mirrors_of(const Pib (&pibs)[n]) {
  static_assert(n == std::size(Class::kAttributes));
  std::array<Mirror, n> mirrors{};
  for (std::size_t k = 0; k < n; ++k) mirrors[k] = {pibs[k], Class::kAttributes[k].type};
  return mirrors;
}

// An octet-string is of 6 octets: a sub-network address.
void put_mirror(const prime::ServiceNode& node, const Mirror& mirror, Writer& out);
inline void get_mirror(const Context& context, std::span<const Mirror> mirrors,
                       std::int8_t attribute, Answer& answer) {
  PROTOCOL_ASSERT(context.node != nullptr);
  put_mirror(*context.node, mirrors[static_cast<std::size_t>(attribute - 2)], answer.value);
}

}  // namespace meter::fw

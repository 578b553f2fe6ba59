// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/cosem/types.hpp"

namespace protocol::orders {

// What a client does with a meter for an order, one after another. An order of steps can be begun
// again from the first one.
struct Step {
  enum class Service : std::uint8_t { set, action, read_back } service = Service::set;
  cosem::Attribute target;          // or the method
  std::vector<std::uint8_t> value;  // A-XDR; read_back: what must be read
};

template <typename Write>
std::vector<std::uint8_t> value_of(std::size_t room_octets, Write&& write) {
  std::vector<std::uint8_t> octets(room_octets);
  Writer out(octets);
  write(out);
  octets.resize(out.ok() ? out.size() : 0);
  return octets;
}

}  // namespace protocol::orders

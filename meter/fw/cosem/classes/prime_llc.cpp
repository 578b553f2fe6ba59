// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/prime/service_node.hpp"

namespace meter::fw {

using classes::PrimeLlc;

template <>
void Behaviour<PrimeLlc>::get(const Context& context, const Object&, std::int8_t attribute,
                              Answer& answer) {
  PROTOCOL_ASSERT(context.node != nullptr);
  const bool own = attribute == 2;
  axdr::put_long_unsigned(own ? context.node->address_432() : protocol::prime::k432Base,
                          answer.value);
}

}  // namespace meter::fw

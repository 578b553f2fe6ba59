// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {

using classes::PrimeNetwork;

// Of these lists a node without such tables knows the switch it follows.
template <>
void Behaviour<PrimeNetwork>::get(const Context& context, const Object&, std::int8_t attribute,
                                  Answer& answer) {
  PROTOCOL_ASSERT(context.node != nullptr);
  constexpr std::int32_t kCentidecibel = 100;
  const prime::ServiceNode& node = *context.node;
  Writer& out = answer.value;
  const bool followed = node.state() != prime::NodeState::disconnected;
  if (attribute != PrimeNetwork::kAvailableSwitches || !followed) {
    return axdr::begin_array(0, out);
  }
  axdr::begin_array(1, out);
  axdr::begin_structure(5, out);
  put_mirror(node, {Pib::sna, Tag::octet_string}, out);
  put_mirror(node, {Pib::sid, Tag::long_}, out);
  const std::uint64_t level = node.pib(Pib::node_hierarchy_level).value_or(1);
  axdr::put_integer(static_cast<std::int8_t>(level > 0 ? level - 1 : 0), out);
  axdr::put_integer(0, out);  // receive level: the modem does not tell
  axdr::put_integer(static_cast<std::int8_t>(node.switch_snr_cdb() / kCentidecibel), out);
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {
namespace {

constexpr auto kMirrors = mirrors_of<classes::PrimeMacFunctional>(
    {Pib::lnid, Pib::lsid, Pib::sid, Pib::sna, Pib::state, Pib::scp_length_symbols,
     Pib::node_hierarchy_level, Pib::beacon_slot_count, Pib::beacon_rx_slot, Pib::beacon_tx_slot,
     Pib::beacon_rx_frequency, Pib::beacon_tx_frequency, Pib::capabilities});

}  // namespace

template <>
void Behaviour<classes::PrimeMacFunctional>::get(const Context& context, const Object&,
                                                 std::int8_t attribute, Answer& answer) {
  return get_mirror(context, kMirrors, attribute, answer);
}

}  // namespace meter::fw

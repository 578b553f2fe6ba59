// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {
namespace {

constexpr auto kMirrors = mirrors_of<classes::PrimeMacCounters>(
    {Pib::tx_data_packets, Pib::rx_data_packets, Pib::tx_control_packets, Pib::rx_control_packets,
     Pib::csma_fail, Pib::csma_channel_busy});

}  // namespace

template <>
void Behaviour<classes::PrimeMacCounters>::get(const Context& context, const Object&,
                                               std::int8_t attribute, Answer& answer) {
  return get_mirror(context, kMirrors, attribute, answer);
}

}  // namespace meter::fw

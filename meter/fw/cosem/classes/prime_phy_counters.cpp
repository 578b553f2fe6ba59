// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {
namespace {

constexpr auto kMirrors = mirrors_of<classes::PrimePhyCounters>(
    {Pib::phy_crc_incorrect, Pib::phy_crc_fail, Pib::phy_tx_drop, Pib::phy_rx_drop});

}  // namespace

template <>
void Behaviour<classes::PrimePhyCounters>::get(const Context& context, const Object&,
                                               std::int8_t attribute, Answer& answer) {
  return get_mirror(context, kMirrors, attribute, answer);
}

}  // namespace meter::fw

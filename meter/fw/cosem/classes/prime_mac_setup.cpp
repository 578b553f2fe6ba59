// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {
namespace {

// Beacons a frame are the base node's, and no entry of ours.
constexpr std::int8_t kBeaconsPerFrame = 5;
constexpr auto kMirrors = mirrors_of<classes::PrimeMacSetup>(
    {Pib::min_switch_search_time_s, Pib::max_promotion_pdu, Pib::promotion_pdu_tx_period_s,
     Pib::beacon_slot_count, Pib::scp_max_tx_attempts, Pib::ctl_retx_timer_s, Pib::max_ctl_retx});

}  // namespace

template <>
void Behaviour<classes::PrimeMacSetup>::get(const Context& context, const Object&,
                                            std::int8_t attribute, Answer& answer) {
  if (attribute == kBeaconsPerFrame) {
    return axdr::put_unsigned(protocol::prime::kMaxBeaconSlots, answer.value);
  }
  return get_mirror(context, kMirrors, attribute, answer);
}

}  // namespace meter::fw

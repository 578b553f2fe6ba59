// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/core/revision.hpp"
#include "meter/fw/cosem/behaviour.hpp"
#include "meter/fw/cosem/object_row.hpp"
#include "meter/fw/prime/service_node.hpp"

namespace meter::fw {
namespace {

using classes::PrimeApplication;
using classes::PrimeLlc;
using classes::PrimeMacCounters;
using classes::PrimeMacFunctional;
using classes::PrimeMacSetup;
using classes::PrimeNetwork;
using classes::PrimePhyCounters;
using protocol::prime::Pib;

constexpr std::size_t kSnaOctets = 6;
// Beacons a frame are the base node's, and no entry of ours.
constexpr std::int8_t kBeaconsPerFrame = 5;
constexpr std::uint16_t kNotAssigned = 0xFFFF;  // by the PRIME Alliance

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
constexpr auto kPhyCounters = mirrors_of<PrimePhyCounters>(
    {Pib::phy_crc_incorrect, Pib::phy_crc_fail, Pib::phy_tx_drop, Pib::phy_rx_drop});
constexpr auto kMacSetup = mirrors_of<PrimeMacSetup>(
    {Pib::min_switch_search_time_s, Pib::max_promotion_pdu, Pib::promotion_pdu_tx_period_s,
     Pib::beacon_slot_count, Pib::scp_max_tx_attempts, Pib::ctl_retx_timer_s, Pib::max_ctl_retx});
constexpr auto kMacFunctional = mirrors_of<PrimeMacFunctional>(
    {Pib::lnid, Pib::lsid, Pib::sid, Pib::sna, Pib::state, Pib::scp_length_symbols,
     Pib::node_hierarchy_level, Pib::beacon_slot_count, Pib::beacon_rx_slot, Pib::beacon_tx_slot,
     Pib::beacon_rx_frequency, Pib::beacon_tx_frequency, Pib::capabilities});
constexpr auto kMacCounters = mirrors_of<PrimeMacCounters>(
    {Pib::tx_data_packets, Pib::rx_data_packets, Pib::tx_control_packets, Pib::rx_control_packets,
     Pib::csma_fail, Pib::csma_channel_busy});

void put_octets(std::uint64_t value, std::size_t n, Writer& out) {
  while (n-- > 0) out.u8(static_cast<std::uint8_t>(value >> 8 * n));
}

// An octet-string is of 6 octets: a sub-network address.
void put_mirror(const prime::ServiceNode& node, const Mirror& mirror, Writer& out) {
  const std::uint64_t value = node.pib(mirror.pib).value_or(0);
  axdr::put_tag(mirror.type, out);
  if (mirror.type == Tag::octet_string) {
    axdr::put_length(kSnaOctets, out);
    put_octets(value, kSnaOctets, out);
  } else if (mirror.type == Tag::double_long_unsigned) {
    put_octets(value, 4, out);
  } else if (mirror.type == Tag::long_unsigned || mirror.type == Tag::long_) {
    put_octets(value, 2, out);
  } else {
    PROTOCOL_ASSERT(mirror.type == Tag::unsigned_ || mirror.type == Tag::integer ||
                    mirror.type == Tag::enum_);
    put_octets(value, 1, out);
  }
}
void get_mirror(const Context& context, std::span<const Mirror> mirrors, std::int8_t attribute,
                Answer& answer) {
  PROTOCOL_ASSERT(context.node != nullptr);
  put_mirror(*context.node, mirrors[static_cast<std::size_t>(attribute - 2)], answer.value);
}

}  // namespace

template <>
void Behaviour<PrimeLlc>::get(const Context& context, const Object&, std::int8_t attribute,
                              Answer& answer) {
  PROTOCOL_ASSERT(context.node != nullptr);
  const bool own = attribute == 2;
  axdr::put_long_unsigned(own ? context.node->address_432() : protocol::prime::k432Base,
                          answer.value);
}

template <>
void Behaviour<PrimePhyCounters>::get(const Context& context, const Object&, std::int8_t attribute,
                                      Answer& answer) {
  get_mirror(context, kPhyCounters, attribute, answer);
}

template <>
void Behaviour<PrimeMacSetup>::get(const Context& context, const Object&, std::int8_t attribute,
                                   Answer& answer) {
  if (attribute == kBeaconsPerFrame) {
    return axdr::put_unsigned(protocol::prime::kMaxBeaconSlots, answer.value);
  }
  get_mirror(context, kMacSetup, attribute, answer);
}

template <>
void Behaviour<PrimeMacFunctional>::get(const Context& context, const Object&,
                                        std::int8_t attribute, Answer& answer) {
  get_mirror(context, kMacFunctional, attribute, answer);
}

template <>
void Behaviour<PrimeMacCounters>::get(const Context& context, const Object&, std::int8_t attribute,
                                      Answer& answer) {
  get_mirror(context, kMacCounters, attribute, answer);
}

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

template <>
void Behaviour<PrimeApplication>::get(const Context&, const Object&, std::int8_t attribute,
                                      Answer& answer) {
  if (attribute == PrimeApplication::kFirmwareVersion) {
    put_text(kRevision, answer.value);
  } else {
    axdr::put_long_unsigned(kNotAssigned, answer.value);  // vendor and product
  }
}

}  // namespace meter::fw

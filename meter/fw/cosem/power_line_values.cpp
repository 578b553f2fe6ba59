// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The power line as objects: classes 80 to 86 of the Blue Book over the MAC's information base.
#include <string_view>

#include "meter/fw/core/revision.hpp"
#include "meter/fw/cosem/cosem_server.hpp"
#include "meter/fw/prime/service_node.hpp"
#include "protocol/axdr/encode.hpp"

namespace meter::fw {
namespace {

namespace axdr = protocol::axdr;
using protocol::Writer;
using protocol::prime::Pib;

// Unverified, as all of these classes' encodings are: written from public client software.
constexpr std::uint16_t kVendorId = 0xFFFF;  // none was assigned by the PRIME Alliance
constexpr std::uint16_t kProductId = 0xFFFF;
constexpr std::uint8_t kBeaconsPerFrame = protocol::prime::kMaxBeaconSlots;  // the base node's
constexpr std::size_t kSnaOctets = 6;

// How an attribute is written; the information base knows numbers only.
enum class Form : std::uint8_t { u8, u16, i16, u32, enumeration, sna };
struct Mirror {
  Pib pib;
  Form form;
};

constexpr Mirror kPhyCounters[] = {{Pib::phy_crc_incorrect, Form::u16},
                                   {Pib::phy_crc_fail, Form::u16},
                                   {Pib::phy_tx_drop, Form::u16},
                                   {Pib::phy_rx_drop, Form::u16}};
constexpr Mirror kMacSetup[] = {{Pib::min_switch_search_time_s, Form::u8},
                                {Pib::max_promotion_pdu, Form::u8},
                                {Pib::promotion_pdu_tx_period_s, Form::u8},
                                {Pib::beacon_slot_count, Form::u8},  // see put_power_line
                                {Pib::scp_max_tx_attempts, Form::u8},
                                {Pib::ctl_retx_timer_s, Form::u8},
                                {Pib::max_ctl_retx, Form::u8}};
constexpr Mirror kMacFunctional[] = {{Pib::lnid, Form::i16},
                                     {Pib::lsid, Form::u8},
                                     {Pib::sid, Form::u8},
                                     {Pib::sna, Form::sna},
                                     {Pib::state, Form::enumeration},
                                     {Pib::scp_length_symbols, Form::i16},
                                     {Pib::node_hierarchy_level, Form::u8},
                                     {Pib::beacon_slot_count, Form::u8},
                                     {Pib::beacon_rx_slot, Form::u8},
                                     {Pib::beacon_tx_slot, Form::u8},
                                     {Pib::beacon_rx_frequency, Form::u8},
                                     {Pib::beacon_tx_frequency, Form::u8},
                                     {Pib::capabilities, Form::u16}};
constexpr Mirror kMacCounters[] = {
    {Pib::tx_data_packets, Form::u32},    {Pib::rx_data_packets, Form::u32},
    {Pib::tx_control_packets, Form::u32}, {Pib::rx_control_packets, Form::u32},
    {Pib::csma_fail, Form::u32},          {Pib::csma_channel_busy, Form::u32}};
constexpr std::uint8_t kFirstValue = 2;  // attribute 1 is the logical name

void put_number(std::uint64_t value, Form form, Writer& out) {
  switch (form) {
    case Form::u8:
      return axdr::put_unsigned(static_cast<std::uint8_t>(value), out);
    case Form::u16:
      return axdr::put_long_unsigned(static_cast<std::uint16_t>(value), out);
    case Form::i16:
      return axdr::put_long(static_cast<std::int16_t>(value), out);
    case Form::u32:
      return axdr::put_double_long_unsigned(static_cast<std::uint32_t>(value), out);
    case Form::enumeration:
      return axdr::put_enum(static_cast<std::uint8_t>(value), out);
    case Form::sna: {
      std::array<std::uint8_t, kSnaOctets> octets;
      for (std::size_t k = 0; k < octets.size(); ++k) {
        octets[k] = static_cast<std::uint8_t>(value >> 8 * (kSnaOctets - 1 - k));
      }
      return axdr::put_octet_string(octets, out);
    }
  }
}

void put_mirror(const prime::ServiceNode& node, std::span<const Mirror> mirrors,
                std::int8_t attribute, Writer& out) {
  const Mirror& mirror = mirrors[static_cast<std::size_t>(attribute - kFirstValue)];
  put_number(node.pib(mirror.pib).value_or(0), mirror.form, out);
}

// Lists: multicast entries, switch table, direct table, available switches, connections. Of these
// a node without such tables knows the switch it follows.
void put_network_list(const prime::ServiceNode& node, std::int8_t attribute, Writer& out) {
  constexpr std::int8_t kAvailableSwitches = 5;
  constexpr std::int32_t kCentidecibel = 100;
  const bool followed = node.state() != prime::NodeState::disconnected;
  if (attribute != kAvailableSwitches || !followed) return axdr::begin_array(0, out);
  axdr::begin_array(1, out);
  axdr::begin_structure(5, out);
  put_number(node.pib(Pib::sna).value_or(0), Form::sna, out);
  put_number(node.pib(Pib::sid).value_or(0), Form::i16, out);
  const std::uint64_t level = node.pib(Pib::node_hierarchy_level).value_or(1);
  axdr::put_integer(static_cast<std::int8_t>(level > 0 ? level - 1 : 0), out);
  axdr::put_integer(0, out);  // receive level: the modem does not tell
  axdr::put_integer(static_cast<std::int8_t>(node.switch_snr_cdb() / kCentidecibel), out);
}

}  // namespace

void CosemServer::put_power_line(const Object& object, std::int8_t attribute, Writer& out) const {
  PROTOCOL_ASSERT(node_ != nullptr);
  constexpr std::int8_t kBeaconsPerFrameAttribute = 5;
  if (object.class_id == kPrimeLlcClass) {
    const std::uint16_t own = node_->address_432();
    return axdr::put_long_unsigned(attribute == 2 ? own : protocol::prime::k432Base, out);
  }
  if (object.class_id == kPrimePhyCountersClass) {
    return put_mirror(*node_, kPhyCounters, attribute, out);
  }
  if (object.class_id == kPrimeMacSetupClass) {
    if (attribute == kBeaconsPerFrameAttribute) return axdr::put_unsigned(kBeaconsPerFrame, out);
    return put_mirror(*node_, kMacSetup, attribute, out);
  }
  if (object.class_id == kPrimeMacFunctionalClass) {
    return put_mirror(*node_, kMacFunctional, attribute, out);
  }
  if (object.class_id == kPrimeMacCountersClass) {
    return put_mirror(*node_, kMacCounters, attribute, out);
  }
  if (object.class_id == kPrimeNetworkClass) return put_network_list(*node_, attribute, out);
  if (object.class_id == kMacAddressClass) {
    return axdr::put_octet_string(Bytes(parts_.core.identity.plc_eui48), out);
  }
  constexpr std::string_view kText(kRevision);
  if (attribute == 3) return axdr::put_long_unsigned(kVendorId, out);
  if (attribute == 4) return axdr::put_long_unsigned(kProductId, out);
  axdr::put_octet_string({reinterpret_cast<const std::uint8_t*>(kText.data()), kText.size()}, out);
}

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/service_node.hpp"

#include <algorithm>

namespace meter::fw::prime {

using namespace protocol::prime;

ServiceNode::ServiceNode(const ServiceNodeConfig& config, ModemPort& modem, ServiceNodeOwner& owner)
    : core_(config, modem, owner, *this) {}

void ServiceNode::start() {
  PROTOCOL_ASSERT(core_.phase == Phase::off);
  connection_.start();
  const Inside inside(*this);
  registration_.search();
}

void ServiceNode::stop() {
  if (core_.phase != Phase::off) registration_.stop();
}

bool ServiceNode::send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie) {
  const bool taken = connection_.send(s_lsap, d_lsap, lsdu, cookie);
  if (taken && !inside_) connection_.pump();
  return taken;
}

void ServiceNode::demote() {
  if (!core_.is_switch()) return;
  const Inside inside(*this);
  switching_.demote();
}

std::int64_t ServiceNode::deadline_us() const {
  return std::min({core_.transmitter.deadline_us(), registration_.deadline_us(),
                   keep_alive_.deadline_us(), broadcasts_.deadline_us(),
                   connection_.deadline_us()});
}

void ServiceNode::on_time() {
  const Inside inside(*this);
  const std::int64_t now = core_.now_us();
  core_.transmitter.on_time(now);
  if (registration_.deadline_us() <= now) registration_.on_time();
  if (keep_alive_.deadline_us() <= now) {
    ++core_.counters.keep_alive_lost;
    registration_.search();
  }
  if (broadcasts_.deadline_us() <= now) broadcasts_.end();
  if (connection_.on_time(now)) registration_.leave_path();
}

void ServiceNode::on_beacon(const HeardBeacon& heard) {
  const Inside inside(*this);
  const auto beacon = decode_beacon(heard.mpdu);
  if (beacon) {
    registration_.on_beacon(heard, *beacon);
  } else {
    ++core_.counters.malformed;
  }
}

void ServiceNode::on_beacon_lost() {
  const Inside inside(*this);
  if (core_.phase != Phase::registering && core_.phase != Phase::registered) return;
  ++core_.counters.beacons_lost;
  registration_.search();
}

void ServiceNode::on_transmitted(std::uint32_t tag, bool sent) {
  if (tag == kDataTag) connection_.on_transmitted(sent);
}

// ---- Information base ----

std::optional<std::uint64_t> ServiceNode::pib(Pib attribute) const {
  switch (attribute) {
    case Pib::min_switch_search_time_s:
      return kMinSwitchSearchUs / 1'000'000;
    case Pib::max_promotion_pdu:
      return kMaxPromotionPdu;
    case Pib::promotion_pdu_tx_period_s:
      return kPromotionPduPeriodUs / 1'000'000;
    case Pib::scp_max_tx_attempts:
      return kScpMaxTxAttempts;
    case Pib::ctl_retx_timer_s:
      return kCtlReTxTimerUs / 1'000'000;
    case Pib::max_ctl_retx:
      return kMaxCtlReTx;
    case Pib::ema_smoothing:
      return kEmaShift;
    case Pib::capabilities:
      return kCapabilities;
    default:
      break;
  }
  const std::optional<std::uint64_t> value = pib_network(attribute);
  return value ? value : pib_counter(attribute);
}

std::optional<std::uint64_t> ServiceNode::pib_network(Pib attribute) const {
  const auto frames = [](std::uint8_t code) { return std::uint64_t{1} << code; };
  switch (attribute) {
    case Pib::lnid:
      return core_.lnid;
    case Pib::lsid:
      return core_.lsid;
    case Pib::sid:
      return core_.sid;
    case Pib::sna: {
      std::uint64_t sna = 0;
      for (const std::uint8_t octet : core_.beacon.sna) sna = sna << 8 | octet;
      return sna;
    }
    case Pib::state:
      return static_cast<std::uint64_t>(state());
    case Pib::scp_length_symbols:
      return static_cast<std::uint64_t>(core_.transmitter.scp_us() / kSymbolUs);
    case Pib::node_hierarchy_level:
      return core_.level;
    case Pib::beacon_slot_count:
      return core_.beacon.beacon_slots;
    case Pib::beacon_rx_slot:
      return core_.beacon.slot;
    case Pib::beacon_tx_slot:
      return switching_.slot().slot;
    case Pib::beacon_rx_frequency:
      return frames(core_.beacon.frequency_code);
    case Pib::beacon_tx_frequency:
      return switching_.has_slot() ? frames(switching_.slot().frequency_code) : 0;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> ServiceNode::pib_counter(Pib attribute) const {
  const TransmitterCounters& line = core_.transmitter.counters();
  switch (attribute) {
    case Pib::tx_data_packets:
      return core_.counters.tx_data;
    case Pib::rx_data_packets:
      return core_.counters.rx_data;
    case Pib::tx_control_packets:
      return core_.counters.tx_control;
    case Pib::rx_control_packets:
      return core_.counters.rx_control;
    case Pib::csma_fail:
      return line.csma_failed;
    case Pib::csma_channel_busy:
      return line.channel_busy;
    case Pib::phy_crc_incorrect:
      return core_.counters.bad_checksum;
    case Pib::phy_crc_fail:
      return 0;  // the modem drops those
    case Pib::phy_tx_drop:
      return line.no_room;
    case Pib::phy_rx_drop:
      return core_.counters.malformed;
    case Pib::phy_rx_total:
      return core_.counters.frames;
    default:
      return std::nullopt;
  }
}

}  // namespace meter::fw::prime

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/service_node.hpp"

#include <algorithm>

#include "meter/fw/prime/inside.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

ServiceNode::ServiceNode(const ServiceNodeConfig& config, ModemPort& modem, ServiceNodeOwner& owner)
    : config_(config),
      modem_(modem),
      owner_(owner),
      transmitter_(modem, places_, static_cast<TransmitterOwner&>(*this)) {}

void ServiceNode::start() {
  PROTOCOL_ASSERT(phase_ == Phase::off);
  next_lcid_ = static_cast<std::uint16_t>(owner_.random() & 0xFF);
  const Inside inside(*this);
  search_again();
}

void ServiceNode::stop() {
  if (phase_ == Phase::off) return;
  phase_ = Phase::off;
  procedure_at_us_ = alive_until_us_ = connect_at_us_ = kNoDeadline;
  stop_switching();
  close_connection(false);
  end_broadcast();
  transmitter_.clear();
  modem_.watch(nullptr);
  modem_.search(false);
  modem_.set_filter({});
}

std::int64_t ServiceNode::random_us(std::int64_t below_us) {
  return static_cast<std::int64_t>(owner_.random() % static_cast<std::uint32_t>(below_us));
}

NodeState ServiceNode::state() const {
  if (phase_ != Phase::registered) return NodeState::disconnected;
  return lsid_ == kNoSid ? NodeState::terminal : NodeState::switching;
}

std::int64_t ServiceNode::deadline_us() const {
  return std::min({transmitter_.deadline_us(), procedure_at_us_, alive_until_us_, connect_at_us_,
                   broadcast_until_us_, link_.deadline_us()});
}

void ServiceNode::on_time() {
  const Inside inside(*this);
  const std::int64_t now = now_us();
  transmitter_.on_time(now);
  if (procedure_at_us_ <= now) {
    procedure_at_us_ = kNoDeadline;
    if (phase_ == Phase::searching) {
      choose_switch();
    } else if (phase_ == Phase::registering) {
      request_registration();
    }
  }
  if (alive_until_us_ <= now) {
    ++counters_.keep_alive_lost;
    search_again();
  }
  if (broadcast_until_us_ <= now) end_broadcast();
  if (connect_at_us_ <= now) {
    connect_at_us_ = kNoDeadline;
    request_connection();
  }
  link_.on_time(now);
  check_link();
}

void ServiceNode::on_transmitted(std::uint32_t tag, bool sent) {
  if (tag != kDataTag) return;
  data_queued_ = false;
  link_.on_transmitted(now_us(), data_sent_, sent);
}

bool ServiceNode::push_control(ControlType type, bool down, std::uint8_t sid, std::uint16_t lnid,
                               Bytes payload) {
  Packet packet;
  packet.priority = kControlPriority;
  packet.control = true;
  packet.lcid = static_cast<std::uint16_t>(type);
  packet.sid = sid;
  packet.lnid = lnid;
  packet.payload = payload;
  std::array<std::uint8_t, kMaxFrameOctets> mpdu;
  protocol::Writer out(mpdu);
  const auto level = static_cast<std::uint8_t>(down ? level_ + 1 : level_);
  FrameOptions options;
  options.priority = kControlPriority;
  const bool pushed = encode_gpdu({down, level}, packet, network_, out) &&
                      transmitter_.push(out.written(), options);
  if (pushed) ++counters_.tx_control;
  return pushed;
}

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
      return lnid_;
    case Pib::lsid:
      return lsid_;
    case Pib::sid:
      return sid_;
    case Pib::sna: {
      std::uint64_t sna = 0;
      for (const std::uint8_t octet : sna_) sna = sna << 8 | octet;
      return sna;
    }
    case Pib::state:
      return static_cast<std::uint64_t>(state());
    case Pib::scp_length_symbols:
      return static_cast<std::uint64_t>(transmitter_.scp_us() / kSymbolUs);
    case Pib::node_hierarchy_level:
      return level_;
    case Pib::beacon_slot_count:
      return beacon_.beacon_slots;
    case Pib::beacon_rx_slot:
      return beacon_.slot;
    case Pib::beacon_tx_slot:
      return slot_.slot;
    case Pib::beacon_rx_frequency:
      return frames(beacon_.frequency_code);
    case Pib::beacon_tx_frequency:
      return has_slot_ ? frames(slot_.frequency_code) : 0;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint64_t> ServiceNode::pib_counter(Pib attribute) const {
  const TransmitterCounters& line = transmitter_.counters();
  switch (attribute) {
    case Pib::tx_data_packets:
      return counters_.tx_data;
    case Pib::rx_data_packets:
      return counters_.rx_data;
    case Pib::tx_control_packets:
      return counters_.tx_control;
    case Pib::rx_control_packets:
      return counters_.rx_control;
    case Pib::csma_fail:
      return line.csma_failed;
    case Pib::csma_channel_busy:
      return line.channel_busy;
    case Pib::phy_crc_incorrect:
      return counters_.bad_checksum;
    case Pib::phy_crc_fail:
      return 0;  // the modem drops those
    case Pib::phy_tx_drop:
      return line.no_room;
    case Pib::phy_rx_drop:
      return counters_.malformed;
    case Pib::phy_rx_total:
      return counters_.frames;
    default:
      return std::nullopt;
  }
}

}  // namespace meter::fw::prime

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/plc/village.hpp"

namespace plc_test {

namespace {

constexpr std::uint8_t kMeterLsap = 1;
constexpr std::uint8_t kClientLsap = 3;

}  // namespace

// ---- Meter ----

VillageMeter::VillageMeter(kernel::Agenda& agenda, plc::Modem& modem, kernel::EntityId id,
                           std::uint32_t number)
    : MacTimer(agenda, modem, id),
      eui48_{2,
             0x41,
             0x4D,
             0,
             static_cast<std::uint8_t>(number >> 8),
             static_cast<std::uint8_t>(number)},
      serial_("19" + std::to_string(10'000'000 + number)),
      draws_(1, number, kernel::kPurposeTest) {}

void VillageMeter::power(bool on) {
  modem().power(on);
  node_.reset();
  used_.fill(false);
  if (on) {
    const protocol::Bytes id(reinterpret_cast<const std::uint8_t*>(serial_.data()), serial_.size());
    node_ = std::make_unique<meter::fw::prime::ServiceNode>(
        meter::fw::prime::ServiceNodeConfig{eui48_, id}, modem(), *this);
    node_->start();
  }
  arm();
}

protocol::MutableBytes VillageMeter::take_buffer() {
  for (std::size_t n = 0; n < used_.size(); ++n) {
    if (used_[n]) continue;
    used_[n] = true;
    return buffers_[n];
  }
  return {};
}

void VillageMeter::give_buffer(protocol::MutableBytes buffer) {
  for (std::size_t n = 0; n < used_.size(); ++n) {
    if (buffers_[n].data() == buffer.data()) used_[n] = false;
  }
}

void VillageMeter::on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, protocol::Bytes lsdu,
                           bool broadcast) {
  if (broadcast || node_ == nullptr) return;
  std::vector<std::uint8_t> answer(lsdu.begin(), lsdu.end());
  for (std::uint8_t& octet : answer) ++octet;
  node_->send(d_lsap, s_lsap, answer, 1);
}

// ---- Concentrator ----

VillageBase::VillageBase(kernel::Agenda& agenda, plc::Modem& modem, kernel::EntityId id)
    : MacTimer(agenda, modem, id) {
  dcu::fw::Config config;
  config.eui48 = {0x02, 0x41, 0x44, 0, 0, 1};
  config.seed = 1;
  modem.power(true);
  node_ = std::make_unique<dcu::fw::BaseNode>(config, storage_->memory(), modem, *this);
  node_->start();
  arm();
}

bool VillageBase::ask(const prime::Eui48& meter, std::size_t octets) {
  for (const auto& [address, eui48] : joined_) {
    if (eui48 != meter) continue;
    const std::vector<std::uint8_t> lsdu(octets, eui48[5]);
    const bool taken = node_->send(address, kMeterLsap, kClientLsap, lsdu) != dcu::fw::kNotSent;
    arm();
    return taken;
  }
  return false;
}

void VillageBase::on_joined(dcu::fw::Address address, const prime::Eui48& eui48, protocol::Bytes) {
  joined_[address] = eui48;
  joins.push_back({modem().now_us() * kernel::kNsPerUs, eui48});
}

void VillageBase::on_left(dcu::fw::Address address, const prime::Eui48&, dcu::fw::LeaveReason) {
  joined_.erase(address);
  ++leaves;
}

void VillageBase::on_data(dcu::fw::Address address, std::uint8_t, std::uint8_t,
                          protocol::Bytes lsdu) {
  const auto meter = joined_.find(address);
  ASSERT_NE(meter, joined_.end());
  ++answers;
  for (const std::uint8_t octet : lsdu) {
    if (octet != static_cast<std::uint8_t>(meter->second[5] + 1)) {
      ++damaged;
      break;
    }
  }
}

}  // namespace plc_test

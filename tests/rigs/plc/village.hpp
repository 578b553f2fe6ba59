// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dcu/fw/base_node.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "meter/fw/prime/service_node.hpp"
#include "plc-channel/medium/medium.hpp"
#include "tests/rigs/base_node/storage.hpp"

namespace plc_test {

namespace prime = protocol::prime;

// A MAC behind a modem of the medium: one timer at the MAC's deadline.
class MacTimer : private prime::ModemClient, private kernel::Entity {
 public:
  MacTimer(kernel::Agenda& agenda, plc::Modem& modem, kernel::EntityId id)
      : modem_(modem), timer_(agenda, *this, id, 0) {
    modem.set_client(this);
  }
  virtual ~MacTimer() = default;
  void arm() {
    const std::int64_t at_us = deadline_us();
    timer_.arm(at_us == INT64_MAX ? kernel::kNever : at_us * kernel::kNsPerUs);
  }
  plc::Modem& modem() { return modem_; }

 protected:
  virtual prime::ModemClient* client() = 0;
  virtual std::int64_t deadline_us() = 0;
  virtual void on_deadline() = 0;

 private:
  void on_time(kernel::TimeNs, std::uint32_t) override {
    on_deadline();
    arm();
  }
  void on_frame(const prime::ReceivedFrame& frame) override {
    if (client() == nullptr) return;
    client()->on_frame(frame);
    arm();
  }
  void on_beacon(const prime::HeardBeacon& beacon) override {
    if (client() == nullptr) return;
    client()->on_beacon(beacon);
    arm();
  }
  void on_beacon_lost() override {
    if (client() == nullptr) return;
    client()->on_beacon_lost();
    arm();
  }

  plc::Modem& modem_;
  kernel::Timer timer_;
};

// A meter's MAC with an application that answers what it gets, octet by octet plus one.
class VillageMeter final : public MacTimer, public meter::fw::prime::ServiceNodeOwner {
 public:
  VillageMeter(kernel::Agenda& agenda, plc::Modem& modem, kernel::EntityId id,
               std::uint32_t number);
  void power(bool on);
  bool connected() const { return node_ != nullptr && node_->connected(); }
  const meter::fw::prime::ServiceNode* node() const { return node_.get(); }
  const prime::Eui48& eui48() const { return eui48_; }

 private:
  prime::ModemClient* client() override { return node_.get(); }
  std::int64_t deadline_us() override {
    return node_ == nullptr ? INT64_MAX : node_->deadline_us();
  }
  void on_deadline() override { node_->on_time(); }
  protocol::MutableBytes take_buffer() override;
  void give_buffer(protocol::MutableBytes buffer) override;
  std::uint32_t random() override { return draws_.next_u32(); }
  void on_connected(std::uint16_t) override {}
  void on_disconnected() override {}
  void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, protocol::Bytes lsdu,
               bool broadcast) override;
  void on_sent(std::uint32_t, bool) override {}

  prime::Eui48 eui48_{};
  std::string serial_;
  kernel::KeyedStream draws_;
  std::array<std::array<std::uint8_t, 2048>, 4> buffers_{};
  std::array<bool, 4> used_{};
  std::unique_ptr<meter::fw::prime::ServiceNode> node_;
};

class VillageBase final : public MacTimer, public dcu::fw::BaseNodeOwner {
 public:
  VillageBase(kernel::Agenda& agenda, plc::Modem& modem, kernel::EntityId id);
  // One LSDU to a joined meter; its answer is awaited.
  bool ask(const prime::Eui48& meter, std::size_t octets);
  dcu::fw::BaseNode& node() { return *node_; }
  const std::map<dcu::fw::Address, prime::Eui48>& joined() const { return joined_; }
  int answers = 0;
  int damaged = 0;
  int failed = 0;
  std::vector<std::pair<kernel::TimeNs, prime::Eui48>> joins;
  int leaves = 0;

 private:
  using Storage = dcu::fw::Storage<128, 64>;
  prime::ModemClient* client() override { return node_.get(); }
  std::int64_t deadline_us() override { return node_->deadline_us(); }
  void on_deadline() override { node_->on_time(); }
  void on_joined(dcu::fw::Address address, const prime::Eui48& eui48, protocol::Bytes) override;
  void on_left(dcu::fw::Address address, const prime::Eui48&, dcu::fw::LeaveReason) override;
  void on_data(dcu::fw::Address address, std::uint8_t, std::uint8_t, protocol::Bytes lsdu) override;
  void on_sent(dcu::fw::SendHandle, bool ok) override { failed += !ok; }

  std::unique_ptr<Storage> storage_ = std::make_unique<Storage>();
  std::unique_ptr<dcu::fw::BaseNode> node_;
  std::map<dcu::fw::Address, prime::Eui48> joined_;
};

}  // namespace plc_test

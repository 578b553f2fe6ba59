// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dcu/fw/base_node.hpp"
#include "meter/fw/prime/service_node.hpp"
#include "tests/rigs/base_node/fake_channel.hpp"
#include "tests/rigs/base_node/storage.hpp"

// A whole subnetwork: the real base node, real service nodes, the fake line between them, and an
// account of every LSDU.
namespace fake {

using protocol::Bytes;

// LSDUs that tell who they are: number, length and content belong together.
std::vector<std::uint8_t> make_lsdu(std::uint32_t number, std::size_t octets);
std::uint32_t number_of(Bytes lsdu);  // 0: content damaged

class MeterEnd final : public meter::fw::prime::ServiceNodeOwner {
 public:
  MeterEnd(Channel& channel, unsigned number, std::uint64_t seed);
  void power_on();
  void power_off();
  bool send(std::uint32_t number, std::size_t octets);

  protocol::MutableBytes take_buffer() override;
  void give_buffer(protocol::MutableBytes buffer) override;
  std::uint32_t random() override { return static_cast<std::uint32_t>(random_.next() >> 32); }
  void on_connected(std::uint16_t address) override;
  void on_disconnected() override;
  void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) override;
  void on_sent(std::uint32_t cookie, bool delivered) override;

  Station& station() { return station_; }
  const protocol::prime::Eui48& eui48() const { return eui48_; }
  const std::string& serial() const { return serial_; }
  bool connected() const { return node_ != nullptr && node_->connected(); }
  meter::fw::prime::ServiceNode* node() { return node_.get(); }
  std::size_t buffers_out() const { return taken_; }

  std::vector<std::uint32_t> received;    // numbers, by unicast
  std::vector<std::uint32_t> broadcasts;  // numbers
  std::map<std::uint32_t, bool> sent;     // outcome by number
  unsigned damaged = 0;
  unsigned connections = 0;
  std::size_t echo_octets = 0;  // answers every LSDU with one of this length and number + 1e6

 private:
  Station& station_;
  protocol::prime::Eui48 eui48_{};
  std::string serial_;
  rigs::Draws random_;
  std::vector<std::array<std::uint8_t, 2048>> buffers_;
  std::vector<bool> used_;
  std::size_t taken_ = 0;
  std::unique_ptr<meter::fw::prime::ServiceNode> node_;
};

class BaseEnd final : public dcu::fw::BaseNodeOwner {
 public:
  using Storage = dcu::fw::Storage<100, 48>;
  BaseEnd(Channel& channel, const dcu::fw::Config& config);
  void power_on(std::uint64_t seed);
  void power_off();
  // 0: refused.
  dcu::fw::SendHandle send(const protocol::prime::Eui48& to, std::uint32_t number,
                           std::size_t octets,
                           dcu::fw::Priority priority = dcu::fw::Priority::normal);

  void on_joined(dcu::fw::Address address, const protocol::prime::Eui48& eui48,
                 Bytes identifier) override;
  void on_left(dcu::fw::Address address, const protocol::prime::Eui48& eui48,
               dcu::fw::LeaveReason why) override;
  void on_data(dcu::fw::Address address, std::uint8_t s_lsap, std::uint8_t d_lsap,
               Bytes lsdu) override;
  void on_sent(dcu::fw::SendHandle handle, bool ok) override;

  dcu::fw::BaseNode& node() { return *node_; }
  Station& station() { return station_; }
  dcu::fw::NodeView view(const protocol::prime::Eui48& eui48);

  dcu::fw::Config config;
  std::map<dcu::fw::Address, protocol::prime::Eui48> joined;
  std::map<protocol::prime::Eui48, std::string> serials;
  std::vector<std::pair<protocol::prime::Eui48, dcu::fw::LeaveReason>> left;
  std::map<protocol::prime::Eui48, std::vector<std::uint32_t>> received;
  std::map<std::uint32_t, bool> sent;     // outcome by number
  std::vector<std::uint32_t> order_sent;  // numbers in the order of their outcome
  unsigned damaged = 0;
  unsigned unknown = 0;  // calls about an address or a handle that means nobody

 private:
  Channel& channel_;
  Station& station_;
  std::unique_ptr<Storage> storage_ = std::make_unique<Storage>();
  std::unique_ptr<dcu::fw::BaseNode> node_;
  std::map<dcu::fw::SendHandle, std::uint32_t> pending_;
};

struct Network {
  explicit Network(std::uint64_t seed, unsigned n_meters, const dcu::fw::Config& config = {});
  // Links of all meters with the base node / of one group with another.
  void connect_to_base(unsigned first, unsigned end, const Link& link);
  void connect_groups(unsigned first_a, unsigned end_a, unsigned first_b, unsigned end_b,
                      const Link& link);
  void power_on();
  bool run_until_connected(std::int64_t within_us);
  unsigned connected() const;
  std::string replay() const;  // the command that repeats a failing case

  std::uint64_t seed;
  Channel channel;
  BaseEnd base;
  std::deque<MeterEnd> meters;
};

// Meters 0..near-1 hear the base node, the others only those.
void two_rings(Network& n, unsigned near, unsigned per_mille);

// Seed of the test: the one of the environment (AMITWIN_SEED), or this one.
std::uint64_t test_seed(std::uint64_t usual);

}  // namespace fake

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/base_node/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace fake {

using dcu::fw::Address;
using dcu::fw::LeaveReason;
using dcu::fw::SendHandle;
using protocol::prime::Eui48;

namespace {

constexpr std::uint8_t kMeterLsap = 1;
constexpr std::uint8_t kClientLsap = 3;

}  // namespace

std::vector<std::uint8_t> make_lsdu(std::uint32_t number, std::size_t octets) {
  std::vector<std::uint8_t> lsdu(std::max<std::size_t>(octets, 6));
  protocol::Writer out(lsdu);
  out.u32(number);
  out.u16(static_cast<std::uint16_t>(lsdu.size()));
  rigs::Draws content(number);
  for (std::size_t i = 6; i < lsdu.size(); ++i) lsdu[i] = static_cast<std::uint8_t>(content.next());
  return lsdu;
}

std::uint32_t number_of(Bytes lsdu) {
  const std::uint32_t number = protocol::Reader(lsdu).u32();
  return std::ranges::equal(make_lsdu(number, lsdu.size()), lsdu) ? number : 0;
}

std::uint64_t test_seed(std::uint64_t usual) {
  const char* given = std::getenv("AMITWIN_SEED");
  return given == nullptr ? usual : std::strtoull(given, nullptr, 10);
}

// ---- A meter ----

MeterEnd::MeterEnd(Channel& channel, unsigned number, std::uint64_t seed)
    : station_(channel.add()),
      serial_("19" + std::to_string(10000000 + number)),
      random_(seed),
      buffers_(4),
      used_(4) {
  const unsigned low = 10000000 + number;
  eui48_ = {0x02,
            0x41,
            0x4D,
            static_cast<std::uint8_t>(low >> 16),
            static_cast<std::uint8_t>(low >> 8),
            static_cast<std::uint8_t>(low)};
}

void MeterEnd::power_on() {
  const Bytes id(reinterpret_cast<const std::uint8_t*>(serial_.data()), serial_.size());
  node_ = std::make_unique<meter::fw::prime::ServiceNode>(
      meter::fw::prime::ServiceNodeConfig{eui48_, id}, station_, *this);
  station_.client = node_.get();
  station_.deadline = [this] { return node_->deadline_us(); };
  station_.on_time = [this] { node_->on_time(); };
  node_->start();
  station_.touched();
}

void MeterEnd::power_off() {
  station_.power_off();
  node_.reset();
  used_.assign(used_.size(), false);
  taken_ = 0;
}

bool MeterEnd::send(std::uint32_t number, std::size_t octets) {
  if (!connected()) return false;
  const auto lsdu = make_lsdu(number, octets);
  const bool queued = node_->send(kMeterLsap, kClientLsap, lsdu, number);
  station_.touched();
  return queued;
}

protocol::MutableBytes MeterEnd::take_buffer() {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (used_[i]) continue;
    used_[i] = true;
    ++taken_;
    return buffers_[i];
  }
  return {};
}

void MeterEnd::give_buffer(protocol::MutableBytes buffer) {
  for (std::size_t i = 0; i < used_.size(); ++i) {
    if (buffers_[i].data() != buffer.data()) continue;
    EXPECT_TRUE(used_[i]);
    used_[i] = false;
    --taken_;
    return;
  }
  ADD_FAILURE() << "a buffer of somebody else";
}

void MeterEnd::on_connected(std::uint16_t) { ++connections; }
void MeterEnd::on_disconnected() {}

void MeterEnd::on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) {
  const std::uint32_t number = number_of(lsdu);
  if (number == 0 || d_lsap != kMeterLsap || s_lsap != kClientLsap) ++damaged;
  (broadcast ? broadcasts : received).push_back(number);
  if (broadcast || echo_octets == 0) return;
  const auto answer = make_lsdu(number + 1'000'000, echo_octets);
  if (!node_->send(kMeterLsap, kClientLsap, answer, number + 1'000'000)) {
    sent[number + 1'000'000] = false;
  }
}

void MeterEnd::on_sent(std::uint32_t cookie, bool delivered) {
  EXPECT_FALSE(sent.contains(cookie)) << "told twice";
  sent[cookie] = delivered;
}

// ---- The concentrator ----

BaseEnd::BaseEnd(Channel& channel, const dcu::fw::Config& wanted)
    : config(wanted), channel_(channel), station_(channel.add()) {
  config.eui48 = {0x02, 0x41, 0x44, 0, 0, 1};
}

void BaseEnd::power_on(std::uint64_t seed) {
  config.seed = seed;
  node_ = std::make_unique<dcu::fw::BaseNode>(config, storage_->memory(), station_, *this);
  station_.client = node_.get();
  station_.deadline = [this] { return node_->deadline_us(); };
  station_.on_time = [this] { node_->on_time(); };
  node_->start();
  station_.touched();
}

// A power cut: nothing is said to anybody.
void BaseEnd::power_off() {
  station_.power_off();
  node_.reset();
  joined.clear();
  for (const auto& [handle, number] : pending_) sent[number] = false;
  pending_.clear();
}

SendHandle BaseEnd::send(const Eui48& to, std::uint32_t number, std::size_t octets,
                         dcu::fw::Priority priority) {
  for (const auto& [address, eui48] : joined) {
    if (eui48 != to) continue;
    const auto lsdu = make_lsdu(number, octets);
    const SendHandle handle = node_->send(address, kMeterLsap, kClientLsap, lsdu, priority);
    if (handle != dcu::fw::kNotSent) pending_[handle] = number;
    station_.touched();
    return handle;
  }
  return dcu::fw::kNotSent;
}

dcu::fw::NodeView BaseEnd::view(const Eui48& eui48) {
  dcu::fw::NodeView view;
  node_->find(eui48, view);
  return view;
}

void BaseEnd::on_joined(Address address, const Eui48& eui48, Bytes identifier) {
  EXPECT_FALSE(joined.contains(address)) << "address given twice";
  for (const auto& [other, known] : joined) EXPECT_NE(known, eui48) << "joined twice";
  joined[address] = eui48;
  serials[eui48] = std::string(identifier.begin(), identifier.end());
}

void BaseEnd::on_left(Address address, const Eui48& eui48, LeaveReason why) {
  if (!joined.contains(address) || joined[address] != eui48) ++unknown;
  joined.erase(address);
  left.emplace_back(eui48, why);
}

void BaseEnd::on_data(Address address, std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu) {
  if (!joined.contains(address)) {
    ++unknown;
    return;
  }
  const std::uint32_t number = number_of(lsdu);
  if (number == 0 || s_lsap != kMeterLsap || d_lsap != kClientLsap) ++damaged;
  received[joined[address]].push_back(number);
}

void BaseEnd::on_sent(SendHandle handle, bool ok) {
  const auto found = pending_.find(handle);
  if (found == pending_.end()) {
    ++unknown;
    return;
  }
  sent[found->second] = ok;
  order_sent.push_back(found->second);
  pending_.erase(found);
}

// ---- All of it ----

Network::Network(std::uint64_t wanted, unsigned n_meters, const dcu::fw::Config& config)
    : seed(wanted), channel(wanted), base(channel, config) {
  for (unsigned i = 0; i < n_meters; ++i) meters.emplace_back(channel, i, wanted * 1000 + i);
}

void Network::connect_to_base(unsigned first, unsigned end, const Link& link) {
  for (unsigned i = first; i < end; ++i) {
    channel.connect(base.station().number(), meters[i].station().number(), link);
  }
}

void Network::connect_groups(unsigned first_a, unsigned end_a, unsigned first_b, unsigned end_b,
                             const Link& link) {
  for (unsigned a = first_a; a < end_a; ++a) {
    for (unsigned b = first_b; b < end_b; ++b) {
      if (a != b) channel.connect(meters[a].station().number(), meters[b].station().number(), link);
    }
  }
}

void Network::power_on() {
  base.power_on(seed);
  for (MeterEnd& meter : meters) meter.power_on();
}

unsigned Network::connected() const {
  return static_cast<unsigned>(std::ranges::count_if(meters, [this](const MeterEnd& meter) {
    return meter.connected() && std::ranges::any_of(base.joined, [&](const auto& entry) {
             return entry.second == meter.eui48();
           });
  }));
}

bool Network::run_until_connected(std::int64_t within_us) {
  return channel.run_until(channel.now_us() + within_us,
                           [this] { return connected() == meters.size(); });
}

std::string Network::replay() const {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  return "replay: AMITWIN_SEED=" + std::to_string(seed) +
         " unit_base_node --gtest_filter=" + test->test_suite_name() + "." + test->name();
}

void two_rings(Network& n, unsigned near, unsigned per_mille) {
  const auto all = static_cast<unsigned>(n.meters.size());
  n.connect_to_base(0, near, Link{per_mille, 1800});
  n.connect_groups(0, near, 0, near, Link{per_mille, 1800});
  n.connect_groups(0, near, near, all, Link{per_mille, 1500});
  n.connect_groups(near, all, near, all, Link{per_mille, 1500});
}

}  // namespace fake

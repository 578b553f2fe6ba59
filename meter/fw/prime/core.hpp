// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/types.hpp"
#include "protocol/prime/control.hpp"
#include "protocol/prime/csma.hpp"
#include "protocol/prime/link_quality.hpp"
#include "protocol/prime/llc432.hpp"

namespace meter::fw::prime {

enum class Phase : std::uint8_t { off, searching, registering, registered };

// What every part of a service node works on: where it stands in the network, and the way out. The
// parts stand in layers: each knows those below it, and ServiceNode passes on what goes upwards.
struct Core {
  Core(const ServiceNodeConfig& settings, protocol::prime::ModemPort& port, ServiceNodeOwner& meter,
       protocol::prime::TransmitterOwner& sender)
      : config(settings), modem(port), owner(meter), transmitter(port, places, sender) {}

  std::int64_t now_us() const;
  std::int64_t random_us(std::int64_t below_us) const;
  bool is_switch() const { return lsid != protocol::prime::kNoSid; }
  NodeState state() const {
    if (phase != Phase::registered) return NodeState::disconnected;
    return is_switch() ? NodeState::switching : NodeState::terminal;
  }

  // A control packet to the base node; the message is of protocol/prime/control.hpp.
  template <typename Message>
  bool tell(protocol::prime::ControlType type, const Message& message) {
    std::array<std::uint8_t, protocol::prime::kMaxControlPayload> payload;
    protocol::Writer out(payload);
    encode(message, out);
    return push_control(type, false, sid, lnid, out.written());
  }
  bool push_control(protocol::prime::ControlType type, bool down, std::uint8_t to_sid,
                    std::uint16_t to_lnid, Bytes payload);
  void deliver(Bytes sdu, bool broadcast);  // to the owner

  const ServiceNodeConfig config;
  protocol::prime::ModemPort& modem;
  ServiceNodeOwner& owner;
  protocol::prime::NetworkSeed network;
  protocol::prime::Beacon beacon{};  // of our switch
  std::uint16_t lnid = protocol::prime::kBroadcastLnid;
  std::uint8_t sid = protocol::prime::kNoSid;
  std::uint8_t lsid = protocol::prime::kNoSid;  // ours, as a switch
  std::uint8_t level = 0;
  Phase phase = Phase::off;
  ServiceNodeCounters counters;
  // Far behind what is used often: near members take short instructions.
  std::array<protocol::prime::OutgoingFrame, kTransmitPlaces> places;
  protocol::prime::Transmitter transmitter;
};

}  // namespace meter::fw::prime

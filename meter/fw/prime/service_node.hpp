// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "meter/fw/prime/registration.hpp"

namespace meter::fw::prime {

// The MAC and 4-32 convergence of a meter: finds a switch, registers, keeps the registration and
// one ARQ connection to the base node, repeats for others when promoted. Sans-I/O over a modem;
// after every call the owner looks at deadline_us(). A registered node without traffic has one
// deadline: the keep-alive's. Its work is done by parts over one Core; this class lets calls in.
class ServiceNode final : public protocol::prime::ModemClient,
                          private protocol::prime::TransmitterOwner {
 public:
  ServiceNode(const ServiceNodeConfig& config, protocol::prime::ModemPort& modem,
              ServiceNodeOwner& owner);

  // Power is there: begin to search. stop() leaves without a word and gives all buffers back.
  void start();
  void stop();

  // Copies one LSDU into a buffer and queues it. False: not connected, queue full, no buffer or too
  // long; on_sent() follows only after true.
  bool send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie);
  bool connected() const { return connection_.arq().is_open(); }
  // A switch asks to be a terminal again; nothing happens when it is none.
  void demote();
  std::size_t queued() const { return connection_.arq().queued(); }

  // ---- Time ----
  std::int64_t deadline_us() const;  // protocol::prime::kNoDeadline: none
  void on_time();

  // ---- From the modem ----
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override;
  void on_beacon_lost() override;

  // ---- To look at ----
  NodeState state() const { return core_.state(); }
  // PIB attributes for the COSEM classes 80 to 86; nothing for those this node does not have.
  std::optional<std::uint64_t> pib(protocol::prime::Pib attribute) const;
  std::uint16_t address_432() const { return connection_.address(); }
  std::int32_t switch_snr_cdb() const { return links_.uplink().snr_cdb(); }
  const ServiceNodeCounters& counters() const { return core_.counters; }
  const protocol::prime::ArqCounters& arq_counters() const { return connection_.arq().counters(); }

 private:
  // Guards what the owner may call from inside its own callbacks: packets are made at the way out.
  class Inside;

  // ---- service_node.cpp ----
  std::uint32_t random() override { return core_.owner.random(); }
  void on_transmitted(std::uint32_t tag, bool sent) override;
  std::optional<std::uint64_t> pib_network(protocol::prime::Pib attribute) const;
  std::optional<std::uint64_t> pib_counter(protocol::prime::Pib attribute) const;

  // ---- receive.cpp ----
  void receive_gpdu(const protocol::prime::ReceivedFrame& frame);
  bool receive_packet(const protocol::prime::GenericHeader& header,
                      const protocol::prime::Packet& packet,
                      const protocol::prime::ReceivedFrame& frame);
  bool receive_from_below(const protocol::prime::GenericHeader& header,
                          const protocol::prime::Packet& packet,
                          const protocol::prime::ReceivedFrame& frame);
  bool is_for_us(const protocol::prime::Packet& packet) const;
  void receive_down(const protocol::prime::Packet& packet,
                    const protocol::prime::ReceivedFrame& frame);
  void receive_control(const protocol::prime::Packet& packet);

  Core core_;
  Links links_{core_};
  KeepAlive keep_alive_{core_};
  Switching switching_{core_, links_, keep_alive_};
  Connection connection_{core_, links_};
  Broadcasts broadcasts_{core_};
  Registration registration_{core_, links_, keep_alive_, switching_, connection_, broadcasts_};
  bool inside_ = false;
};

// Marks that the node is at work: whatever its owner asks for meanwhile waits until it is done.
class ServiceNode::Inside {
 public:
  explicit Inside(ServiceNode& node) : node_(node), was_(node.inside_) { node_.inside_ = true; }
  ~Inside() {
    node_.inside_ = was_;
    if (!was_) node_.connection_.pump();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  ServiceNode& node_;
  bool was_;
};

}  // namespace meter::fw::prime

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/prime/arq.hpp"
#include "protocol/prime/control.hpp"
#include "protocol/prime/csma.hpp"
#include "protocol/prime/link_quality.hpp"
#include "protocol/prime/llc432.hpp"
#include "protocol/prime/modem.hpp"
#include "protocol/prime/pib.hpp"

namespace meter::fw::prime {

using protocol::Bytes;
using protocol::MutableBytes;
using protocol::prime::Eui48;
using protocol::prime::NodeState;

struct ServiceNodeConfig {
  Eui48 eui48{};
  Bytes device_id;  // 4-32 identifier, the serial; its memory stays with the owner
};

// What the meter does for its service node. Calls come from inside on_frame(), on_beacon(),
// on_beacon_lost() and on_time() only, never from inside start(), stop() or send(); the node may be
// called again from inside them.
class ServiceNodeOwner {
 public:
  // A PDU buffer of 2048 octets, empty when there is none now.
  virtual MutableBytes take_buffer() = 0;
  virtual void give_buffer(MutableBytes buffer) = 0;
  virtual std::uint32_t random() = 0;  // 32 even bits
  // The 4-32 connection is open: send() works until on_disconnected().
  virtual void on_connected(std::uint16_t address) = 0;
  virtual void on_disconnected() = 0;
  // One LSDU, valid during the call. A broadcast is never answered.
  virtual void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) = 0;
  // The base node has the LSDU, or it never will: the connection broke.
  virtual void on_sent(std::uint32_t cookie, bool delivered) = 0;

 protected:
  ~ServiceNodeOwner() = default;
};

struct ServiceNodeCounters {
  std::uint32_t searches = 0;
  std::uint32_t registrations = 0;
  std::uint32_t rejected = 0;     // REG_REJ
  std::uint32_t connections = 0;  // 4-32, opened
  std::uint32_t beacons_lost = 0;
  std::uint32_t keep_alive_lost = 0;
  std::uint32_t promotions = 0;
  std::uint32_t repeated_up = 0;  // frames switched
  std::uint32_t repeated_down = 0;
  std::uint32_t repeat_dropped = 0;  // no place, or too long
  std::uint32_t tx_data = 0;         // macTxDataPktCount
  std::uint32_t rx_data = 0;
  std::uint32_t tx_control = 0;
  std::uint32_t rx_control = 0;
  std::uint32_t bad_checksum = 0;  // HCS or CRC-32, also frames of other subnetworks
  std::uint32_t malformed = 0;     // good checksums, but nonsense inside
  std::uint32_t not_for_us = 0;
};

// The MAC and 4-32 convergence of a meter: finds a switch, registers, keeps the registration and
// one ARQ connection to the base node, repeats for others when promoted. Sans-I/O over a modem;
// after every call the owner looks at deadline_us(). A registered node without traffic has one
// deadline: the keep-alive's.
class ServiceNode final : public protocol::prime::ModemClient,
                          private protocol::prime::TransmitterOwner,
                          private protocol::prime::ArqOwner {
 public:
  ServiceNode(const ServiceNodeConfig& config, protocol::prime::ModemPort& modem,
              ServiceNodeOwner& owner);

  // Power is there: begin to search. stop() leaves without a word and gives all buffers back.
  void start();
  void stop();

  // Copies one LSDU into a buffer and queues it. False: not connected, queue full, no buffer or too
  // long; on_sent() follows only after true.
  bool send(std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu, std::uint32_t cookie);
  bool connected() const { return link_.is_open(); }
  std::size_t queued() const { return link_.queued(); }

  // ---- Time ----
  std::int64_t deadline_us() const;  // protocol::prime::kNoDeadline: none
  void on_time();

  // ---- From the modem ----
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon& beacon) override;
  void on_beacon_lost() override;

  // ---- To look at ----
  NodeState state() const;
  // PIB attributes for the COSEM classes 80 to 86; nothing for those this node does not have.
  std::optional<std::uint64_t> pib(protocol::prime::Pib attribute) const;
  std::uint16_t address_432() const { return address_; }
  std::int32_t switch_snr_cdb() const { return uplink_.snr_cdb(); }
  const ServiceNodeCounters& counters() const { return counters_; }
  const protocol::prime::ArqCounters& arq_counters() const { return link_.counters(); }

 private:
  enum class Phase : std::uint8_t { off, searching, registering, registered };

  // Transmitter and ARQ callbacks.
  std::uint32_t random() override { return owner_.random(); }
  void on_transmitted(std::uint32_t tag, bool sent) override;
  MutableBytes take_buffer() override { return owner_.take_buffer(); }
  void give_buffer(MutableBytes buffer) override { owner_.give_buffer(buffer); }
  void on_sdu(Bytes sdu) override;
  void on_sdu_done(std::uint32_t cookie, bool delivered) override;

  ServiceNodeOwner& owner_;
  protocol::prime::ModemPort& modem_;
  ServiceNodeConfig config_;
  Phase phase_ = Phase::off;
  std::uint16_t address_ = protocol::prime::k432None;
  protocol::prime::LinkQuality uplink_;
  protocol::prime::ArqLink link_;
  ServiceNodeCounters counters_;
};

}  // namespace meter::fw::prime

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

// What the meter does for its service node. Calls come from inside the modem's calls and on_time()
// only, but for on_sent() from inside stop() too; the node may be called again from inside them.
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

inline constexpr std::uint8_t kCapabilities =
    protocol::prime::kCanSwitch | protocol::prime::kCanPrm | protocol::prime::kCanArq;
// PRO.SWC, low nibble DC MC PRM ARQ.
inline constexpr std::uint8_t kSwitchCapabilities = 0x03;
inline constexpr std::size_t kTransmitPlaces = 6;  // frames waiting for the line
inline constexpr std::size_t kNeighbours = 16;     // below a switch, with known link quality

struct ServiceNodeCounters {
  std::uint32_t frames = 0;  // from the modem
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
  // A switch asks to be a terminal again; nothing happens when it is none.
  void demote();
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
  // Guards what the owner may call from inside its own callbacks: packets are made at the way out.
  class Inside;

  // ---- Transmitter and ARQ callbacks ----
  std::uint32_t random() override { return owner_.random(); }
  void on_transmitted(std::uint32_t tag, bool sent) override;
  MutableBytes take_buffer() override { return owner_.take_buffer(); }
  void give_buffer(MutableBytes buffer) override { owner_.give_buffer(buffer); }
  void on_sdu(Bytes sdu) override;
  void on_sdu_done(std::uint32_t cookie, bool delivered) override;

  // ---- search.cpp: finding a switch, registering, staying alive ----
  void search_again();
  void choose_switch();
  int rate(const protocol::prime::HeardBeacon& heard, bool desperate) const;
  void send_promotion_needed();
  void adopt(const protocol::prime::HeardBeacon& heard, const protocol::prime::Beacon& beacon);
  void follow(const protocol::prime::BeaconMpdu& mpdu, const protocol::prime::Beacon& beacon);
  void request_registration();
  void set_filter();
  void on_reg(const protocol::prime::Packet& packet);
  void on_reg_response(const protocol::prime::Packet& packet, const protocol::prime::Reg& reg);
  void on_alv(Bytes payload);
  void stay_alive(unsigned time_code);
  void stay_alive_longer() { alive_until_us_ = now_us() + alive_span_us_; }

  // ---- receive.cpp ----
  void receive_gpdu(const protocol::prime::ReceivedFrame& frame);
  bool receive_packet(const protocol::prime::GenericHeader& header,
                      const protocol::prime::Packet& packet,
                      const protocol::prime::ReceivedFrame& frame);
  bool is_for_us(const protocol::prime::Packet& packet) const;
  void receive_down(const protocol::prime::Packet& packet,
                    const protocol::prime::ReceivedFrame& frame);
  void receive_control(const protocol::prime::Packet& packet);
  void note_uplink(const protocol::prime::Packet& packet,
                   const protocol::prime::ReceivedFrame& frame);
  void on_prm(Bytes payload);
  void on_broadcast(const protocol::prime::Packet& packet);
  void end_broadcast();
  void deliver(Bytes sdu, bool broadcast);

  // ---- connection.cpp ----
  void connect_in(std::int64_t delay_us, std::int64_t spread_us);
  void request_connection();
  void on_con(Bytes payload);
  void on_data_packet(const protocol::prime::Packet& packet);
  void close_connection(bool tell);
  void send_close(std::uint16_t lcid);
  void check_link();
  bool broke();
  bool leave_bad_path();
  void pump();

  // ---- switching.cpp: promotion, and repeating for those below ----
  void on_promotion_needed(const protocol::prime::ReceivedFrame& frame);
  void request_promotion(const Eui48& needed_by, std::int32_t snr_cdb);
  void on_pro(Bytes payload);
  void on_bsi(Bytes payload);
  void become_switch(std::uint8_t lsid);
  void stop_switching();
  void publish_beacon();
  bool is_below(std::uint8_t sid) const;
  void learn_below(const protocol::prime::Packet& packet);
  void forget_silent_below();
  std::uint8_t beacon_cost(std::uint8_t above) const;
  std::uint32_t neighbour_key(const protocol::prime::Packet& packet) const;
  void note_below(const protocol::prime::Packet& packet,
                  const protocol::prime::ReceivedFrame& frame);
  void on_prm_below(const protocol::prime::Packet& packet);
  void repeat(const protocol::prime::ReceivedFrame& frame, bool down,
              const protocol::prime::Packet& packet);

  // ---- service_node.cpp ----
  std::optional<std::uint64_t> pib_network(protocol::prime::Pib attribute) const;
  std::optional<std::uint64_t> pib_counter(protocol::prime::Pib attribute) const;
  std::int64_t now_us() const { return modem_.now_us(); }
  std::int64_t random_us(std::int64_t below_us);
  template <typename Message>
  bool send_control(protocol::prime::ControlType type, const Message& message);
  bool push_control(protocol::prime::ControlType type, bool down, std::uint8_t sid,
                    std::uint16_t lnid, Bytes payload);

  ServiceNodeConfig config_;
  protocol::prime::ModemPort& modem_;
  ServiceNodeOwner& owner_;
  std::array<protocol::prime::OutgoingFrame, kTransmitPlaces> places_;
  protocol::prime::Transmitter transmitter_;

  Phase phase_ = Phase::off;
  bool inside_ = false;
  std::uint8_t tries_ = 0;  // of the registration, then of the connection
  std::uint8_t sid_ = protocol::prime::kNoSid;
  std::uint16_t lnid_ = protocol::prime::kBroadcastLnid;
  std::uint8_t level_ = 0;
  protocol::prime::Sna sna_{};
  protocol::prime::NetworkSeed network_;
  protocol::prime::Beacon beacon_{};  // of our switch
  protocol::prime::LinkQuality uplink_;

  // Search and registration share a timer: they follow each other.
  std::int64_t procedure_at_us_ = protocol::prime::kNoDeadline;
  std::int64_t searching_since_us_ = 0;
  std::uint32_t promotion_pdus_ = 0;                    // sent in this search
  std::uint8_t avoided_sid_ = protocol::prime::kNoSid;  // did not answer last time
  std::int64_t alive_until_us_ = protocol::prime::kNoDeadline;
  std::int64_t alive_span_us_ = 0;
  std::uint8_t alv_received_ = 0;
  std::uint8_t alv_sent_ = 0;

  // The 4-32 connection.
  protocol::prime::ArqLink link_;
  std::int64_t connect_at_us_ = protocol::prime::kNoDeadline;
  bool connecting_ = false;
  std::uint16_t lcid_ = 0;
  std::uint16_t closing_lcid_ = 0;   // we said CON_CLS_S first
  std::uint16_t answered_lcid_ = 0;  // we answered CON_CLS_B
  std::uint16_t next_lcid_ = 0;
  std::uint16_t address_ = protocol::prime::k432None;
  std::int64_t close_hold_until_us_ = 0;
  std::int64_t opened_us_ = 0;
  std::uint8_t broken_ = 0;   // connections in a row that came to nothing
  bool data_queued_ = false;  // a packet of the connection waits for the line
  protocol::prime::ArqLink::Sent data_sent_;

  // Broadcasts have no connection: segments in order, or nothing.
  protocol::prime::Reassembler broadcast_;
  std::int64_t broadcast_until_us_ = protocol::prime::kNoDeadline;
  std::uint32_t broadcast_crc_ = 0;  // the last packet, which another switch may repeat
  std::int64_t broadcast_seen_us_ = 0;

  // Switching.
  std::uint8_t lsid_ = protocol::prime::kNoSid;
  bool has_slot_ = false;
  protocol::prime::Bsi slot_{};
  using SidSet = std::array<std::uint32_t, 8>;  // one bit each
  SidSet below_{};                              // switches below us
  SidSet below_heard_{};                        // of those, since the last look
  std::int64_t below_look_us_ = 0;
  std::array<protocol::prime::LinkTable::Entry, kNeighbours> below_links_{};
  protocol::prime::LinkTable below_table_{below_links_};
  bool demoting_ = false;  // we said PRO_DEM_S first
  std::uint8_t demoted_lsid_ = protocol::prime::kNoSid;
  std::uint8_t ignore_left_ = 0;
  bool ignoring_ = false;
  std::int64_t promotion_hold_until_us_ = 0;
  std::int64_t prm_hold_until_us_ = 0;

  ServiceNodeCounters counters_;
};

}  // namespace meter::fw::prime

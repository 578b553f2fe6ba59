// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "protocol/bytes.hpp"
#include "protocol/prime/types.hpp"

// What the base node offers to the concentrator application.
namespace dcu::fw {

using protocol::Bytes;
using protocol::MutableBytes;
using protocol::prime::Eui48;

inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();

// 4-32 address of a meter with an open connection, 12 bits; the base node is 0.
using Address = std::uint16_t;
inline constexpr Address kBaseAddress = 0;
inline constexpr Address kNoAddress = 0xFFFF;

using SendHandle = std::uint32_t;  // not reused before 2^32 sends
inline constexpr SendHandle kNotSent = 0;

inline constexpr std::size_t kMaxIdentifier = 16;  // of a device, in CON_REQ
inline constexpr std::size_t kMaxLsdu = 1021;      // a DLMS APDU

// high goes before normal wherever both wait: the gateway before scheduled polls.
enum class Priority : std::uint8_t { high, normal };

enum class LeaveReason : std::uint8_t {
  closed,         // the node or this side closed the connection; it is still registered
  unregistered,   // the node said so
  rejoined,       // it registered or connected anew without a word
  silent,         // no sign of life for a keep-alive window
  switch_lost,    // the switch it hangs on is gone
  undeliverable,  // ARQ gave up: the connection is closed, the node may open another
  forgotten,      // forget()
  stopped,        // stop()
};

enum class NodeState : std::uint8_t {
  disconnected,  // known from earlier: its place goes to the next that needs one
  registering,   // REG_RSP sent, REG_ACK not heard
  terminal,
  switching,
};

inline constexpr std::uint8_t kUnknownQuality = 0xFF;

// One line of the node table.
struct NodeView {
  Eui48 eui48{};
  NodeState state = NodeState::disconnected;
  bool connected = false;  // 4-32 connection open
  Address address = kNoAddress;
  Bytes identifier;  // serial of the meter as its CON_REQ told; empty before the first
  std::uint8_t sid = protocol::prime::kNoSid;  // of the switch it hangs on; 0: the base node
  std::uint16_t lnid = protocol::prime::kBroadcastLnid;
  std::uint8_t lsid = protocol::prime::kNoSid;  // its own, as a switch
  std::uint8_t level = 0;                       // switches between it and the base node
  // PHY_SNR classes 0..7 (prime clause 7.2: 3 dB each) of the hop next to the base node, that is of
  // the switch if it hangs on one: up measured here, down as that neighbour reported it (PRM_REQ;
  // it does so only when another scheme would fit). kUnknownQuality before that.
  std::uint8_t quality_up = kUnknownQuality;
  std::uint8_t quality_down = kUnknownQuality;
  std::int32_t snr_up_cdb = 0;  // mean of what was heard from it directly; level 1 only
  protocol::prime::Scheme scheme_down = protocol::prime::Scheme::dbpsk_f;
  std::uint16_t registrations = 0;  // ever, by this base node
  std::uint16_t children = 0;       // nodes that hang on it
  std::uint16_t polls = 0;          // ALV_B sent and ALV_S heard since registration, saturating
  std::uint16_t answers = 0;
  std::int64_t registered_us = 0;
  std::int64_t last_heard_us = 0;
};

// Kinds of PDU, for counting.
enum class PduKind : std::uint8_t {
  registration,
  connection,
  promotion,
  beacon_slot,
  frame_change,
  contention_free,
  alive,
  multicast,
  robustness,
  security,
  promotion_needed,  // PNPDU
  data,              // packets of ARQ or broadcast data, acknowledgements among them
};
inline constexpr std::size_t kPduKinds = 12;

struct Counters {
  std::array<std::uint32_t, kPduKinds> received{};  // good ones addressed to the base node
  std::array<std::uint32_t, kPduKinds> sent{};      // packets; again counts again
  std::uint32_t damaged = 0;         // HCS or CRC-32, also those of other subnetworks
  std::uint32_t malformed = 0;       // whole, but not what the standard allows
  std::uint32_t not_for_us = 0;      // downlink, or on its way to a switch
  std::uint32_t stray = 0;           // from a node that is not registered here, or not there
  std::uint32_t repeated = 0;        // data packets received again
  std::uint32_t retransmitted = 0;   // data packets sent again
  std::uint32_t channel_busy = 0;    // backoffs (macCSMAChBusyCount)
  std::uint32_t access_failed = 0;   // macCSMAFailCount
  std::uint32_t no_buffer = 0;       // data dropped for want of memory; ARQ brings it again
  std::uint32_t registrations = 0;   // completed
  std::uint32_t rejected = 0;        // REG_REJ, CON_CLS_B and PRO_REJ sent
  std::uint32_t dropped_silent = 0;  // nodes
  std::uint32_t promotions = 0;      // completed
  std::uint32_t demotions = 0;       // either side, and switches that vanished
  std::uint32_t lsdus_in = 0;
  std::uint32_t lsdus_out = 0;  // acknowledged
  std::uint32_t lsdus_failed = 0;
  std::uint64_t airtime_us = 0;  // of what this base node sent, beacons not counted
};

struct Config {
  Eui48 eui48{};           // also the SNA
  std::uint64_t seed = 1;  // of backoffs and of the spreading over time
  // Keep-alive window 32 s * 2^code: 5 is 1024 s (a usual setting for meters).
  std::uint8_t alive_time_code = 5;
  std::uint8_t alive_polls = 3;   // in a window
  std::uint8_t concurrency = 10;  // nodes that LSDUs are under way to at the same time
  // Levels of switches the network may have. 1: every node is at most two hops away.
  std::uint8_t max_switch_level = 6;
  std::uint8_t max_beacon_slots = protocol::prime::kMaxBeaconSlots;
  // FRQ: one beacon in 2^code frames. 4: one in 9.9 s, so that a search (24 s) hears two.
  std::uint8_t switch_beacon_code = 4;
  std::int64_t unused_switch_us = 1'800'000'000;  // then a switch without nodes is demoted
  // A broadcast is not acknowledged and switches may repeat it into each other. Nodes take the same
  // again within seconds for an echo.
  std::uint8_t broadcast_copies = 2;
  // Frames without a beacon after start(), so that whoever still believes to be registered loses
  // its base node before this one allots addresses.
  std::uint8_t quiet_frames = protocol::prime::kMissedBeacons + 2;
};

// The application. Called from inside the base node's on_* calls and send(); it may call send(),
// broadcast() and forget() from there.
class BaseNodeOwner {
 public:
  // A 4-32 connection is open. `identifier` is valid during the call.
  virtual void on_joined(Address address, const Eui48& eui48, Bytes identifier) = 0;
  // The address means nobody any more; on_sent(false) for what was under way came before.
  virtual void on_left(Address address, const Eui48& eui48, LeaveReason why) = 0;
  virtual void on_data(Address address, std::uint8_t s_lsap, std::uint8_t d_lsap, Bytes lsdu) = 0;
  // Once for every handle. ok: the meter's MAC acknowledged all of it.
  virtual void on_sent(SendHandle handle, bool ok) = 0;

 protected:
  ~BaseNodeOwner() = default;
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// Which frames wake the MAC: those whose first eight MPDU octets (generic header, packet header up
// to LNID), read as a big-endian number, equal `value` under `mask`. They travel in the PPDU header
// but for the last LNID bits, so that a modem can decide early. Beacons have their own way.
struct FilterRule {
  std::uint64_t mask;
  std::uint64_t value;
};
inline constexpr std::size_t kMaxFilterRules = 8;

struct ReceivedFrame {
  Bytes mpdu;  // complete, but perhaps damaged: HCS and CRC-32 are the MAC's to check
  Scheme scheme = Scheme::dbpsk_f;
  std::int32_t snr_cdb = 0;   // mean over the subcarriers, hundredths of a decibel
  std::int64_t start_us = 0;  // of the preamble, in now_us() time
};

// A source of beacons, as heard last.
struct HeardBeacon {
  BeaconMpdu mpdu{};
  std::int32_t snr_cdb = 0;
  std::int64_t start_us = 0;   // of this beacon
  std::uint32_t received = 0;  // since the search began
  std::uint32_t missed = 0;    // between the first and the last received
};

// The beacons to follow: those of `mpdu` (as heard; SEQ and CRC do not count). The modem keeps
// frame time by them, and wakes the MAC when their content changes or `miss_limit` in a row did not
// come.
struct BeaconWatch {
  BeaconMpdu mpdu{};
  unsigned miss_limit = kMissedBeacons;
};

// Beacons to send without further help: every 2^FRQ frames, in slot POS of the frame, as `mpdu`
// says; the modem fills in SEQ and CRC-32. A base node begins frame SEQ 0 at `epoch_us`; a switch
// takes frame time from what it watches, and sends in the frames with
// SEQ mod 2^FRQ == sequence_offset.
struct BeaconPlan {
  BeaconMpdu mpdu{};
  bool own_time = false;  // base node
  std::int64_t epoch_us = 0;
  unsigned sequence_offset = 0;
};

struct FrameTime {
  std::int64_t start_us = 0;  // of the frame now_us() lies in
  unsigned sequence = 0;      // its BCN.SEQ
};

// What a MAC asks of its modem. A frame is sent or heard whole; the calls return at once.
class ModemPort {
 public:
  virtual std::int64_t now_us() = 0;
  // Starts the preamble now. False: it is sending already, or the frame does not fit the scheme.
  // `level`: 0 full power, each step 3 dB less. The end is airtime_us() away; nothing tells it.
  virtual bool send(Bytes mpdu, Scheme scheme, unsigned level) = 0;
  // Carrier sense. Sees only what began before now - turnaround; its own sending counts as busy.
  virtual bool busy() = 0;
  virtual void set_filter(std::span<const FilterRule> rules) = 0;
  // Listening for beacons of any subnetwork; switching on forgets what was heard.
  virtual void search(bool on) = 0;
  virtual std::size_t heard(std::span<HeardBeacon> out) = 0;  // sources since, by first hearing
  virtual void watch(const BeaconWatch* watch) = 0;           // nullptr: none
  // False without own frame time and without a watched beacon.
  virtual bool frame_time(FrameTime& out) = 0;
  virtual void set_beacon(const BeaconPlan* plan) = 0;  // nullptr: stop

 protected:
  ~ModemPort() = default;
};

// What the modem tells its MAC.
class ModemClient {
 public:
  virtual void on_frame(const ReceivedFrame& frame) = 0;
  // Searching: the first beacon of a source. Watching: its content is new.
  virtual void on_beacon(const HeardBeacon& beacon) = 0;
  virtual void on_beacon_lost() = 0;

 protected:
  ~ModemClient() = default;
};

}  // namespace protocol::prime

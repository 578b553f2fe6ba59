// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plc-channel/feeder/feeder.hpp"
#include "plc-channel/medium/modem.hpp"

namespace plc {

// What a frame is for, read from its headers (G.9904 8.3.4).
enum class FrameKind : std::uint8_t {
  beacon,
  pnpdu,
  reg,
  con,
  pro,
  bsi,
  fra,
  cfp,
  alv,
  mul,
  prm,
  sec,
  data,
  data_again,  // the same data from the same station once more: ARQ
  other,       // no PRIME header
  kinds
};
inline constexpr std::size_t kFrameKinds = static_cast<std::size_t>(FrameKind::kinds);
const char* frame_kind_name(FrameKind kind);

// Of a frame at one station whose filter wanted it.
enum class Outcome : std::uint8_t {
  ok,
  noise,      // preamble or header not recognised, or payload damaged
  collision,  // the same, and without interference it would have come through
  deaf,       // the station was sending, or busy with an earlier frame
  kinds
};
inline constexpr std::size_t kOutcomes = static_cast<std::size_t>(Outcome::kinds);

struct Sending {
  std::uint64_t number = 0;  // of this medium, from 0
  StationId station = 0;
  FrameKind kind = FrameKind::other;
  Scheme scheme = Scheme::dbpsk_f;
  unsigned level = 0;
  bool down = false;  // HDR.DO
  kernel::TimeNs start = 0;
  kernel::TimeNs end = 0;
  protocol::Bytes mpdu;  // as sent
};

// Called from inside the medium: look, do not touch. Beacons are arithmetic and not shown one by
// one; see BeaconCounters.
class Observer {
 public:
  virtual void on_sending(const Sending& sending) = 0;
  virtual void on_sent(const Sending& sending) = 0;  // after its last on_received
  virtual void on_received(const Sending& sending, StationId at, Outcome outcome,
                           double snr_db) = 0;
  virtual void on_watch_lost(StationId station, kernel::TimeNs at) = 0;

 protected:
  ~Observer() = default;
};

struct KindCounters {
  std::uint64_t frames = 0;
  kernel::TimeNs airtime_ns = 0;
  std::uint64_t octets = 0;
  std::array<std::uint64_t, kOutcomes> outcomes{};
};
struct MediumCounters {
  std::array<KindCounters, kFrameKinds> kinds{};
  std::uint64_t damaged = 0;    // delivered with wrong octets
  std::uint64_t truncated = 0;  // sender lost its supply
  std::uint64_t refused = 0;    // send() while sending, or too long
  const KindCounters& of(FrameKind kind) const { return kinds[static_cast<std::size_t>(kind)]; }
};
// Of one station's watch, since the start.
struct BeaconCounters {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  // of those watched
  std::uint64_t missed = 0;
  std::uint64_t lost = 0;  // watches that ended
};

// Reads the headers of a frame, without checking them.
FrameKind frame_kind(protocol::Bytes mpdu);
bool frame_goes_down(protocol::Bytes mpdu);

// Tells data sent once more from new data: remembers the last packets of each station. What an ARQ
// sender changes between two copies (acknowledgements in the same packet) stands in front of the
// segment; only what is behind the first octets counts.
class FrameMemory {
 public:
  explicit FrameMemory(std::uint32_t n_stations) : stations_(n_stations) {}
  bool again(StationId station, protocol::Bytes mpdu);

 private:
  static constexpr std::size_t kRemembered = 8;
  struct Last {
    std::array<std::uint64_t, kRemembered> digest{};
    std::size_t next = 0;
  };
  std::vector<Last> stations_;
};

}  // namespace plc

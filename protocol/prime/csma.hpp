// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <span>

#include "protocol/prime/modem.hpp"

namespace protocol::prime {

inline constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();

// Channel access in the shared contention period, clause 8.3.3.3 (from memory, but for the ranges).
inline constexpr unsigned kScpMaxTxAttempts = 5;     // PIB 0014h, 2 .. 5
inline constexpr std::int64_t kSenseUs = 3'000;      // between two senses
inline constexpr unsigned kSenseOffset = 2;          // senses = priority + this; unverified
inline constexpr std::size_t kMaxFrameOctets = 384;  // longest MPDU of DBPSK_F
// After a CSMA failure a frame is offered again, from the next frame on, this often in all. The
// standard leaves it to the layer above; a switch has none above for what it repeats.
inline constexpr unsigned kCsmaRounds = 3;

struct FrameOptions {
  std::uint8_t priority = 2;  // 0 highest .. 3
  Scheme scheme = Scheme::dbpsk_f;
  std::uint8_t power = 0;  // modem level, 0 full
  std::uint8_t rounds = kCsmaRounds;
  std::uint32_t tag = 0;  // comes back with on_transmitted(); 0: nobody asks
};

// A place in the queue; the owner provides an array of them.
struct OutgoingFrame {
  bool used = false;
  std::uint8_t attempts = 0;  // of this round
  std::uint16_t size = 0;
  std::uint32_t order = 0;  // first come, first served inside a priority
  FrameOptions options;
  std::array<std::uint8_t, kMaxFrameOctets> mpdu;
};

class TransmitterOwner {
 public:
  virtual std::uint32_t random() = 0;  // 32 even bits
  // The frame has left the antenna to its end, or was given up. Called from on_time(); new frames
  // may be pushed from inside.
  virtual void on_transmitted(std::uint32_t tag, bool sent) = 0;

 protected:
  ~TransmitterOwner() = default;
};

struct TransmitterCounters {
  std::uint32_t frames = 0;        // sent
  std::uint32_t csma_failed = 0;   // macCSMAFailCount
  std::uint32_t channel_busy = 0;  // macCSMAChBusyCount
  std::uint32_t no_room = 0;       // queue full or frame too long: not accepted
  std::uint32_t given_up = 0;
};

// Sends a small queue of frames over one modem, the most urgent first: CSMA-CA, half duplex. A node
// without frame time (searching) sends without knowledge of the contention period.
class Transmitter {
 public:
  Transmitter(ModemPort& modem, std::span<OutgoingFrame> places, TransmitterOwner& owner);

  // The frame's structure as the beacons tell it.
  void set_period(unsigned beacon_slots, unsigned cfp_symbols);
  // Copies. False when the queue is full or the frame too long.
  bool push(Bytes mpdu, const FrameOptions& options);
  // Forgets what waits (no on_transmitted()); what is in the air goes on.
  void clear();

  void on_time(std::int64_t now_us);
  std::int64_t deadline_us() const { return deadline_us_; }

  std::size_t waiting() const;
  std::size_t free_places() const { return places_.size() - waiting(); }
  std::int64_t scp_us() const;  // length of the contention period
  const TransmitterCounters& counters() const { return counters_; }

 private:
  enum class Phase : std::uint8_t { idle, deferred, sensing, sending, hopeless };

  // The contention period that `frame` has, in now_us() time.
  struct Period {
    std::int64_t begin_us;
    std::int64_t end_us;
  };
  Period period_of(const FrameTime& frame) const;
  OutgoingFrame* most_urgent();
  void begin(std::int64_t earliest_us);
  void step(std::int64_t now_us);
  void sense(std::int64_t now_us);
  void back_off(std::int64_t now_us);
  void finish(bool sent);

  ModemPort& modem_;
  std::span<OutgoingFrame> places_;
  TransmitterOwner& owner_;
  OutgoingFrame* current_ = nullptr;
  Phase phase_ = Phase::idle;
  std::uint8_t senses_left_ = 0;
  std::uint8_t beacon_slots_ = 1;
  std::uint16_t cfp_symbols_ = 0;
  std::uint32_t next_order_ = 0;
  std::int64_t deadline_us_ = kNoDeadline;
  TransmitterCounters counters_;
};

}  // namespace protocol::prime

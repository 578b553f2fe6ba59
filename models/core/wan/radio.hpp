// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "kernel/time.hpp"
#include "models/core/wan/traffic.hpp"

namespace models::wan {

// Constants of one cell. Sources in docs/model-wan.md.
struct RadioConfig {
  int n_pdch = 4;        // always-on packet channels (time slots), 1 to 64; 1 to 4 are usual, more
                         // than 8 take several carriers
  int multislot_up = 2;  // class 12: at most 4 each way and 5 together
  int multislot_down = 3;
  double agch_per_s = 17;   // immediate assignments: 4 AGCH blocks of a CCCH multiframe
  double rach_per_s = 217;  // access opportunities, non-combined CCCH
  kernel::TimeNs agch_patience_ns = 5 * kernel::kNsPerSecond;   // longer queue: request rejected
  kernel::TimeNs pdch_patience_ns = 10 * kernel::kNsPerSecond;  // longer queue: packets dropped
  kernel::TimeNs ready_timer_ns = 44 * kernel::kNsPerSecond;    // T3314
  kernel::TimeNs tbf_release_ns = 1500 * kernel::kNsPerMs;    // flow kept open after its last block
  kernel::TimeNs latency_up_min_ns = 250 * kernel::kNsPerMs;  // radio, SGSN, GGSN, one way
  kernel::TimeNs latency_up_max_ns = 400 * kernel::kNsPerMs;
  kernel::TimeNs latency_down_min_ns = 200 * kernel::kNsPerMs;
  kernel::TimeNs latency_down_max_ns = 350 * kernel::kNsPerMs;
  kernel::TimeNs tbf_setup_min_ns = 100 * kernel::kNsPerMs;
  kernel::TimeNs tbf_setup_max_ns = 200 * kernel::kNsPerMs;
  kernel::TimeNs paging_min_ns = 300 * kernel::kNsPerMs;  // from STANDBY
  kernel::TimeNs paging_max_ns = 1500 * kernel::kNsPerMs;
  double packet_loss = 0.002;  // residual, above the acknowledged radio link
  double rssi_mean_dbm = -81;  // modules under terminal covers, often in cellars
  double rssi_sigma_db = 9;
};

// How one module hears the cell and what it holds of the cell's channels.
struct RadioLink {
  std::uint64_t seed = 0;
  std::uint32_t module = 0;
  std::uint64_t bursts = 0;  // index of the next keyed draw
  std::uint64_t accesses = 0;
  std::uint8_t csq = 99;                  // AT+CSQ
  std::uint8_t coding_scheme = 2;         // CS-1 .. CS-4
  std::uint32_t block_loss_permille = 0;  // radio blocks repeated by RLC
  kernel::TimeNs ready_until_ns = -1;
  std::array<kernel::TimeNs, 2> tbf_until_ns{-1, -1};  // [direction]
  kernel::TimeNs transmit_ns = 0;
};

// Signal level and quality at the module's place; a keyed draw, so it is known without the others.
RadioLink draw_link(const RadioConfig& config, std::uint64_t seed, std::uint32_t module);

// A server of constant rate with one queue, as a fluid: only its backlog is kept.
class Backlog {
 public:
  // Work (in server ns) still to be done at now.
  kernel::TimeNs at(kernel::TimeNs now) const {
    const kernel::TimeNs done = now > last_ns_ ? now - last_ns_ : 0;
    return done >= work_ns_ ? 0 : work_ns_ - done;
  }
  void add(kernel::TimeNs now, kernel::TimeNs work_ns) {
    work_ns_ = at(now) + work_ns;
    if (now > last_ns_) last_ns_ = now;
  }

 private:
  kernel::TimeNs work_ns_ = 0;
  kernel::TimeNs last_ns_ = 0;
};

// What became of a burst of packets handed to the air interface.
struct Passage {
  bool carried = false;           // false: no channel (access failed or queue overflow)
  kernel::TimeNs arrival_ns = 0;  // of the last packet at the other end
  std::uint32_t lost = 0;         // packets that will not arrive
  std::uint32_t first_lost = 0;
};
struct Access {
  bool granted = false;
  kernel::TimeNs at_ns = 0;  // granted: when; else when to try again
};

// The shared channels of one cell: random access and its grants, packet data channels both ways.
// Everything is arithmetic on backlogs; no event is scheduled.
class Radio {
 public:
  Radio(const RadioConfig& config, Traffic& traffic) : config_(config), traffic_(traffic) {}

  // Channel request with its retries on the RACH, for a procedure that opens so many flows.
  Access request_access(RadioLink& link, kernel::TimeNs now, int flows = 1);
  // octets: network-layer octets of n_packets packets that travel back to back.
  Passage carry(RadioLink& link, Direction direction, kernel::TimeNs now, std::uint32_t octets,
                std::uint32_t n_packets);
  const RadioConfig& config() const { return config_; }

 private:
  bool open_flow(RadioLink& link, Direction direction, kernel::TimeNs& at, std::uint32_t draw);

  RadioConfig config_;
  Traffic& traffic_;
  Backlog agch_;
  std::array<Backlog, 2> pdch_;
  double rach_load_ = 0;  // requests of about the last second
  kernel::TimeNs rach_load_at_ns_ = 0;
};

}  // namespace models::wan

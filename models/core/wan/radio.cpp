// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/wan/radio.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"

namespace models::wan {

namespace {

// Data rate of one slot at the RLC/MAC layer, bit/s (GSM 05.03: 181, 268, 312, 428 bits a 20 ms).
constexpr std::array<std::int64_t, 5> kSlotBitPerS = {0, 9'050, 13'400, 15'600, 21'400};
// SNDCP header 4, LLC header and FCS 6, one octet of RLC length indicator: 11 a packet.
constexpr std::uint32_t kLinkOctets = 11;
constexpr std::uint64_t kDrawsPerBurst = 16;  // Philox blocks set aside for one burst
// GSM 04.60 MAX_RETRANS = 7, spread over some 50 TDMA frames (S + T of GSM 04.18).
constexpr int kRachAttempts = 8;
constexpr kernel::TimeNs kRachSpacingMinNs = 250 * kernel::kNsPerMs;
constexpr kernel::TimeNs kRachSpacingMaxNs = 480 * kernel::kNsPerMs;
constexpr kernel::TimeNs kRachGrantNs =
    60 * kernel::kNsPerMs;  // request on air to assignment decoded
constexpr kernel::TimeNs kT3142MinNs = 5 * kernel::kNsPerSecond;  // wait after a rejection
constexpr kernel::TimeNs kT3142MaxNs = 15 * kernel::kNsPerSecond;

kernel::TimeNs between(kernel::TimeNs low, kernel::TimeNs high, std::uint32_t draw) {
  return low + static_cast<kernel::TimeNs>((static_cast<__int128>(high - low) * draw) >> 32);
}

bool below(double probability, std::uint32_t draw) {
  return static_cast<double>(draw) < probability * 4294967296.0;
}

}  // namespace

RadioLink draw_link(const RadioConfig& config, std::uint64_t seed, std::uint32_t module) {
  kernel::KeyedStream draw(seed, module, kernel::kPurposeWanRadio);
  RadioLink link;
  link.seed = seed;
  link.module = module;
  const double rssi_dbm = config.rssi_mean_dbm + config.rssi_sigma_db * draw.gaussian();
  link.csq = static_cast<std::uint8_t>(std::clamp((rssi_dbm + 113.0) / 2.0, 0.0, 31.0));
  // Carrier over noise and interference: noise-limited at -110 dBm, capped by interference.
  constexpr double kNoiseDbm = -110;
  constexpr double kInterferenceCapDb = 24;
  const double quality_db =
      std::min(rssi_dbm - kNoiseDbm, kInterferenceCapDb + 4 * draw.gaussian());
  // Link adaptation thresholds for about 10 % block errors, typical of an urban channel.
  constexpr std::array<double, 3> kThresholdDb = {9, 13, 17};
  link.coding_scheme = 1;
  double margin_db = quality_db;
  for (const double threshold : kThresholdDb) {
    if (quality_db < threshold) break;
    ++link.coding_scheme;
    margin_db = quality_db - threshold;
  }
  // 10 % at the threshold, halved every 3 dB above it.
  link.block_loss_permille = static_cast<std::uint32_t>(
      std::clamp(100.0 * kernel::det_exp(-margin_db * 0.231), 2.0, 300.0));
  return link;
}

Access Radio::request_access(RadioLink& link, kernel::TimeNs now, int flows) {
  HourTraffic& hour = traffic_.at(now);
  kernel::KeyedStream draw(link.seed, link.module, kernel::kPurposeWanAccess,
                           kDrawsPerBurst * link.accesses++);
  constexpr double kPerNs = 1.0 / kernel::kNsPerSecond;
  constexpr kernel::TimeNs kForgottenNs = 60 * kernel::kNsPerSecond;
  const kernel::TimeNs quiet_ns = std::min(now - rach_load_at_ns_, kForgottenNs);
  rach_load_ *= kernel::det_exp(-static_cast<double>(quiet_ns) * kPerNs);
  rach_load_at_ns_ = now;
  kernel::TimeNs at = now;
  bool heard = false;
  for (int attempt = 0; attempt < kRachAttempts && !heard; ++attempt) {
    ++hour.access_requests;
    rach_load_ += 1;
    // Slotted ALOHA: the burst survives when nobody else chose its slot.
    heard = draw.chance(kernel::det_exp(-std::min((rach_load_ - 1) / config_.rach_per_s, 100.0)));
    if (!heard) at += between(kRachSpacingMinNs, kRachSpacingMaxNs, draw.next_u32());
  }
  const kernel::TimeNs queue_ns = agch_.at(now);
  if (!heard || queue_ns > config_.agch_patience_ns) {
    ++hour.access_failures;
    return {false, at + between(kT3142MinNs, kT3142MaxNs, draw.next_u32())};
  }
  // Once let in, a procedure keeps its place: its later flows load the channels, but are served.
  for (int flow = 0; flow < flows; ++flow) {
    agch_.add(now, static_cast<kernel::TimeNs>(kernel::kNsPerSecond / config_.agch_per_s));
    if (flow == 0) continue;
    ++hour.access_requests;
    rach_load_ += 1;
  }
  return {true, at + kRachGrantNs + queue_ns};
}

// Moves `at` to when blocks may flow. False when no channel could be had.
bool Radio::open_flow(RadioLink& link, Direction direction, kernel::TimeNs& at,
                      std::uint32_t draw) {
  if (link.tbf_until_ns[static_cast<std::size_t>(direction)] >= at) return true;
  const bool standby = link.ready_until_ns < at;
  if (direction == Direction::kUp) {
    const Access access = request_access(link, at);
    if (!access.granted) return false;
    at = access.at_ns;
  } else if (standby) {
    // Paged on the PCH, the module answers with a channel request.
    const Access access = request_access(link, at);
    if (!access.granted) return false;
    at = access.at_ns + between(config_.paging_min_ns, config_.paging_max_ns, draw);
  } else if (link.tbf_until_ns[static_cast<std::size_t>(Direction::kUp)] < at) {
    // Assignment on the AGCH; with an uplink flow open it would travel on that flow's PACCH.
    const kernel::TimeNs queue_ns = agch_.at(at);
    if (queue_ns > config_.agch_patience_ns) return false;
    agch_.add(at, static_cast<kernel::TimeNs>(kernel::kNsPerSecond / config_.agch_per_s));
    at += queue_ns;
  }
  at += between(config_.tbf_setup_min_ns, config_.tbf_setup_max_ns, ~draw);
  return true;
}

Passage Radio::carry(RadioLink& link, Direction direction, kernel::TimeNs now, std::uint32_t octets,
                     std::uint32_t n_packets) {
  const auto way = static_cast<std::size_t>(direction);
  const std::uint64_t index = kDrawsPerBurst * link.bursts++;
  auto draw = kernel::philox4x32(link.seed, link.module, kernel::kPurposeWanBurst, index);
  kernel::TimeNs at = now;
  const bool up = direction == Direction::kUp;
  if (!open_flow(link, direction, at, draw[0])) return {};

  // Slot time with the blocks that RLC repeats. Alone: the module's slots; with a backlog: the
  // cell's slots work it off in order.
  const std::int64_t bits = 8 * (std::int64_t{octets} + kLinkOctets * n_packets);
  const std::int64_t work_ns = bits * kernel::kNsPerSecond / kSlotBitPerS[link.coding_scheme] *
                               1000 / (1000 - link.block_loss_permille);
  const int slots = std::min(up ? config_.multislot_up : config_.multislot_down, config_.n_pdch);
  const kernel::TimeNs queue_ns = pdch_[way].at(now);
  if (queue_ns > config_.pdch_patience_ns) return {};
  pdch_[way].add(now, work_ns / config_.n_pdch);
  traffic_.at(now).slot_ns[way] += static_cast<std::uint64_t>(work_ns);
  at += std::max(work_ns / slots, queue_ns + work_ns / config_.n_pdch);
  if (up) link.transmit_ns += work_ns / slots;

  link.tbf_until_ns[way] = at + config_.tbf_release_ns;
  link.ready_until_ns = at + config_.ready_timer_ns;
  Passage passage;
  passage.carried = true;
  passage.arrival_ns =
      at + (up ? between(config_.latency_up_min_ns, config_.latency_up_max_ns, draw[1])
               : between(config_.latency_down_min_ns, config_.latency_down_max_ns, draw[1]));
  for (std::uint32_t packet = 0; packet < n_packets; ++packet) {
    const std::uint32_t word = (packet + 2) % 4;
    if (word == 0) {
      const std::uint64_t block = index + std::min<std::uint64_t>((packet + 2) / 4, 15);
      draw = kernel::philox4x32(link.seed, link.module, kernel::kPurposeWanBurst, block);
    }
    if (!below(config_.packet_loss, draw[word])) continue;
    if (passage.lost++ == 0) passage.first_lost = packet;
  }
  traffic_.at(now).lost_segments += passage.lost;
  return passage;
}

}  // namespace models::wan

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// Mean SNR a coded scheme needs, as a published vendor stack has it for links without impulsive or
// narrowband noise (hundredths of a decibel; its error target is not stated), and what must be
// there beyond it before a link steps up.
inline constexpr std::int32_t kDbpskFSnrCdb = 350;
inline constexpr std::int32_t kDqpskFSnrCdb = 575;
inline constexpr std::int32_t kD8pskFSnrCdb = 950;
inline constexpr std::int32_t kStayMarginCdb = 100;  // engineering judgement
inline constexpr std::int32_t kStepUpCdb = 150;      // hysteresis, engineering judgement
inline constexpr unsigned kEmaShift = 3;             // macEMASmoothing: weight 1/8

constexpr std::int32_t needed_snr_cdb(Scheme scheme) {
  switch (scheme) {
    case Scheme::d8psk_f:
      return kD8pskFSnrCdb;
    case Scheme::dqpsk_f:
      return kDqpskFSnrCdb;
    default:
      return kDbpskFSnrCdb;
  }
}
// PHY_SNR, 3 bits: 0 up to 0 dB, then steps of 3 dB, 7 above 18 dB.
constexpr std::uint8_t snr_code(std::int32_t snr_cdb) {
  if (snr_cdb <= 0) return 0;
  const std::int32_t code = (snr_cdb + 299) / 300;
  return static_cast<std::uint8_t>(code > 7 ? 7 : code);
}
constexpr std::int32_t snr_of_code_cdb(std::uint8_t code) {  // the least it can mean
  return code == 0 ? -300 : (code - 1) * 300;
}

// One direction-pair with a neighbour: how well we hear it, and how well it says it hears us. Until
// it says so, the line is taken to be the same both ways.
class LinkQuality {
 public:
  void heard(std::int32_t snr_cdb);
  void reported(std::uint8_t code);  // a PRM_REQ of the neighbour
  bool known() const { return samples_ > 0; }
  std::int32_t snr_cdb() const { return mean_cdb_; }
  // For data to this neighbour. Coded schemes only.
  Scheme scheme() const { return scheme_; }
  // A try failed: one step down until more is heard.
  void step_down();
  // Whether the neighbour, sending with `used`, should be told (PRM_REQ) that another scheme fits.
  bool should_report(Scheme used) const;

 private:
  void choose(std::int32_t snr_cdb);

  std::int32_t mean_cdb_ = 0;
  std::uint8_t samples_ = 0;  // saturates
  bool has_report_ = false;
  Scheme scheme_ = Scheme::dbpsk_f;
};

// Neighbours by NID (or whatever key their owner has); the one heard least lately makes room.
template <std::size_t kPlaces>
class LinkTable {
 public:
  LinkQuality* find(std::uint32_t key) {
    for (Entry& entry : entries_) {
      if (entry.used == 0 || entry.key != key) continue;
      entry.used = ++turn_;
      return &entry.link;
    }
    return nullptr;
  }
  LinkQuality& at(std::uint32_t key) {  // makes it
    if (LinkQuality* known = find(key)) return *known;
    Entry* oldest = &entries_[0];
    for (Entry& entry : entries_) {
      if (entry.used < oldest->used) oldest = &entry;
    }
    *oldest = Entry{key, ++turn_, {}};
    return oldest->link;
  }
  void clear() { *this = LinkTable{}; }

 private:
  struct Entry {
    std::uint32_t key = 0;
    std::uint32_t used = 0;  // 0: free
    LinkQuality link;
  };
  std::array<Entry, kPlaces> entries_{};
  std::uint32_t turn_ = 0;
};

}  // namespace protocol::prime

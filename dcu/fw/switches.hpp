// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dcu/fw/beacons.hpp"
#include "dcu/fw/keep_alive.hpp"
#include "dcu/fw/types.hpp"

namespace dcu::fw {

// One PRO_REQ_S: a terminal heard the PNPDU of a node that hears no switch.
struct PromotionRequest {
  std::uint16_t candidate = 0;  // position of the terminal in the node table
  Eui48 needing{};              // PRO.PNA
  std::uint8_t quality = 0;     // PRO.RQ: how well it heard the PNPDU, PHY_SNR class
  std::int64_t at_us = 0;
};

// Requests are gathered for a while before one terminal is chosen: several hear the same cry, and
// one switch in a good place serves more nodes than many (clause 8.6.3 leaves the choice to the
// base node).
class PromotionBoard {
 public:
  // The newest request of a candidate for a node replaces its older one; a full board forgets the
  // oldest.
  void note(const PromotionRequest& request);
  void drop_candidate(std::uint16_t candidate);
  void drop_needing(const Eui48& needing);
  void expire(std::int64_t before_us);
  void clear() { size_ = 0; }

  bool empty() const { return size_ == 0; }
  bool wants(std::uint16_t candidate) const;  // a request of this candidate is on the board
  // Takes off what `chosen` asked for, and what others asked for the same nodes; tells each of
  // those others that has nothing left on the board.
  template <typename Tell>
  void settle(std::uint16_t chosen, Tell&& tell) {
    while (const PromotionRequest* own = request_of(chosen)) {
      const Eui48 needing = own->needing;
      for (std::size_t i = 0; i < size_;) {
        if (requests_[i].needing != needing) {
          ++i;
          continue;
        }
        const std::uint16_t candidate = requests_[i].candidate;
        take(i);
        if (candidate != chosen && !wants(candidate)) tell(candidate);
      }
    }
  }

  // The candidate that the most nodes need; then the one that hears them best; then the one that
  // `rank` (link to the base node) puts highest; then the first on the board.
  template <typename Rank>
  std::optional<std::uint16_t> best(Rank&& rank) const {
    std::optional<std::uint16_t> chosen;
    Score chosen_score;
    for (std::size_t i = 0; i < size_; ++i) {
      Score score = score_of(requests_[i].candidate);
      score.rank = rank(requests_[i].candidate);
      if (score.rank == kUnfit || (chosen && !chosen_score.below(score))) continue;
      chosen = requests_[i].candidate;
      chosen_score = score;
    }
    return chosen;
  }
  static constexpr std::int32_t kUnfit = INT32_MIN;  // a rank that rules a candidate out

 private:
  struct Score {
    unsigned needing = 0;
    unsigned quality = 0;
    std::int32_t rank = 0;
    bool below(const Score& other) const {
      if (needing != other.needing) return needing < other.needing;
      if (quality != other.quality) return quality < other.quality;
      return rank < other.rank;
    }
  };
  Score score_of(std::uint16_t candidate) const;
  const PromotionRequest* request_of(std::uint16_t candidate) const;
  void take(std::size_t index);
  template <typename Predicate>
  void drop_if(Predicate&& matches);

  std::array<PromotionRequest, 64> requests_{};
  std::size_t size_ = 0;
};

// Terminals that become switches and terminals again (clause 8.6.3).
class Switches {
 public:
  Switches(Core& core, Procedures& procedures, KeepAlive& keep_alive, Beacons& beacons)
      : core_(core), procedures_(procedures), keep_alive_(keep_alive), beacons_(beacons) {}
  void clear();

  void on_pro(Node& node, Bytes payload);
  void on_bsi(Node& node, Bytes payload);
  // ALV.SSID: both ends may have lost the other's word about being a switch.
  void compare(Node& node, std::uint8_t ssid);
  // Somebody registers through it, so that it has sent beacons: BSI_ACK was lost.
  void used(Node& node) {
    if (node.procedure == Procedure::slot) promoted(node);
  }
  void demoted(Node& node);  // its subtree is gone
  void unused(Node& node);   // nobody has hung on it for long

  // ---- Nodes come and go ----
  void joined(Node& node);  // under its switch
  void left(Node& node);
  void served(const Eui48& eui48) { board_.drop_needing(eui48); }  // it needs no switch any more
  void withdraw(const Node& node) { board_.drop_candidate(core_.table.position_of(node)); }
  // A switch has gone, its nodes are there still.
  bool orphaned() const { return orphaned_; }
  void orphans_leave() { orphaned_ = false; }

  std::int64_t deadline_us() const { return decide_at_us_; }
  void decide();

 private:
  void on_request(Node& node, const protocol::prime::Pro& pro);
  void on_demotion(Node& node, std::uint8_t lsid);
  void promoted(Node& node);
  bool may_switch(const Node& node) const;

  Core& core_;
  Procedures& procedures_;
  KeepAlive& keep_alive_;
  Beacons& beacons_;
  PromotionBoard board_;
  std::int64_t decide_at_us_ = kNoDeadline;
  std::int64_t settled_at_us_ = 0;  // the last promotion has had time to show its effect
  bool orphaned_ = false;
};

}  // namespace dcu::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/prime/links.hpp"

namespace meter::fw::prime {

// Promotion to a switch, and repeating for the nodes below.
class Switching {
 public:
  Switching(Core& core, Links& links, KeepAlive& keep_alive)
      : core_(core), links_(links), keep_alive_(keep_alive) {}
  void clear_requests();  // what was heard of others' needs, and what became of it

  void on_promotion_needed(const protocol::prime::ReceivedFrame& frame);
  // PRO_REQ_S of another terminal: one request for a node is enough.
  void on_request_heard(Bytes payload);
  void on_pro(Bytes payload);
  void on_bsi(Bytes payload);
  void demote();  // a switch only
  void stop();
  // Our beacon repeats the frame's structure as our own switch tells it.
  void publish_beacon();
  bool has_slot() const { return has_slot_; }
  const protocol::prime::Bsi& slot() const { return slot_; }  // the last one

  // ---- Those below us ----
  bool is_below(std::uint8_t sid) const;
  void heard(std::uint8_t sid) { heard_[sid / 32] |= 1u << (sid % 32); }
  void learn(const protocol::prime::Packet& packet);
  void forget_silent();
  void repeat(const protocol::prime::ReceivedFrame& frame, bool down,
              const protocol::prime::Packet& packet);

  // What wakes us, by all that the node is now.
  void set_filter() const;

 private:
  // A node that somebody has asked for.
  struct Asked {
    Eui48 node{};
    std::int64_t until_us = 0;
  };
  static constexpr std::size_t kAsked = 4;
  bool is_asked_for(const Eui48& node) const;
  void request(const Eui48& needed_by, std::int32_t snr_cdb);
  void on_switch(const protocol::prime::Pro& pro);
  void on_demotion(std::uint8_t lsid);
  void become(std::uint8_t lsid);
  std::uint8_t cost(std::uint8_t above) const;

  using SidSet = std::array<std::uint32_t, 8>;  // one bit each
  Core& core_;
  Links& links_;
  KeepAlive& keep_alive_;
  SidSet below_{};  // switches below us
  SidSet heard_{};  // of those, since the last look
  std::int64_t look_us_ = 0;
  std::int64_t hold_until_us_ = 0;                        // no request before
  std::uint8_t demoting_lsid_ = protocol::prime::kNoSid;  // we said PRO_DEM_S first
  bool has_slot_ = false;
  bool ignoring_ = false;
  std::uint8_t ignore_left_ = 0;
  std::uint8_t rejections_ = 0;  // in a row
  std::uint8_t next_asked_ = 0;
  std::array<Asked, kAsked> asked_{};
  protocol::prime::Bsi slot_{};
};

}  // namespace meter::fw::prime

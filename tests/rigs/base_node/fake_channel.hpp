// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

#include "protocol/prime/modem.hpp"
#include "tests/rigs/octets/octets.hpp"

// A small power line: stations, links between some of them, half duplex, carrier sense that sees
// only what began a turnaround ago, collisions wherever two signals meet at a receiver, losses by
// a seeded generator. Everything is heard at the end of a frame; time runs only in run_until().
namespace fake {

namespace prime = protocol::prime;

struct Link {
  unsigned loss_per_mille = 0;
  std::int32_t snr_cdb = 2000;
};

class Channel;

// The modem of one device. `deadline` and `on_time` belong to the MAC behind it.
class Station final : public prime::ModemPort {
 public:
  Station(Channel& channel, std::size_t number) : channel_(channel), number_(number) {}

  // The device: asked for its deadline after everything that touches it.
  prime::ModemClient* client = nullptr;
  std::function<std::int64_t()> deadline;
  std::function<void()> on_time;
  // Something outside called the device: its deadline may be another.
  void touched();
  // A device without power: deaf and mute, filter, watch and plan forgotten.
  void power_off();

  std::int64_t now_us() override;
  bool send(protocol::Bytes mpdu, prime::Scheme scheme, unsigned level) override;
  bool busy() override;
  void set_filter(std::span<const prime::FilterRule> rules) override;
  void search(bool on) override;
  std::size_t heard(std::span<prime::HeardBeacon> out) override;
  void watch(const prime::BeaconWatch* watch) override;
  bool frame_time(prime::FrameTime& out) override;
  void set_beacon(const prime::BeaconPlan* plan) override;

  std::size_t number() const { return number_; }
  bool beaconing() const { return plan_.has_value(); }

 private:
  friend class Channel;
  bool wakes(protocol::Bytes mpdu) const;
  void hear_beacon(protocol::Bytes mpdu, std::int32_t snr_cdb, std::int64_t start_us);
  void expect_beacon(unsigned generation, std::int64_t expected_us);
  void send_beacon(unsigned generation, std::int64_t at_us);

  Channel& channel_;
  std::size_t number_;
  std::vector<prime::FilterRule> rules_;
  bool searching_ = false;
  std::vector<prime::HeardBeacon> heard_;  // by first hearing, also while not searching
  std::optional<prime::BeaconWatch> watch_;
  std::int64_t watched_us_ = 0;  // start of the last one watched that came
  unsigned watched_sequence_ = 0;
  unsigned missed_ = 0;
  unsigned watch_generation_ = 0;
  std::optional<prime::BeaconPlan> plan_;
  unsigned plan_generation_ = 0;
  std::int64_t sending_until_us_ = 0;
  std::int64_t armed_us_ = INT64_MAX;
};

class Channel {
 public:
  static constexpr std::int64_t kTurnaroundUs = 300;

  explicit Channel(std::uint64_t seed) : random_(seed) {}
  Station& add();
  void connect(std::size_t a, std::size_t b, const Link& both_ways);
  void cut(std::size_t a, std::size_t b);

  std::int64_t now_us() const { return now_us_; }
  void run_until(std::int64_t until_us);
  void run_for(std::int64_t duration_us) { run_until(now_us_ + duration_us); }
  // Stops early once `done`; false when the time ran out.
  bool run_until(std::int64_t until_us, const std::function<bool()>& done);
  void at(std::int64_t when_us, std::function<void()> action);

  // Sees, and may change or refuse (false), every frame at every receiver.
  std::function<bool(std::size_t from, std::size_t to, std::vector<std::uint8_t>& mpdu)> tap;
  // Of everything on the air: for determinism.
  std::uint64_t trace_digest() const { return digest_; }
  std::uint64_t frames() const { return frames_; }
  std::uint64_t collisions() const { return collisions_; }

 private:
  friend class Station;
  struct Transmission {
    std::size_t from = 0;
    std::int64_t start_us = 0;
    std::int64_t end_us = 0;
    std::vector<std::uint8_t> mpdu;
    prime::Scheme scheme = prime::Scheme::dbpsk_f;
  };
  struct Event {
    std::int64_t at_us;
    std::uint64_t order;
    std::shared_ptr<std::function<void()>> action;
    bool operator<(const Event& other) const {
      return at_us != other.at_us ? at_us > other.at_us : order > other.order;
    }
  };
  const Link* link(std::size_t from, std::size_t to) const;
  bool transmit(Station& from, protocol::Bytes mpdu, prime::Scheme scheme);
  bool sensed(const Station& at) const;
  void deliver(const Transmission& frame);
  bool disturbed(const Transmission& frame, std::size_t at) const;
  void trace(protocol::Bytes octets, std::uint64_t with);

  rigs::Draws random_;
  std::int64_t now_us_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t digest_ = 14695981039346656037u;
  std::uint64_t frames_ = 0;
  std::uint64_t collisions_ = 0;
  std::deque<Station> stations_;
  std::map<std::pair<std::size_t, std::size_t>, Link> links_;
  std::deque<Transmission> air_;  // recent and present ones
  std::priority_queue<Event> agenda_;
};

}  // namespace fake

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "sim/referee/events/relay_story.hpp"

namespace sim::run {

// One telling of a relay's story: orders as early or as late as they may come, values at either end
// of what a meter may read.
class RelaySimulation {
 public:
  enum class Cause : std::uint8_t { order, limit_order, threshold, other };
  struct Entry {
    EventKind kind;
    Cause cause;
    kernel::TimeNs at;
  };
  struct Move {
    bool closed;
    Cause cause;
    kernel::TimeNs at;
  };

  RelaySimulation(const RelaySubject& subject, bool late) : subject_(subject), late_(late) {}
  void run();
  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<Move>& moves() const { return moves_; }

 private:
  struct Input {
    kernel::TimeNs at;
    const Event* event;  // none: the supply comes
  };
  struct Contact {
    bool closed = true;
    bool told_closed = true;  // as the meter saw it last
    bool welded = false;
    bool faulty = false;
    std::uint32_t operations = 0;
    kernel::TimeNs moving_until = -1;
  };
  struct Limiter {
    std::optional<protocol::limits::PowerLimit> limit;
    std::uint32_t active = protocol::limits::kNoLimit;  // the threshold in force
    bool exceeded = false;
    kernel::TimeNs since = kernel::kNever;
  };
  struct Monitor {
    std::optional<protocol::limits::PowerLimit> limit;
    bool over = false;
    bool watches() const { return limit && limit->threshold_w != protocol::limits::kNoLimit; }
  };
  std::vector<Input> inputs() const;
  void take(const Input& input);
  void order(bool close);
  void button();
  void contact(ContactFate fate);
  void set_limit(const protocol::limits::PowerLimit& limit);
  void start();
  void tick();
  void look_at_limiter();
  void look_at(Monitor& monitor);
  void refresh_threshold(Cause cause);
  void disconnect_locally();
  void reconnect_locally();

  bool reconnects_remotely() const { return mode_ == 2 || mode_ == 4; }
  bool reconnects_locally() const { return mode_ == 5 || mode_ == 6; }
  bool opens_by_button() const { return mode_ == 1 || mode_ == 2 || mode_ == 5; }
  bool watching() const;
  bool powered() const;
  std::int64_t clock_s() const;
  double value(protocol::limits::Quantity quantity) const;
  bool over(double value, std::uint32_t threshold, bool is_over) const;
  void go(int state, EventKind kind, Cause cause);
  void drive(Cause cause);
  void move(bool closed, kernel::TimeNs at, Cause cause);
  void fault(kernel::TimeNs at, Cause cause);
  void note(EventKind kind, Cause cause) { entries_.push_back({kind, cause, now_}); }

  const RelaySubject& subject_;
  bool late_;
  kernel::TimeNs now_ = 0;
  // Class 70: 0 disconnected, 1 connected, 2 ready for reconnection.
  int state_ = 1;
  int mode_ = 4;
  bool locally_ = false;  // it disconnected itself
  Contact contact_;
  Limiter limiter_;
  Monitor current_;
  Monitor voltage_;
  std::vector<Entry> entries_;
  std::vector<Move> moves_;
};

}  // namespace sim::run

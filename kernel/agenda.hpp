// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/time.hpp"

namespace kernel {

// Whoever gets called at a time. `what` tells its several timers apart.
class Entity {
 public:
  virtual void on_time(TimeNs now, std::uint32_t what) = 0;

 protected:
  ~Entity() = default;
};

// Who acts first among those due at the same instant: the smaller id. Ids come from the scenario
// (meter number, then kind), so an order never depends on how a heap happens to grow.
using EntityId = std::uint32_t;

// One timer of one entity. Arm replaces; a timer is in the agenda at most once.
// The agenda must outlive its timers; a timer must not move while armed.
class Agenda;
class Timer {
 public:
  Timer(Agenda& agenda, Entity& entity, EntityId id, std::uint32_t what);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // kNever disarms. A time before now() counts as now().
  void arm(TimeNs at);
  void disarm() { arm(kNever); }
  TimeNs at() const { return at_; }

 private:
  friend class Agenda;
  Agenda& agenda_;
  Entity& entity_;
  TimeNs at_ = kNever;
  std::uint64_t sequence_ = 0;
  EntityId id_;
  std::uint32_t what_;
  std::uint32_t slot_ = kNoSlot;
  static constexpr std::uint32_t kNoSlot = 0xFFFFFFFFu;
};

// The event list of one medium: a binary heap keyed (time, entity id, what, sequence).
class Agenda {
 public:
  TimeNs now() const { return now_; }
  // Time of the earliest timer, kNever when there is none.
  TimeNs next() const { return heap_.empty() ? kNever : heap_.front()->at_; }
  // Runs everything due at or before `until`, then sets now() to `until`.
  void run_until(TimeNs until);
  std::uint64_t events() const { return events_; }

 private:
  friend class Timer;
  static bool before(const Timer& a, const Timer& b);
  void place(Timer& timer, std::uint32_t slot);
  void sift_up(std::uint32_t slot);
  void sift_down(std::uint32_t slot);
  void insert(Timer& timer);
  void remove(Timer& timer);

  std::vector<Timer*> heap_;
  TimeNs now_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace kernel

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/agenda.hpp"

#include <tuple>
#include <utility>

#include "kernel/assert.hpp"

namespace kernel {

Timer::Timer(Agenda& agenda, Entity& entity, EntityId id, std::uint32_t what)
    : agenda_(agenda), entity_(entity), id_(id), what_(what) {}

Timer::~Timer() {
  if (slot_ != kNoSlot) agenda_.remove(*this);
}

void Timer::arm(TimeNs at) {
  if (at == at_ && slot_ != kNoSlot) return;
  if (slot_ != kNoSlot) agenda_.remove(*this);
  at_ = at;
  if (at == kNever) return;
  if (at_ < agenda_.now()) at_ = agenda_.now();
  agenda_.insert(*this);
}

bool Agenda::before(const Timer& a, const Timer& b) {
  return std::tie(a.at_, a.id_, a.what_, a.sequence_) <
         std::tie(b.at_, b.id_, b.what_, b.sequence_);
}

void Agenda::place(Timer& timer, std::uint32_t slot) {
  heap_[slot] = &timer;
  timer.slot_ = slot;
}

void Agenda::sift_up(std::uint32_t slot) {
  Timer* const timer = heap_[slot];
  while (slot > 0) {
    const std::uint32_t parent = (slot - 1) / 2;
    if (!before(*timer, *heap_[parent])) break;
    place(*heap_[parent], slot);
    slot = parent;
  }
  place(*timer, slot);
}

void Agenda::sift_down(std::uint32_t slot) {
  Timer* const timer = heap_[slot];
  const auto size = static_cast<std::uint32_t>(heap_.size());
  for (;;) {
    std::uint32_t child = 2 * slot + 1;
    if (child >= size) break;
    if (child + 1 < size && before(*heap_[child + 1], *heap_[child])) ++child;
    if (!before(*heap_[child], *timer)) break;
    place(*heap_[child], slot);
    slot = child;
  }
  place(*timer, slot);
}

void Agenda::insert(Timer& timer) {
  timer.sequence_ = sequence_++;
  heap_.push_back(&timer);
  sift_up(static_cast<std::uint32_t>(heap_.size() - 1));
}

void Agenda::remove(Timer& timer) {
  const std::uint32_t slot = timer.slot_;
  TWIN_ASSERT(slot < heap_.size() && heap_[slot] == &timer, slot, heap_.size());
  timer.slot_ = Timer::kNoSlot;
  Timer* const last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  place(*last, slot);
  sift_up(slot);
  sift_down(last->slot_);
}

void Agenda::run_until(TimeNs until) {
  TWIN_ASSERT(until >= now_, until, now_);
  while (!heap_.empty() && heap_.front()->at_ <= until) {
    Timer& timer = *heap_.front();
    now_ = timer.at_;
    remove(timer);
    timer.at_ = kNever;
    ++events_;
    timer.entity_.on_time(now_, timer.what_);
  }
  now_ = until;
}

}  // namespace kernel

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <utility>

#include "dcu/app/ports/ports.hpp"

namespace dcu::app {

// What is to be done when. Entries of the same instant run in the order in which they were made.
class Agenda {
 public:
  using Ticket = std::pair<UtcNs, std::uint64_t>;
  static constexpr Ticket kNone{kNever, 0};

  Ticket at(UtcNs when, std::function<void()> what) {
    const Ticket ticket{when, ++made_};
    entries_.emplace(ticket, std::move(what));
    return ticket;
  }
  void cancel(Ticket& ticket) {
    entries_.erase(ticket);
    ticket = kNone;
  }
  UtcNs next() const { return entries_.empty() ? kNever : entries_.begin()->first.first; }
  // False: nothing was due.
  bool run_one(UtcNs now) {
    if (next() > now) return false;
    const std::function<void()> what = std::move(entries_.begin()->second);
    entries_.erase(entries_.begin());
    what();
    return true;
  }

 private:
  std::map<Ticket, std::function<void()>> entries_;
  std::uint64_t made_ = 0;
};

}  // namespace dcu::app

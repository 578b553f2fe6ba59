// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "dcu/app/core/counters.hpp"
#include "dcu/app/ports/ports.hpp"
#include "dcu/app/store/store.hpp"
#include "dcu/fw/types.hpp"
#include "protocol/crypto/engine.hpp"

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

inline constexpr std::uint8_t kMeterLsap = 1;
// The PRIME subnetwork as the application uses it; dcu::fw::BaseNode in a concentrator.
class Subnetwork {
 public:
  virtual fw::SendHandle send(fw::Address address, std::uint8_t d_lsap, std::uint8_t s_lsap,
                              Bytes lsdu, fw::Priority priority) = 0;
  virtual bool find(const fw::Eui48& eui48, fw::NodeView& out) const = 0;
  virtual void forget(const fw::Eui48& eui48) = 0;
  virtual std::vector<fw::NodeView> nodes() const = 0;
  virtual fw::Counters counters() const = 0;

 protected:
  ~Subnetwork() = default;
};

// What all parts of the application share.
struct Core {
  Clock& clock;
  Wan& wan;
  Random& random;
  Log& log;
  protocol::crypto::Engine& crypto;
  Observer& observer;
  Store& store;
  Subnetwork& subnetwork;
  Agenda agenda;
  Counters counters;

  UtcNs now() const { return clock.now(); }
  std::int64_t now_s() const { return clock.now() / kNsPerSecond; }
  UtcNs in_s(std::int64_t seconds) const { return now() + seconds * kNsPerSecond; }
  std::uint64_t draw_below(std::uint64_t n) {
    std::array<std::uint8_t, 8> octets{};
    random.fill(octets);
    protocol::Reader in(octets);
    return n == 0 ? 0 : in.u64() % n;
  }
};

}  // namespace dcu::app

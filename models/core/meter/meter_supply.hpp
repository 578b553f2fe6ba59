// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/agenda.hpp"
#include "kernel/time.hpp"
#include "models/core/parts/supply.hpp"

namespace models {

// What happens to the mains at one meter's terminals, by scenario time: outages and sags. Times may
// be announced in any order, before they come.
class MainsInput {
 public:
  enum class Kind : std::uint8_t { kOff, kOn, kSagBegin, kSagEnd };
  struct Change {
    kernel::TimeNs at;
    Kind kind;
    double factor;  // of a sag: residual voltage
    kernel::TimeNs sag_end;
  };

  void power(kernel::TimeNs at, bool on);
  void sag(kernel::TimeNs from, kernel::TimeNs to, double factor);

  kernel::TimeNs next() const { return pending_.empty() ? kernel::kNever : pending_.back().at; }
  // Takes the next change into effect.
  Change take();
  // Voltage as a fraction of its undisturbed value.
  double factor() const { return on_ ? sag_factor_ : 0.0; }

 private:
  void insert(const Change& change);

  std::vector<Change> pending_;  // latest first
  double sag_factor_ = 1.0;
  bool on_ = false;
};

// What the supply does to its meter.
class SupplyClient {
 public:
  // The mains change now: what was measured before comes first.
  virtual void before_mains_change(kernel::TimeNs now) = 0;
  virtual void on_mains_change(const MainsInput::Change& change) = 0;
  virtual void on_supply_event(kernel::TimeNs now, Supply::Event event) = 0;

 protected:
  ~SupplyClient() = default;
};

// Mains and converter.
class MeterSupply {
 public:
  MeterSupply(kernel::Agenda& agenda, kernel::Entity& entity, kernel::EntityId id,
              std::uint32_t what, SupplyClient& client)
      : agenda_(agenda), client_(client), timer_(agenda, entity, id, what) {}

  // Times now or in the future.
  void power(kernel::TimeNs at, bool on);
  void sag(kernel::TimeNs from, kernel::TimeNs to, double factor);
  void step(kernel::TimeNs now);
  void restart(kernel::TimeNs now);
  void collapse();
  const MainsInput& mains() const { return mains_; }
  Supply::State state() const { return supply_.state(); }

 private:
  void arm();

  kernel::Agenda& agenda_;
  SupplyClient& client_;
  kernel::Timer timer_;
  Supply supply_;
  MainsInput mains_;
};

}  // namespace models

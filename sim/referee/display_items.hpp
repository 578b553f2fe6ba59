// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "sim/record/looks.hpp"
#include "sim/referee/tariff.hpp"

namespace sim::run {

enum class ShownKind {
  energy,
  rate,
  peak,
  power,
  voltage,
  current,
  frequency,
  time,
  date,
  serial,
  revision,
  errors
};
struct ShownItem {
  const char* code;  // as the glass has it
  const char* unit;
  ShownKind kind;
  std::size_t which = 0;  // quantity, rate, direction, phase
  int decimals = 0;
  bool maximum = false;
};
// The lists of a display as it comes from the production line.
std::vector<ShownItem> display_items(bool service, MeterModel model);

struct ShownContext {
  const Scenario& scenario;
  const Home& home;
  std::span<const PoweredSpan> powered;
  const Look& look;
};
// What may stand there for an item.
struct Shown {
  std::string text;  // for people
  std::function<bool(const std::string& digits)> holds;
};
Shown shown_of(const ShownItem& item, const ShownContext& context);

// What may have flown in the last window before a look: the load may change in between.
std::vector<Flow> flows_before(const Home& home, const Look& look);

}  // namespace sim::run

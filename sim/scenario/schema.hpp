// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/scenario/raw.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

using Value = std::variant<bool, std::int64_t, double, std::string, MeterSet>;
// Reads a value by its rule. What is wrong with it, without what is allowed; empty: nothing, and
// `out` holds it. `start_utc_s` dates moments.
std::string check(const Rule& rule, const Raw& raw, std::int64_t start_utc_s, Value& out);

// One line of the schema: everything that is known of a key.
template <typename Target>
struct Key {
  std::string path;  // "meters.count"; within a row "at"
  std::string unit;
  Rule rule;
  std::string doc;
  std::function<void(Target&, const Value&)> store;
  std::function<std::string(const Target&)> show;  // the default, for the reference page
  std::vector<EventType> only_for = {};            // events: the types the key belongs to
  bool required = false;

  Key& mandatory() {
    required = true;
    return *this;
  }
  Key& only_in(std::vector<EventType> types) {
    only_for = std::move(types);
    return *this;
  }
};

struct Section {
  std::string name;
  std::string doc;
};

const std::vector<Section>& sections();
const std::vector<Key<Scenario>>& scenario_keys();
const std::vector<Key<MeterGroup>>& group_keys();
const std::vector<Key<ConcentratorRow>>& concentrator_keys();
const std::vector<Key<Event>>& event_keys();
const std::vector<Key<result::Expectation>>& expect_keys();

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "sim/scenario/raw.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// What a value must look like.
struct Rule {
  enum class Type {
    boolean,
    integer,
    number,
    text,
    choice,   // one of `choices`, stored as its index
    zone,     // checked, stored as text
    instant,  // RFC 3339 with a zone, stored as seconds since 1970
    moment,   // from the start: "HH:MM:SS", seconds, or RFC 3339; stored as TimeNs
    meters,
  };
  Type type = Type::text;
  double min = 0;
  double max = 0;
  std::vector<std::string> choices = {};
  std::vector<std::int64_t> steps = {};  // integers: the only ones allowed; empty: the range

  std::string allowed() const;  // "an integer from 1 to 1000"
};

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

// The figures a run computes, for [[expect]].
struct KpiInfo {
  const char* name;
  const char* unit;
  const char* doc;
};
const std::vector<KpiInfo>& kpi_table();

// The figures of the choices, in the order of their enums.
const std::vector<std::string>& mode_names();
const std::vector<std::string>& model_names();
const std::vector<std::string>& event_type_names();

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// A TOML value with its place, so that only one translation unit knows the TOML library.
struct Raw {
  enum class Type { boolean, integer, real, text, date_time, clock, array, table, other };
  Type type = Type::other;
  bool boolean = false;
  std::int64_t integer = 0;  // clock: seconds of the day
  double real = 0;
  std::string text;        // text, and date_time as RFC 3339 (without a zone if it has none)
  std::vector<Raw> items;  // array
  std::vector<std::pair<std::string, Raw>> members;  // table
  Place place;                                       // of the value
  Place key_place;                                   // of its key

  const Raw* find(const std::string& key) const;
  Raw* find(const std::string& key);
  std::string shown() const;  // as a user would write it
};

struct RawFile {
  std::optional<Raw> root;  // none: `problem` says why
  Problem problem;
};
RawFile parse_toml(const std::string& text, const std::string& file);

// "key.path=value": the value is TOML, or bare text where TOML would want quotes. Sets or adds it
// in `root`. `option`: where it was written, for messages.
std::optional<Problem> apply_override(Raw& root, const std::string& assignment,
                                      const std::string& option = "--set");

using Value =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, MeterSet>;
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
const std::vector<Key<ImageRow>>& image_keys();

}  // namespace sim::run

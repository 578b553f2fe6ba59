// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Walks what sections and rows say of their keys. Sources of their ranges and defaults: the data
// sheets of AD11A and CM1, the GPRS standards (3GPP TS 43.064, 45.002), and the labelled
// assumptions of docs/model-*.md.
#include <limits>
#include <optional>
#include <type_traits>

#include "sim/scenario/schema.hpp"

namespace sim::run {
namespace {

template <typename T>
struct Plain {
  using Type = T;
  static constexpr bool kOptional = false;
};
template <typename T>
struct Plain<std::optional<T>> {
  using Type = T;
  static constexpr bool kOptional = true;
};

std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(std::int64_t value) { return std::to_string(value); }
std::string shown(double value) { return result::number_text(value); }
std::string shown(const std::string& value) { return '"' + value + '"'; }
std::string shown(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += (list.empty() ? "" : ", ") + shown(value);
  return '[' + list + ']';
}
std::string shown(const MeterSet& value) { return shown(value.text()); }

// The type of a field decides what its value looks like, unless the rule is of a narrower kind.
template <typename T>
Rule rule_of(Rule rule) {
  using Type = Rule::Type;
  if constexpr (std::is_enum_v<T>) {
    rule.type = Type::choice;
    for (const char* const name : names_of(T{})) rule.choices.emplace_back(name);
  } else if constexpr (std::is_same_v<T, bool>) {
    rule.type = Type::boolean;
  } else if constexpr (std::is_same_v<T, MeterSet>) {
    rule.type = Type::meters;
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    rule.type = Type::texts;
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    if (rule.type == Type::number) rule.type = Type::integer;
  }
  return rule;
}

// Collects keys of a Target whose fields stand in a Part of it.
template <typename Target, typename Part, typename Reach>
class Collector {
 public:
  Collector(std::vector<Key<Target>>& keys, std::string prefix, Reach part_of)
      : keys_(keys), prefix_(std::move(prefix)), part_of_(part_of) {}

  template <typename Field>
  Key<Target>& operator()(const char* name, Field Part::*field, const char* doc) {
    return (*this)(name, field, {}, "", doc);
  }
  template <typename Field>
  Key<Target>& operator()(const char* name, Field Part::*field, const Rule& rule, const char* unit,
                          const char* doc) {
    using T = typename Plain<Field>::Type;
    Key<Target> key{prefix_ + name, unit, rule_of<T>(rule), doc, {}, {}};
    key.store = [part_of = part_of_, field](Target& target, const Value& value) {
      if constexpr (std::is_enum_v<T>) {
        part_of(target).*field = static_cast<T>(std::get<std::int64_t>(value));
      } else {
        part_of(target).*field = std::get<T>(value);
      }
    };
    key.show = [part_of = part_of_, field, type = rule.type](const Target& target) -> std::string {
      const Field& value = part_of(target).*field;
      if constexpr (Plain<Field>::kOptional)
        return "";
      else if constexpr (std::is_enum_v<Field>)
        return shown(std::string(name_of(value)));
      else if constexpr (std::is_same_v<Field, std::int64_t>) {
        if (type == Rule::Type::moment) return "";
        return type == Rule::Type::instant ? format_utc(value) : shown(value);
      } else
        return shown(value);
    };
    keys_.push_back(std::move(key));
    return keys_.back();
  }
  template <typename Fields>
  void part(Fields Part::*fields) {
    const auto reach = [ part_of = part_of_, fields ](auto& target) -> auto& {
      return part_of(target).*fields;
    };
    Collector<Target, Fields, decltype(reach)> collect(keys_, prefix_, reach);
    Fields::describe(collect);
  }

 private:
  std::vector<Key<Target>>& keys_;
  std::string prefix_;
  Reach part_of_;
};

template <typename Target, typename Part>
auto collector(std::vector<Key<Target>>& keys, std::string prefix, Part Target::*part) {
  const auto reach = [part](auto& target) -> auto& { return target.*part; };
  return Collector<Target, Part, decltype(reach)>(keys, std::move(prefix), reach);
}

template <typename Row>
std::vector<Key<Row>> keys_of_row() {
  std::vector<Key<Row>> keys;
  const auto itself = [](auto& row) -> auto& { return row; };
  Collector<Row, Row, decltype(itself)> collect(keys, "", itself);
  Row::describe(collect);
  return keys;
}

}  // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> all = [] {
    std::vector<Section> each;
    each_section([&]<typename Part>(Part Scenario::*) {
      each.push_back({Part::kSection.name, Part::kSection.doc});
    });
    return each;
  }();
  return all;
}

const std::vector<Key<Scenario>>& scenario_keys() {
  static const std::vector<Key<Scenario>> all = [] {
    std::vector<Key<Scenario>> keys;
    each_section([&]<typename Part>(Part Scenario::*part) {
      auto collect = collector(keys, Part::kSection.name + std::string("."), part);
      Part::describe(collect);
    });
    return keys;
  }();
  return all;
}

const std::vector<Key<MeterGroup>>& group_keys() {
  static const auto all = keys_of_row<MeterGroup>();
  return all;
}

const std::vector<Key<ConcentratorRow>>& concentrator_keys() {
  static const auto all = keys_of_row<ConcentratorRow>();
  return all;
}

const std::vector<Key<Event>>& event_keys() {
  static const auto all = keys_of_row<Event>();
  return all;
}

const std::vector<Key<ImageRow>>& image_keys() {
  static const auto all = keys_of_row<ImageRow>();
  return all;
}

const std::vector<Key<result::Expectation>>& expect_keys() {
  using result::Expectation;
  using result::Limit;
  static const std::vector<Key<Expectation>> all = [] {
    std::vector<Key<Expectation>> keys;
    const auto itself = [](auto& row) -> auto& { return row; };
    Collector<Expectation, Expectation, decltype(itself)> row(keys, "", itself);
    row("kpi", &Expectation::kpi, "Name of the figure; see below.").mandatory();
    auto limit = collector(keys, "", &Expectation::limit);
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Rule any = range(-kInfinity, kInfinity);
    limit("min", &Limit::min, any, "", "The figure must be at least this ...");
    limit("max", &Limit::max, any, "", "... at most this ...");
    limit("equals", &Limit::equals, any, "", "... exactly this. At least one of the three.");
    return keys;
  }();
  return all;
}

}  // namespace sim::run

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/scenario/schema.hpp"

namespace sim::run {

// Builders of the schema table's lines. `member` names the field: [](auto& s) -> auto& { ... }.
// The default shown on the reference page is read from a default-constructed target, so it stands
// in one place only.
inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

inline std::string default_text(bool value) { return value ? "true" : "false"; }
inline std::string default_text(std::int64_t value) { return std::to_string(value); }
inline std::string default_text(double value) { return result::number_text(value); }
inline std::string default_text(const std::string& value) { return '"' + value + '"'; }
inline std::string default_text(const MeterSet& value) { return '"' + value.text() + '"'; }

template <typename Target, typename Stored, typename Member>
Key<Target> make_key(std::string path, std::string unit, Rule rule, std::string doc,
                     Member member) {
  Key<Target> key{std::move(path), std::move(unit), std::move(rule), std::move(doc), {}, {}};
  key.store = [member](Target& target, const Value& value) {
    member(target) = std::get<Stored>(value);
  };
  key.show = [member](const Target& target) -> std::string {
    const auto& field = member(target);
    if constexpr (IsOptional<std::decay_t<decltype(field)>>::value) {
      return "";
    } else {
      return default_text(field);
    }
  };
  return key;
}

template <typename Target>
struct KeyMaker {
  using Type = Rule::Type;

  template <typename M>
  static Key<Target> boolean(std::string path, std::string doc, M member) {
    return make_key<Target, bool>(std::move(path), "", {Type::boolean}, std::move(doc), member);
  }
  template <typename M>
  static Key<Target> integer(std::string path, std::string unit, double min, double max,
                             std::string doc, M member) {
    return make_key<Target, std::int64_t>(std::move(path), std::move(unit),
                                          {Type::integer, min, max}, std::move(doc), member);
  }
  template <typename M>
  static Key<Target> steps(std::string path, std::string unit, std::vector<std::int64_t> steps,
                           std::string doc, M member) {
    return make_key<Target, std::int64_t>(std::move(path), std::move(unit),
                                          {Type::integer, 0, 0, {}, std::move(steps)},
                                          std::move(doc), member);
  }
  template <typename M>
  static Key<Target> number(std::string path, std::string unit, double min, double max,
                            std::string doc, M member) {
    return make_key<Target, double>(std::move(path), std::move(unit), {Type::number, min, max},
                                    std::move(doc), member);
  }
  template <typename M>
  static Key<Target> text(std::string path, std::string doc, M member) {
    return make_key<Target, std::string>(std::move(path), "", {Type::text}, std::move(doc), member);
  }
  template <typename M>
  static Key<Target> zone(std::string path, std::string doc, M member) {
    return make_key<Target, std::string>(std::move(path), "", {Type::zone}, std::move(doc), member);
  }
  template <typename M>
  static Key<Target> meters(std::string path, std::string doc, M member) {
    return make_key<Target, MeterSet>(std::move(path), "", {Type::meters}, std::move(doc), member);
  }
  // The enum's values are the indices of the names.
  template <typename M>
  static Key<Target> choice(std::string path, std::vector<std::string> names, std::string doc,
                            M member) {
    Key<Target> key{std::move(path), "", {Type::choice, 0, 0, names}, std::move(doc), {}, {}};
    key.store = [member](Target& target, const Value& value) {
      auto& field = member(target);
      using Field = std::decay_t<decltype(field)>;
      if constexpr (IsOptional<Field>::value) {
        field = static_cast<typename Field::value_type>(std::get<std::int64_t>(value));
      } else {
        field = static_cast<Field>(std::get<std::int64_t>(value));
      }
    };
    key.show = [member, names](const Target& target) -> std::string {
      using Field = std::decay_t<decltype(member(target))>;
      if constexpr (IsOptional<Field>::value) {
        return "";
      } else {
        return '"' + names.at(static_cast<std::size_t>(member(target))) + '"';
      }
    };
    return key;
  }
};

}  // namespace sim::run

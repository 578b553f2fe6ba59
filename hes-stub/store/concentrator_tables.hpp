// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Inside of ConcentratorStore, for its own translation units only: tables and prepared statements.
#pragma once

#include <concepts>
#include <string_view>

#include "hes-stub/store/concentrator_store.hpp"
#include "hes-stub/store/database.hpp"

namespace hes {

struct ConcentratorStore::Statements {
  explicit Statements(Database& database);
  Statement put_record;
  Statement put_item;
  Statement erase_item;
  Statement error;
  Statement meter_event;
  Statement concentrator_event;
  Statement member;
  Statement reading;
  Statement relay;
  Statement firmware;
  Statement statistics;
  Statement node;
  Statement parameters;
};

inline void bind_one(Statement& to, int index, std::string_view value) { to.bind(index, value); }
inline void bind_one(Statement& to, int index, const std::string& value) {
  to.bind(index, std::string_view(value));
}
inline void bind_one(Statement& to, int index, const char* value) {
  to.bind(index, std::string_view(value));
}
inline void bind_one(Statement& to, int index, std::span<const std::uint8_t> value) {
  to.bind(index, value);
}
template <typename Number>
requires std::integral<Number> || std::is_enum_v<Number>
void bind_one(Statement& to, int index, Number value) {
  to.bind(index, static_cast<std::int64_t>(value));
}
template <typename Value>
void bind_one(Statement& to, int index, const std::optional<Value>& value) {
  value ? bind_one(to, index, *value) : to.bind_null(index);
}

// One row.
template <typename... Values>
void put(Statement& to, const Values&... values) {
  int index = 0;
  (bind_one(to, index++, values), ...);
  to.run();
}

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace hes {

// One prepared statement. Bind, step, read columns, reset; parameters and columns count from 0.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, std::span<const std::uint8_t> blob);
  void bind_null(int index);
  bool step();  // true: a row is there
  void run();   // step to the end and reset
  void reset();
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::span<const std::uint8_t> blob(int column) const;  // until the next step or reset

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  void check(int code) const;
  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
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
inline void bind_one(Statement& to, int index, std::monostate) { to.bind_null(index); }
template <typename Value>
void bind_one(Statement& to, int index, const std::optional<Value>& value) {
  value ? bind_one(to, index, *value) : to.bind_null(index);
}

template <typename... Values>
void bind_all(Statement& to, const Values&... values) {
  int index = 0;
  (bind_one(to, index++, values), ...);
}
// One row.
template <typename... Values>
void put(Statement& to, const Values&... values) {
  bind_all(to, values...);
  to.run();
}

// An SQLite file. Throws std::runtime_error with the file's name: a store that cannot be written
// ends the program, it is no event of the protocol.
class Database {
 public:
  explicit Database(const std::string& path);
  void execute(const std::string& sql);
  Database& with_schema(const char* sql) {
    execute(sql);
    return *this;
  }
  Statement prepare(const char* sql) { return Statement(handle_.get(), sql); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace hes

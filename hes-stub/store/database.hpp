// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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

// An SQLite file. Throws std::runtime_error with the file's name: a store that cannot be written
// ends the program, it is no event of the protocol.
class Database {
 public:
  explicit Database(const std::string& path);
  void execute(const std::string& sql);
  Statement prepare(const char* sql) { return Statement(handle_.get(), sql); }
  std::int64_t last_insert_id() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace hes

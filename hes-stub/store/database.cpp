// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/database.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace hes {
namespace {

[[noreturn]] void fail(sqlite3* handle, const std::string& path, const char* what) {
  throw std::runtime_error("store " + path + ": cannot be " + what + " (" +
                           (handle != nullptr ? sqlite3_errmsg(handle) : "out of memory") + ")");
}

// Statements are ours; what the user can mend is the file and its disk.
[[noreturn]] void fail(sqlite3* handle) {
  const int code = sqlite3_errcode(handle);
  const char* const file = sqlite3_db_filename(handle, "main");
  fail(handle, file != nullptr ? file : "",
       code == SQLITE_NOTADB || code == SQLITE_CORRUPT ? "read" : "written");
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(sqlite3* database, const char* sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    fail(database);
  }
  statement_.reset(statement);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(database_);
}
void Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index + 1, value));
}
void Statement::bind(int index, std::string_view text) {
  check(sqlite3_bind_text(statement_.get(), index + 1, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT));
}
void Statement::bind(int index, std::span<const std::uint8_t> blob) {
  check(sqlite3_bind_blob(statement_.get(), index + 1, blob.data(), static_cast<int>(blob.size()),
                          SQLITE_TRANSIENT));
}
void Statement::bind_null(int index) { check(sqlite3_bind_null(statement_.get(), index + 1)); }

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(database_);
  return false;
}
void Statement::run() {
  while (step()) {
  }
  reset();
}
void Statement::reset() { sqlite3_reset(statement_.get()); }

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}
std::span<const std::uint8_t> Statement::blob(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Database::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle, path, "opened");
}
void Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail(handle_.get());
  }
}

}  // namespace hes

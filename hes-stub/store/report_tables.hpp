// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "hes-stub/ports/ports.hpp"
#include "hes-stub/store/database.hpp"

namespace protocol::p32 {
struct Report;
}

namespace hes {

// What reports say beside profile rows, in narrow tables made from the shapes of the reports
// (protocol/hosted/p32): a column an attribute, its unit behind its name. Which line goes to which
// table is a list in report_tables.cpp.
class ReportTables {
 public:
  using MeterIds = std::map<std::string, std::int64_t>;  // by serial

  explicit ReportTables(Database& database);  // makes the tables that are not there
  // Inside of a transaction. `concentrator` is its id in the store.
  void write(const protocol::p32::Report& report, std::int64_t concentrator, UtcNs arrival,
             const MeterIds& meters);

 private:
  struct Walk;
  class Line;

  Statement error_;
  std::map<std::string_view, Statement> inserts_;  // by table
};

}  // namespace hes

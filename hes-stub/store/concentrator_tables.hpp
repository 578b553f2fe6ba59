// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Inside of ConcentratorStore, for its own translation units only: tables and prepared statements.
#pragma once

#include "hes-stub/store/concentrator_store.hpp"
#include "hes-stub/store/database.hpp"
#include "protocol/hosted/p32/report.hpp"

namespace hes {

// A report to be written with the next commit.
struct ConcentratorStore::Waiting {
  ConcentratorIndex concentrator;
  UtcNs arrival;
  protocol::p32::Report report;
};

struct ConcentratorStore::Statements {
  explicit Statements(Database& database);
  Statement put_record;
  Statement put_item;
  Statement erase_item;
};

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Inside of ConcentratorStore, for its own translation units only: tables and prepared statements.
#pragma once

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

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>

#include "sim/result/head_end_tables.hpp"
#include "sim/result/power_line_tables.hpp"
#include "sim/result/profile_tables.hpp"
#include "sim/result/run_tables.hpp"

namespace sim::result {

template <typename... Rows>
struct TableList {
  static constexpr std::size_t kSize = sizeof...(Rows);
  // Where a row type stands in the list.
  template <typename Row>
  static constexpr std::size_t index_of() {
    static_assert((std::same_as<Row, Rows> + ...) == 1, "not one of the tables, or twice");
    std::size_t index = 0;
    static_cast<void>(((std::same_as<Row, Rows> || (++index, false)) || ...));
    return index;
  }
};

// All tables of result.h5, in the order of docs/result-schema.md.
using Tables = TableList<MeterRow, HeadEndRow, TruthRow, FlashRow, ClosingRow, OrderRow, SessionRow,
                         MessageRow, TrafficRow, EventRow, PowerRow, KpiRow, NodeRow, CableRow,
                         RegistrationRow, AirtimeRow, ReportRow, PollRow>;

}  // namespace sim::result

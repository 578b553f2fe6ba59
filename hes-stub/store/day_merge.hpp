// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hes-stub/ports/row.hpp"

namespace hes {

// Which delivered rows are new, and which did we have? Where the meter numbers its rows the number
// tells, and the day stands in the order of the numbers. Elsewhere content alone cannot tell: after
// a clock set back an empty home writes the very same stamp, status and registers again. So a day
// of the store keeps its rows in the order of the meter's buffer, and a delivery, itself a part of
// that buffer in its order, is laid along the day. Within one delivery nothing is a repetition: a
// meter that holds a row twice shows it.

// A push hands over each row once, from the meter's cursor on. A pushed row is no news when
// - a pull brought it before (the row is known and was never pushed), or
// - the meter did not learn that its last push arrived: the delivery begins with the rows just
//   before our cursor, the last row pushed, or
// - the same row was pushed and the registers went on since: registers do not run backwards.
// Sets is_new[i] for delivered[i].
void merge_push(std::vector<Row>& day, std::span<const Row> delivered,
                std::vector<std::uint8_t>& is_new);

// A pull returns everything that the meter has in the range, so it decides about number and order
// of equal rows there. So does a report: its concentrator pulled the range.
void merge_pull(std::vector<Row>& day, std::span<const Row> delivered,
                std::vector<std::uint8_t>& is_new, Delivery how = Delivery::pull);

}  // namespace hes

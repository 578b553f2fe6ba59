// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hes-stub/ports/row.hpp"

namespace hes {

// A meter-day as octets. Rows stand in the order in which the meter wrote them; each is stored as
// the difference to the one before, so that a steady quarter-hour row of six registers takes about
// a dozen octets whatever the period is. Appending needs the last row only.
//
//   blob = version (1)  row*
//   row  = flags  stamp  arrival  [number]  [deviation clock_status]  [status]  [n_values]  value*
// flags: bit 0, 1 Delivery push and pull, bit 5 report; bit 2 deviation or clock status changed;
// bit 3 status changed; bit 4 number of values changed; bit 6 number: the difference of the capture
// counter, which is 0 without. stamp: zigzag varint of the second
// difference; arrival: zigzag varint of seconds after the stamp; values: zigzag varints of the
// difference.
inline constexpr std::uint8_t kDayBlobVersion = 1;

// What the differences refer to: the row before and the step that led to it.
struct DayTail {
  Row row;
  std::int64_t step_s = 0;
};

void start_day(std::vector<std::uint8_t>& blob, DayTail& tail);
void append_row(const Row& row, std::vector<std::uint8_t>& blob, DayTail& tail);

// False when the octets are not a day blob (rows read so far are kept). `tail` is then as after
// append_row of the last row.
bool decode_day(std::span<const std::uint8_t> blob, std::vector<Row>& rows, DayTail& tail);

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/inventory/local_time.hpp"
#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/cosem/types.hpp"

namespace hes {

struct DecodedRows {
  bool ok = false;                 // false: not rows of this profile; nothing was decoded
  std::uint32_t without_time = 0;  // rows whose clock column is no date, left out
};

// An A-XDR array of rows, as a profile buffer (class 7, attribute 2) or a push carries it. A null
// in the clock column stands for "one period later", elsewhere for "as the row before" (Blue Book
// 4.3.6). A compact-array is taken as well. Values are integers here: a float is rounded in the
// column's scale, and what is no number is 0. `rows` is cleared first; arrival is left to the
// caller.
DecodedRows decode_rows(protocol::Bytes array, const ProfileType& profile, std::int64_t period_s,
                        std::vector<Row>& rows, const LocalZone& zone = {});

// A date-time of a meter that hangs in `zone`: without a deviation (8000h, Blue Book 4.1.6.1) it is
// that zone's local time.
protocol::Result<protocol::cosem::DateTime> meter_time(protocol::Bytes octets,
                                                       const LocalZone& zone);

// class 7, attribute 3: the columns, scalers still unknown. False when it is none or not usable.
bool decode_capture_objects(protocol::Bytes array, ProfileType& profile);

}  // namespace hes

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/inventory/type_template.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace hes {

struct DecodedRows {
  bool ok = false;                 // false: not rows of this profile; nothing was decoded
  std::uint32_t without_time = 0;  // rows whose clock column is no date, left out
  bool columns_changed = false;    // in the meter, by a client (kColumnsChanged): not ok
  std::uint32_t refused = 0;       // rows with a register that a row of ours cannot hold, left out
};

// Rows of a profile buffer (class 7, attribute 2) or a push, see protocol/hosted/profile_rows.
// Values are integers of 63 bits and sign here; what is no number is 0, the row is worth more than
// the column. `rows` is cleared first; arrival is left to the caller.
DecodedRows decode_rows(protocol::Bytes array, const ProfileType& profile, std::int64_t period_s,
                        std::vector<Row>& rows, const protocol::LocalZone& zone = {});

// class 7, attribute 3: the columns, scalers still unknown. False when it is none or not usable.
bool decode_capture_objects(protocol::Bytes array, ProfileType& profile);

}  // namespace hes

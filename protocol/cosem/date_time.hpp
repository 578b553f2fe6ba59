// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/types.hpp"

namespace protocol::cosem {

// A date-time as every COSEM object carries it: octet-string of 12, type tag and length included.
inline constexpr std::size_t kDateTimeValueOctets = 2 + kDateTimeOctets;
void put_date_time(const DateTime& value, Writer& out);

}  // namespace protocol::cosem

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "hes-stub/core/context.hpp"

// What an order of kind key needs, on either road.
namespace hes {

// AES key wrap (RFC 3394) of 16 octets.
using WrappedKey = std::array<std::uint8_t, 24>;

// Which key of the inventory an order of new keys wants and has not; nullptr: none.
const char* missing_key(const Inventory& inventory, MeterIndex meter);
// Both new keys of a meter, unicast and authentication, wrapped under another one.
std::optional<std::array<WrappedKey, 2>> wrap_keys(Context& context,
                                                   const protocol::crypto::Key128& under,
                                                   const protocol::dlms::Keys& keys);

}  // namespace hes

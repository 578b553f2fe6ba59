// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

namespace meter::fw {

// CRC-32 of IEEE 802.3. `seed` is the CRC of what came before, or a number that must match too.
std::uint32_t crc32(protocol::Bytes octets, std::uint32_t seed = 0);

}  // namespace meter::fw

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

namespace protocol {

// CRC-32 of IEEE 802.3. `seed` is the CRC of what came before, or a number that must match too.
std::uint32_t crc32(Bytes octets, std::uint32_t seed = 0);

}  // namespace protocol

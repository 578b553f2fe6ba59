// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/bytes.hpp"
#include "protocol/cosem/types.hpp"
#include "protocol/crypto/engine.hpp"

namespace protocol::dlms {

using Sap = std::uint16_t;
// Client and server addresses, IEC 62056-53 and the Spanish PRIME companion.
inline constexpr Sap kPublicClient = 16;
inline constexpr Sap kManagementClient = 1;
inline constexpr Sap kReadingClient = 2;
inline constexpr Sap kPushClient = 102;  // pre-established; the meter pushes to it
inline constexpr Sap kManagementDevice = 1;

inline constexpr std::size_t kSystemTitleOctets = 8;
using SystemTitle = std::array<std::uint8_t, kSystemTitleOctets>;

// Authentication mechanism ids, Green Book 9.2.7.2.
enum class Authentication : std::uint8_t { none = 0, lls = 1, hls5_gmac = 5 };

struct Keys {
  crypto::Key128 unicast{};         // global unicast encryption key
  crypto::Key128 authentication{};  // authentication key, part of the additional data
};

// Security control octet, suite 0.
inline constexpr std::uint8_t kSecurityAuthenticated = 0x10;
inline constexpr std::uint8_t kSecurityEncrypted = 0x20;
inline constexpr std::uint8_t kSecurityBoth = 0x30;

inline constexpr std::size_t kMaxPasswordOctets = 16;
inline constexpr std::size_t kMaxChallengeOctets = 64;  // Green Book 9.2.2.2.2.4

}  // namespace protocol::dlms

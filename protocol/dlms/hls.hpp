// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/types.hpp"

namespace protocol::dlms {

// Mechanism 5, Green Book 9.2.7.4: f(challenge) = SC || IC || GMAC(SC || AK || challenge).
inline constexpr std::size_t kHlsTokenOctets = 1 + 4 + crypto::kTagOctets;
inline constexpr std::size_t kMinChallengeOctets = 8;
using HlsToken = std::array<std::uint8_t, kHlsTokenOctets>;

// False when the engine failed or the challenge has no legal length.
bool make_hls_token(const Keys& keys, const SystemTitle& own_title, std::uint32_t counter,
                    Bytes challenge, crypto::Engine& crypto, HlsToken& token);
bool verify_hls_token(const Keys& keys, const SystemTitle& peer_title, Bytes token, Bytes challenge,
                      crypto::Engine& crypto);

// The same time whatever differs; the lengths are no secret.
bool equal_in_constant_time(Bytes a, Bytes b);

}  // namespace protocol::dlms

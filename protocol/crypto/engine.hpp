// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace protocol::crypto {

using Key128 = std::array<std::uint8_t, 16>;
inline constexpr std::size_t kIvOctets = 12;   // system title (8) || invocation counter (4)
inline constexpr std::size_t kTagOctets = 12;  // DLMS cuts the GCM tag to 96 bits

// The only way to cryptography for freestanding code. On a meter it is a hardware block behind the
// hal, on a host OpenSSL (protocol/hosted/crypto_openssl). Never implemented by ourselves.
class Engine {
 public:
  // AES-128-GCM. `out` has the size of `in` and may be the same memory. Returns false when the
  // engine failed; nothing may be sent then.
  virtual bool gcm_seal(const Key128& key, Bytes iv, Bytes aad, Bytes in, MutableBytes out,
                        MutableBytes tag) = 0;
  // False also when the tag does not match; `out` is then zeroed.
  virtual bool gcm_open(const Key128& key, Bytes iv, Bytes aad, Bytes in, Bytes tag,
                        MutableBytes out) = 0;
  // RFC 3394. `out` is 8 octets longer (wrap) or shorter (unwrap) than `in`.
  virtual bool wrap(const Key128& kek, Bytes in, MutableBytes out) = 0;
  virtual bool unwrap(const Key128& kek, Bytes in, MutableBytes out) = 0;
  // Unpredictable octets on hardware, a keyed stream in a simulation.
  virtual void random(MutableBytes out) = 0;

 protected:
  ~Engine() = default;
};

}  // namespace protocol::crypto

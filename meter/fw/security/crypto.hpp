// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "protocol/crypto/engine.hpp"

namespace meter::fw {

// The crypto block behind the hal. Says how much it was given to do.
class HalCrypto final : public protocol::crypto::Engine {
 public:
  explicit HalCrypto(const Hal& hal) : hal_(hal) {}

  bool gcm_seal(const protocol::crypto::Key128& key, Bytes iv, Bytes aad, Bytes in,
                MutableBytes out, MutableBytes tag) override;
  bool gcm_open(const protocol::crypto::Key128& key, Bytes iv, Bytes aad, Bytes in, Bytes tag,
                MutableBytes out) override;
  // A meter unwraps keys, it never wraps one.
  bool wrap(const protocol::crypto::Key128&, Bytes, MutableBytes) override { return false; }
  bool unwrap(const protocol::crypto::Key128& kek, Bytes in, MutableBytes out) override;
  void random(MutableBytes out) override;

  // Without fresh invocation counters nothing may be sealed any more.
  void block_sealing() { sealing_blocked_ = true; }

 private:
  const Hal& hal_;
  bool sealing_blocked_ = false;
};

// Our own invocation counters, one sequence for each key set. Reserved in flash by the thousand:
// what is left of a thousand is skipped after a reset, so that no counter comes twice with a key.
class InvocationCounter {
 public:
  void open(Core& core, BlockKind reservation);
  // 0 when no counter can be reserved; nothing may be sealed then.
  std::uint32_t take(Core& core);

 private:
  std::uint32_t next_ = 1;
  std::uint32_t reserved_ = 1;  // below it: ours to use
  BlockKind reservation_ = BlockKind::counter_reservation;
};
inline constexpr std::uint32_t kCounterReservation = 1000;

}  // namespace meter::fw

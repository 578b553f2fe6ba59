// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// What was accepted from a client with a key is never accepted from it again, whatever happens to
// the battery. The accepted counter itself changes with every message and stands in battery-backed
// memory; flash knows a ceiling that it never passed, and for which key. So flash is written once
// in a thousand messages, and always before the first message with a key is let in.
class AcceptedCounters {
 public:
  static constexpr std::size_t kKeySets = 2;

  // After Durable::open(), once for each set: its key, and the counter that belongs to it.
  void open(Core& core, std::size_t set, Bytes key, std::uint32_t& accepted);
  // True: `counter` was never accepted with this key; now it is. False also when flash refuses.
  bool accept(Core& core, std::size_t set, Bytes key, std::uint32_t& accepted,
              std::uint32_t counter);

 private:
  struct Ceiling {
    std::uint32_t key_crc = 0;
    std::uint32_t counter = 0;
  };
  std::array<Ceiling, kKeySets> ceilings_{};
};
inline constexpr std::uint32_t kAcceptedReservation = 1000;
// The last counters of a key are for its change alone (protocol::dlms), and nobody jumps over them.
inline constexpr std::uint32_t kFirstReserved = UINT32_MAX - 1023;
inline constexpr std::uint32_t kReservedStep = 8;  // a token of HLS takes one of its own

// Unicast keys that were in use: none of them comes back, as the counters of a client begin anew
// with its key, and what was recorded under the old one would open again. The last forty by their
// CRC; the keys themselves leave the meter with their block.
class UsedKeys {
 public:
  explicit UsedKeys(const Core& core);
  bool contains(Bytes key) const;
  void add(Bytes key);
  // False: flash refused it.
  bool store(Core& core) const;

 private:
  static constexpr std::size_t kKeys = 40;
  struct Block {
    std::array<std::uint32_t, kKeys> crc{};  // 0: none yet
    std::uint32_t next = 0;
  };
  Block block_{};
};

}  // namespace meter::fw

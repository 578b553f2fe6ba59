// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/buffer_pool.hpp"
#include "dcu/fw/node_table.hpp"
#include "protocol/prime/crc.hpp"
#include "protocol/prime/modem.hpp"

namespace dcu::fw {

class Random {  // splitmix64
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint32_t next();                        // 32 even bits
  std::int64_t below_us(std::int64_t end_us);  // 0 .. end_us - 1, end_us up to 2^32

 private:
  std::uint64_t state_;
};

// What every part of a base node works on. The parts stand in layers: each knows those below it,
// and BaseNode, which has them all, passes on what goes upwards.
struct Core {
  Core(const Config& settings, const Memory& memory, protocol::prime::ModemPort& port,
       BaseNodeOwner& application)
      : config(settings),
        modem(port),
        owner(application),
        network(settings.eui48),
        table(memory.nodes),
        buffers(memory.buffers),
        random(settings.seed) {}
  std::int64_t now_us() const { return modem.now_us(); }
  // A message that was decoded; what was not is counted.
  template <typename Message>
  bool well_formed(const protocol::Result<Message>& message) {
    if (!message) ++counters.malformed;
    return message.ok();
  }

  const Config config;
  protocol::prime::ModemPort& modem;
  BaseNodeOwner& owner;
  const protocol::prime::NetworkSeed network;
  NodeTable table;
  Turns turns{table};
  BufferPool buffers;
  Counters counters;
  Random random;
};

}  // namespace dcu::fw

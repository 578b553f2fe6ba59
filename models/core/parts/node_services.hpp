// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/agenda.hpp"
#include "models/core/node_id.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "protocol/crypto/engine.hpp"

namespace models {

// What all devices of a fleet share. Everything outlives the devices.
struct NodeServices {
  kernel::Agenda& agenda;
  protocol::crypto::Engine& crypto;
  BufferPool& buffers;
  std::uint64_t seed;
};

// Whoever is fed from the meter's 12 V rail.
class SupplyListener {
 public:
  virtual void on_supply(kernel::TimeNs now, bool on) = 0;

 protected:
  ~SupplyListener() = default;
};

}  // namespace models

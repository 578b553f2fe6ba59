// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/agenda.hpp"

namespace models {

// Order among the devices of one metering point at the same instant.
enum NodeKind : std::uint32_t {
  kNodeMeter,
  kNodeLine,
  kNodeModule,
  kNodeModem,
  kNodeConnection,
  kNodePlc,
  kNodeKinds = 8
};
constexpr kernel::EntityId node_id(std::uint32_t meter, NodeKind kind) {
  return meter * kNodeKinds + kind;
}

}  // namespace models

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

enum class MeterState : std::uint8_t { registered, disconnected, failed };  // failed: given up
struct InventoryMeter {
  std::string id;
  std::optional<Failure> failure;
  MeterState state = MeterState::disconnected;
  std::uint32_t position = 0;  // in the concentrator's list; the gateway's wPort is 256 + position
  std::string eui48;           // 12 hexadecimal digits
  std::string device_name;     // logical device name; empty: not read yet
  std::string firmware;        // active firmware identifier; empty: not read yet
  UtcMs since = 0;             // of the state
  std::optional<UtcMs> last_contact;
  bool operator==(const InventoryMeter&) const = default;
};
inline constexpr const char* kMeterStateNames[] = {"registered", "disconnected", "failed"};
constexpr Names names_of_type(MeterState) { return kMeterStateNames; }
using InventoryReport = MetersReport<InventoryMeter, ReportKind::inventory>;

template <typename Io, Of<InventoryMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.required("state", v.state);
  io.required("position", v.position);
  io.required("eui48", v.eui48, kEui48);
  io.unless_empty("deviceName", v.device_name);
  io.unless_empty("firmware", v.firmware);
  io.time("since", v.since);
  io.time("lastContact", v.last_contact);
}

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

struct RelayMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<UtcMs> read_at;
  bool output_closed = false;      // class 70 output_state
  std::uint8_t control_state = 0;  // 0 disconnected, 1 connected, 2 ready for reconnection
  std::uint8_t control_mode = 0;   // 0..6
  bool operator==(const RelayMeter&) const = default;
};
using RelayStatusReport = MetersReport<RelayMeter, ReportKind::relay_status>;

template <typename Io, Of<RelayMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("readAt", v.read_at, column("read_ms"));
  io.required("outputClosed", v.output_closed);
  io.required("controlState", v.control_state);
  io.required("controlMode", v.control_mode);
}

}  // namespace protocol::p32

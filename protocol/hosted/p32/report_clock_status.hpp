// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

// How far the clock of a meter is off; it is read, never corrected.
struct ClockMeter {
  std::string id;
  std::optional<Failure> failure;
  std::optional<UtcMs> read_at;
  std::int32_t offset_ms = 0;  // meter minus concentrator
  bool operator==(const ClockMeter&) const = default;
};
using ClockStatusReport = MetersReport<ClockMeter, ReportKind::clock_status>;

template <typename Io, Of<ClockMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("readAt", v.read_at, column("read_ms"));
  io.required("offset", v.offset_ms, in("ms"));
}
}  // namespace protocol::p32

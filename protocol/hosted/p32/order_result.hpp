// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/hosted/p32/shape.hpp"

namespace protocol::p32 {

enum class OrderState : std::uint8_t {
  accepted,  // waiting
  running,   // under way; partial results
  done,      // on all meters
  failed,    // on at least one meter for good
  expired,   // the window closed first; meters without result were not reached
  cancelled,
};
inline constexpr const char* kOrderStateNames[] = {"accepted", "running", "done",
                                                   "failed",   "expired", "cancelled"};
constexpr Names names_of_type(OrderState) { return kOrderStateNames; }
// One raw DLMS operation.
struct OperationResult {
  std::uint16_t index = 0;  // in the order, from 0
  std::uint8_t result = 0;  // Blue Book data-access-result or action-result; 0 success
  Octets data;              // A-XDR
  bool operator==(const OperationResult&) const = default;
};
struct OrderMeter {
  std::string id;
  std::optional<Failure> failure;  // none: done
  UtcMs at = 0;
  std::optional<std::int32_t> clock_offset_ms;  // clockSync: meter minus concentrator, before
  // rawDlms; meterParameters: of each value that is ordered, in the order of docs/p32ex.md
  std::vector<OperationResult> operations;
  bool operator==(const OrderMeter&) const = default;
};
struct OrderResult {
  std::string order;  // Order/@id
  OrderKind kind = OrderKind::relay;
  OrderState state = OrderState::accepted;
  std::optional<Failure> failure;  // of the order as a whole
  std::vector<OrderMeter> meters;
  bool operator==(const OrderResult&) const = default;
};

template <typename Io, Of<OperationResult> V>
void shape(Io& io, V& v) {
  io.required("index", v.index);
  io.required("result", v.result);
  io.unless_empty("data", v.data);
}

template <typename Io, Of<OrderMeter> V>
void shape(Io& io, V& v) {
  io.required("id", v.id, kMeter);
  io.failure(v.failure);
  io.time("at", v.at);
  io.optional("clockOffset", v.clock_offset_ms, in("ms"));
  io.elements("Operation", v.operations, {0, 256});
}

template <typename Io, Of<OrderResult> V>
void shape(Io& io, V& v) {
  io.required("order", v.order, kId);
  io.required("kind", v.kind);
  io.required("state", v.state);
  io.failure(v.failure);
  io.elements("Meter", v.meters);
}

}  // namespace protocol::p32

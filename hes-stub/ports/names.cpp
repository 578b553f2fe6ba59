// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/order.hpp"

namespace hes {

const char* order_kind_name(OrderKind kind) {
  constexpr const char* kNames[] = {"relay_open", "relay_close", "clock_shift", "clock_set",
                                    "read"};
  return kNames[static_cast<std::size_t>(kind)];
}
const char* order_outcome_name(OrderOutcome outcome) {
  constexpr const char* kNames[] = {"done", "refused", "expired", "invalid"};
  return kNames[static_cast<std::size_t>(outcome)];
}

const char* message_kind_name(MessageKind kind) {
  constexpr const char* kNames[kMessageKinds] = {
      "announce",    "heartbeat", "push",   "pull",     "closing",   "clock",       "order",
      "association", "learn",     "report", "p32_poll", "p32_order", "p32_request", "p32_other"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace hes

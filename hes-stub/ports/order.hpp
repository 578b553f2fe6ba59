// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hes-stub/ports/ports.hpp"
#include "hes-stub/ports/row.hpp"
#include "protocol/cosem/types.hpp"

namespace hes {

using OrderId = std::uint64_t;
inline constexpr std::int64_t kMaxShiftS = 900;  // of a clock, Blue Book 4.5.1

enum class OrderKind : std::uint8_t {
  relay_open,   // class 70, remote_disconnect
  relay_close,  // class 70, remote_reconnect
  clock_shift,  // class 8, shift_time by `value_s` (-900..900, Blue Book 4.5.1)
  clock_set,    // class 8, SET time to the head-end's time plus `value_s`
  calendar,     // classes 20 and 11: `plan`, read back
  limit,        // classes 70, 71 and 21: `plan`, read back
  parameter,    // any attributes: `plan`, read back
  read,         // GET of `attribute`; the answer is the result's data
  // Class 18: `image`, activated at `value_s` (UTC; 0: at once). The answer is the revision that
  // the meter names afterwards, if that is before the order's end.
  image,
  // Class 64: new unicast and authentication keys, drawn by the head-end; done when the meter was
  // read under them. Of a meter behind a concentrator those that the concentrator uses.
  key,
};

struct Order {
  MeterIndex meter = kNoMeter;
  OrderKind kind = OrderKind::relay_open;
  std::int64_t value_s = 0;
  protocol::cosem::Attribute attribute{};
  std::string
      plan;  // text: calendar, a protocol::tariff::Plan; limit, a protocol::limits::PowerLimit;
             // parameter, protocol::parameters::parse_settings
  // A container (protocol/image/container.hpp); many meters share it.
  std::shared_ptr<const std::vector<std::uint8_t>> image{};
  UtcNs valid_from = 0;        // not before
  UtcNs valid_until = kNever;  // given up then; until then tried again at every chance
};

enum class OrderOutcome : std::uint8_t {
  done,
  refused,  // by the meter: access_result
  expired,  // nobody answered before valid_until
  invalid,  // no such meter, or a value out of its range
};

struct OrderResult {
  OrderId id = 0;
  Order order;
  OrderOutcome outcome = OrderOutcome::done;
  protocol::cosem::AccessResult access_result = protocol::cosem::AccessResult::success;
  UtcNs submitted = 0;
  UtcNs first_sent = 0;  // 0: never
  UtcNs finished = 0;
  std::uint32_t attempts = 0;
  std::vector<std::uint8_t> data;  // A-XDR answer to a read
  bool settled = false;  // new keys are there: what is left is to read the meter under them
};

constexpr const char* order_kind_name(OrderKind kind) {
  constexpr const char* kNames[] = {"relay_open", "relay_close", "clock_shift", "clock_set",
                                    "calendar",   "limit",       "parameter",   "read",
                                    "image",      "key"};
  return kNames[static_cast<std::size_t>(kind)];
}
// Done step by step, from the text of its plan.
constexpr bool has_plan(OrderKind kind) {
  return kind == OrderKind::calendar || kind == OrderKind::limit || kind == OrderKind::parameter;
}
constexpr const char* order_outcome_name(OrderOutcome outcome) {
  constexpr const char* kNames[] = {"done", "refused", "expired", "invalid"};
  return kNames[static_cast<std::size_t>(outcome)];
}

}  // namespace hes

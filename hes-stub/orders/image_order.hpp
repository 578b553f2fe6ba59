// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "hes-stub/ports/order.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/image/container.hpp"

namespace hes {

// The latest activation, in the year 2096: a meter counts seconds in 32 bits.
inline constexpr std::int64_t kLastActivationUtcS = 4'000'000'000;

// Whether a meter that says this runs what it was ordered to.
inline bool is_revision_of(const Order& order, protocol::Bytes value) {
  if (order.image == nullptr) return false;
  const auto head = protocol::image::decode(*order.image);
  if (!head.ok()) return false;
  protocol::axdr::Cursor in(value);
  const protocol::Bytes text = in.octet_string();
  const auto& version = head->version;
  return in.at_end() && std::equal(text.begin(), text.end(), version.begin(),
                                   std::find(version.begin(), version.end(), '\0'));
}

}  // namespace hes

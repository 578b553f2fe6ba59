// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "hes-stub/ports/order.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/image/container.hpp"

// How an order of kind image ends, on either road.
namespace hes {

inline constexpr protocol::cosem::Attribute kRevisionAttribute{
    protocol::cosem::classes::Data::kId, protocol::cosem::obis(1, 0, 0, 2, 0),
    protocol::cosem::classes::Data::kValue};

// The latest activation, in the year 2096: a meter counts seconds in 32 bits.
inline constexpr std::int64_t kLastActivationUtcS = 4'000'000'000;

// A meter starts its other firmware within a minute or two, and connects again.
inline UtcNs read_back_due(const Order& order, UtcNs now) {
  constexpr std::int64_t kActivationS = 180;
  return std::max(now, order.value_s * kNsPerSecond) + kActivationS * kNsPerSecond;
}

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

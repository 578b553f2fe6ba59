// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/orders/key_order.hpp"

namespace hes {

const char* missing_key(const Inventory& inventory, MeterIndex meter) {
  const MeterEntry& entry = inventory[meter];
  if (!entry.master_key) return "master_key of the meter";
  if (entry.concentrator == kNoConcentrator) return nullptr;
  const bool known = inventory.concentrators()[entry.concentrator].transport_key.has_value();
  return known ? nullptr : "transport_key of the meter's concentrator";
}

std::optional<std::array<WrappedKey, 2>> wrap_keys(Context& context,
                                                   const protocol::crypto::Key128& under,
                                                   const protocol::dlms::Keys& keys) {
  std::array<WrappedKey, 2> wrapped;
  protocol::crypto::Engine& crypto = context.ports.crypto;
  if (!crypto.wrap(under, keys.unicast, wrapped[0])) return std::nullopt;
  if (!crypto.wrap(under, keys.authentication, wrapped[1])) return std::nullopt;
  return wrapped;
}

}  // namespace hes

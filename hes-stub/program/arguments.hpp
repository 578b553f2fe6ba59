// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/inventory/config.hpp"
#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/order.hpp"

namespace hes {

// "relay_open:SERIAL", "relay_close:SERIAL", "clock_shift:SERIAL:SECONDS",
// "clock_set:SERIAL[:SECONDS]", "key:SERIAL". Adds the order, or a fault that names what is
// allowed.
void parse_order(std::string_view text, const Inventory& inventory, std::vector<Order>& orders,
                 std::vector<std::string>& faults);

// What can be ordered, and will be refused by the meter or comes too late: a line each.
std::vector<std::string> doubts_of(const std::vector<Order>& orders, const Inventory& inventory,
                                   std::int64_t now_utc_s);

// Ed25519 private key from a PEM file (PKCS#8). A fault names the file, never what stands in it.
bool read_signing_key(const std::string& path, SigningKey& key, std::vector<std::string>& faults);

}  // namespace hes

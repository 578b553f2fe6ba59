// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hes-stub/inventory/inventory.hpp"
#include "hes-stub/ports/order.hpp"

namespace hes {

// "relay_open:SERIAL", "relay_close:SERIAL", "clock_shift:SERIAL:SECONDS",
// "clock_set:SERIAL[:SECONDS]". Adds the order, or a fault that names what is allowed.
void parse_order(std::string_view text, const Inventory& inventory, std::vector<Order>& orders,
                 std::vector<std::string>& faults);

}  // namespace hes

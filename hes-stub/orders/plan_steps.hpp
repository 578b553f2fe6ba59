// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "hes-stub/ports/order.hpp"
#include "protocol/hosted/order_steps/step.hpp"

namespace hes {

// What a client does with the meter for an order with a plan (has_plan); none: the plan says
// nothing that can be done.
std::vector<protocol::orders::Step> steps_of(const Order& order);

}  // namespace hes

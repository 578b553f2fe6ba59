// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "dcu/app/meters/job.hpp"
#include "protocol/hosted/p32/order.hpp"

namespace dcu::app {

// The DLMS services by which an order is done on a meter, in their order; a meter that lacks an
// object answers with its error. Clock orders are none of these: they depend on what the clock
// says.
std::vector<Operation> operations_of(const protocol::p32::Order& order, std::string_view serial);
// Whether every access selection of a raw order is one that can be asked for: of rows by clock or
// entry, in a get.
bool selections_supported(const protocol::p32::RawDlmsOrder& order);

}  // namespace dcu::app

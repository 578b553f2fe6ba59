// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "protocol/dlms/client.hpp"

// What the meter said, by its name in the books, and what to do next.
namespace sim::reader {

std::string reason_text(const protocol::dlms::ClientReason& reason);
std::string access_result_text(protocol::cosem::AccessResult result);

}  // namespace sim::reader

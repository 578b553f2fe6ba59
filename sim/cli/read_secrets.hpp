// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

#include "protocol/dlms/types.hpp"

namespace sim::cli {

// What the user gave cannot be used: exit status 2.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// First line of the file, at most 16 characters.
std::string read_password(const std::string& file);
// {"unicast_key": hex, "authentication_key": hex}, or the JSON inventory with keys, from which the
// meter is chosen by its logical device name.
protocol::dlms::Keys read_keys(const std::string& file, const std::string& logical_device_name);

}  // namespace sim::cli

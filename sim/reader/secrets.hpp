// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "protocol/dlms/types.hpp"

// Files of secrets as people write them: with CR LF, a byte order mark, without a last newline.
// Throws InputError; messages name a key, never its value.
namespace sim::reader {

// First line of the file, 1 to 16 characters.
std::string read_password(const std::string& file);
// {"unicast_key": hex, "authentication_key": hex}, or the JSON inventory with keys, from which the
// meter is chosen by its logical device name.
protocol::dlms::Keys read_keys(const std::string& file, const std::string& logical_device_name);
protocol::dlms::Keys parse_keys(const std::string& name, const std::string& text,
                                const std::string& logical_device_name);

}  // namespace sim::reader

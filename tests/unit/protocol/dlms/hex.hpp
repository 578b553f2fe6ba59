// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"
#include "tests/rigs/octets/octets.hpp"

namespace protocol_test {

using rigs::copy;
using rigs::Draws;
using rigs::hex;
using rigs::Octets;

std::string to_hex(protocol::Bytes octets);

// A named vector of tests/vectors/dlms.txt.
const Octets& golden(const std::string& name);

}  // namespace protocol_test

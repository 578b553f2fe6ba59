// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/codec.hpp"
#include "protocol/hosted/p32/document.hpp"

namespace protocol::p32 {

// decode(), but every problem up to problems_max: those of the XML alone, or of the schema, or, if
// it holds, of the values.
std::variant<Message, std::vector<Problem>> decode_all(std::string_view xml,
                                                       const DecodeLimits& limits,
                                                       std::size_t problems_max);

}  // namespace protocol::p32

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace net {

struct Endpoint {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:4059" or "[::1]:4059"; port 0: any, to listen on. Nothing when it is none; the name is
// not resolved here.
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string to_string(const Endpoint& endpoint);

}  // namespace net

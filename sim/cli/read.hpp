// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace sim::cli {

struct ReadOptions {
  std::string host;
  std::uint16_t port = 4059;
  std::uint16_t client = 16;
  std::uint16_t server = 1;
  std::string authentication = "none";  // none, lls, hls5
  std::string password_file;            // first line: the LLS password
  std::string keys_file;  // {"unicast_key","authentication_key"} or the JSON inventory with keys
  bool hdlc = false;
  bool list = false;    // the association's object list
  std::string object;   // OBIS[:ATTRIBUTE]
  std::string profile;  // OBIS
  std::string from;     // RFC 3339
  std::string to;
  bool json = false;
  std::int64_t timeout_ms = 30'000;
};

// Reads a meter and prints what it says. 0; 1: the meter or the link said no; 2: bad input.
int read_meter(const ReadOptions& options);

}  // namespace sim::cli

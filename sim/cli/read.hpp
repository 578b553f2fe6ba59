// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "protocol/dlms/types.hpp"

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

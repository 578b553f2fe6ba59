// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "net/socket.hpp"
#include "protocol/bytes.hpp"
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

// Carries APDUs between a client address and the meter, over either of the two TCP profiles.
class ApduLink {
 public:
  virtual ~ApduLink() = default;
  // Opens the link of a client address; any link opened before is closed.
  virtual void open(protocol::dlms::Sap client) = 0;
  // One APDU there, one back. Throws std::runtime_error when none comes in time.
  virtual std::vector<std::uint8_t> exchange(protocol::Bytes apdu) = 0;
  virtual void close() = 0;
};

std::unique_ptr<ApduLink> make_wrapper_link(net::Socket& socket, protocol::dlms::Sap server,
                                            std::int64_t timeout_ms);
std::unique_ptr<ApduLink> make_hdlc_link(net::Socket& socket, protocol::dlms::Sap server,
                                         std::int64_t timeout_ms);

// Any A-XDR value for a person or a program to read. Octet-strings of 12 octets that hold a valid
// date-time are shown as one. Unreadable octets come out as hex behind "?".
std::string value_as_json(protocol::Bytes value);
std::string value_as_text(protocol::Bytes value);

// The rows of a profile buffer as a table, one line a row, columns apart by two blanks.
std::string rows_as_text(protocol::Bytes value);

// An association's object list: class, version, OBIS and access rights, one line an object.
std::string objects_as_text(protocol::Bytes value);

// A register with its scaler and unit applied: "241.4 V"; the number of decimals is the scaler's.
std::string register_as_text(std::int64_t value, int scaler, unsigned unit);
// Blue Book 4.3.2, units of this meter; "unit 99" for others.
std::string unit_text(unsigned unit);

std::string hex_text(protocol::Bytes octets);

}  // namespace sim::cli

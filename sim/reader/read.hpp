// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "protocol/crypto/engine.hpp"
#include "protocol/dlms/types.hpp"
#include "sim/reader/link.hpp"

namespace sim::reader {

// What the user gave cannot be used.
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ReadOptions {
  std::uint16_t client = 16;
  std::uint16_t server = 1;
  std::optional<std::uint16_t> physical;  // lower HDLC address
  std::optional<unsigned> hdlc_octets;    // of the server address: 1, 2 or 4
  std::string authentication = "none";    // none, lls, hls5
  std::string password_file;              // first line: the LLS password
  std::string keys_file;  // {"unicast_key","authentication_key"} or the JSON inventory with keys
  bool hdlc = false;
  bool list = false;    // the association's object list
  std::string object;   // [CLASS/]OBIS[:ATTRIBUTE]
  std::string profile;  // OBIS
  std::string from;     // RFC 3339
  std::string to;
  bool json = false;
  std::int64_t timeout_ms = 30'000;
};

// What the options ask for, judged before anything is sent. Throws InputError.
struct Wanted {
  std::optional<protocol::cosem::ClassId> class_id;  // none: the object list says
  protocol::cosem::Obis obis{};
  std::int8_t index = 2;
  protocol::cosem::Selection selection;  // of a profile
};
Wanted wanted_of(const ReadOptions& options);
// The smallest form that holds server and physical address, or the one asked for. Throws
// InputError.
protocol::hdlc::Address hdlc_address(const ReadOptions& options);

// Reads what is wanted over `link` and prints it, before the association is released: a meter need
// not answer that. `note` takes what is worth knowing besides. Throws InputError, Refused, Silence.
using Print = std::function<void(const std::string& text)>;
void read_over(ApduLink& link, protocol::crypto::Engine& engine, const ReadOptions& options,
               const Print& print, const Print& note);

}  // namespace sim::reader

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/hosted/order_steps/step.hpp"

// Attributes of a meter as people set them: whatever no other order speaks of.
namespace protocol::parameters {

struct Setting {
  cosem::Attribute attribute;
  std::vector<std::uint8_t> value;  // A-XDR
  bool operator==(const Setting&) const = default;
};

// One setting or several, apart by semicolons:
//   CLASS/OBIS:ATTRIBUTE=TYPE VALUE
//   1/0.0.96.13.1:2=text Good morning; 7/1.0.99.1.0:4=double-long-unsigned 900
// TYPE is a simple type by its name in the Blue Book, 4.1.5 (boolean, enum, integer, long,
// double-long, long64, unsigned, long-unsigned, double-long-unsigned, long64-unsigned),
// octet-string with octets in hex, text for an octet-string of characters, visible-string, or axdr
// with any value as it is encoded, in hex. F of a name that is missing is 255.
struct ParsedSettings {
  std::vector<Setting> settings;  // none: fault says why
  std::string fault;
};
ParsedSettings parse_settings(std::string_view text);

// Set one after the other; then each is read back.
std::vector<orders::Step> steps_of(const std::vector<Setting>& settings);

}  // namespace protocol::parameters

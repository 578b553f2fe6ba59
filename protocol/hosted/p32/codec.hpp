// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/hosted/p32/message.hpp"

namespace protocol::p32 {

// One document, deterministic: the same message gives the same octets. What cannot be written
// (control characters, octets that are no UTF-8) is written as '?', so that the result is always
// well-formed; whether it passes the schema is the caller's affair.
std::string encode(const Message& message);

// Why octets are no message, and where: counted from 1, column in characters.
struct Problem {
  std::uint16_t code = 0;  // error_code of category message
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string element;  // "/Message/Report/LoadProfile/Meter[2]/R[1]/@at"
  std::string what;
  std::string allowed;
  // As far as it was readable, for the answer.
  std::string id;

  std::string text() const;  // "3:17 /Message/...: what; allowed: ..."
};

struct DecodeLimits {
  std::size_t octets_max = 16u << 20;
  unsigned depth_max = 24;
};

// Meters of a Report and items of a Work that are left out for what they break; with one more the
// message is refused as a whole (kTooLarge).
inline constexpr std::size_t kPartsLeftOutMax = 1000;

class Decoded {
 public:
  Decoded(Message message) : outcome_(std::move(message)) {}
  Decoded(Problem problem) : outcome_(std::move(problem)) {}
  bool ok() const { return outcome_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Message& message() const { return std::get<0>(outcome_); }
  // Of a Work the items, of a Report the meters that break the rules, and are left out of the
  // message for it: each by its first problem, `id` that of the item or the meter.
  const std::vector<Problem>& left_out() const { return left_out_; }
  Decoded& leave_out(std::vector<Problem> problems) {
    left_out_ = std::move(problems);
    return *this;
  }
  // How often all of it was held against the schema: at most twice, whatever is in it.
  unsigned validations() const { return validations_; }
  Decoded& took(unsigned validations) {
    validations_ = validations;
    return *this;
  }
  Message take() && { return std::get<0>(std::move(outcome_)); }
  const Problem& problem() const { return std::get<1>(outcome_); }

 private:
  std::variant<Message, Problem> outcome_;
  std::vector<Problem> left_out_;
  unsigned validations_ = 0;
};

// Plain XML (UTF-8; inflate before: gzip.hpp), bare or in a SOAP 1.1 envelope. Checked against the
// XSD, then value by value. Nothing outside the octets is read: no entities, no DTD, no network.
// One bad item does not take the others with it: see left_out().
Decoded decode(std::string_view xml, const DecodeLimits& limits = {});

// The answer to octets that were refused.
Message refusal(const Problem& problem, const Envelope& envelope);

// The XSD: protocol/hosted/p32/p32ex.xsd as it stood when the library was compiled. It is made from
// the shapes, and a test holds it to them.
std::string_view schema_text();

// decode(), but every problem up to problems_max: those of the XML alone, or of the schema, or, if
// it holds, of the values.
std::variant<Message, std::vector<Problem>> decode_all(std::string_view xml,
                                                       const DecodeLimits& limits,
                                                       std::size_t problems_max);

}  // namespace protocol::p32

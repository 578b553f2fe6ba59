// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/dlms/types.hpp"

namespace protocol::dlms {

// Last octet of the application context name 2.16.756.5.8.1.x, Green Book 9.4.2.2.
enum class Context : std::uint8_t { ln = 1, sn = 2, ln_ciphered = 3, sn_ciphered = 4 };

struct Aarq {
  Context context = Context::ln;
  Bytes calling_title;                      // calling-AP-title
  std::optional<Authentication> mechanism;  // absent: no authentication
  Bytes authentication_value;               // password or challenge
  Bytes user_information;                   // InitiateRequest, plain or glo-
  bool version1 = true;        // bit 0 of protocol-version, which says so when it is absent
  bool authenticates = false;  // bit 0 of sender-acse-requirements; written with a mechanism
};
Result<Aarq> decode_aarq(Bytes apdu);
void encode(const Aarq& value, Writer& out);

enum class AssociationResult : std::uint8_t {
  accepted = 0,
  rejected_permanent = 1,
  rejected_transient = 2,
};
// Diagnostics of the ACSE service user, Green Book 9.4.2.
enum class Diagnostic : std::uint8_t {
  none = 0,
  no_reason_given = 1,
  application_context_name_not_supported = 2,
  calling_title_not_recognised = 3,
  mechanism_name_not_recognised = 11,
  mechanism_name_required = 12,
  authentication_failure = 13,
  authentication_required = 14,  // HLS: two more passes to come
};

struct Aare {
  Context context = Context::ln;
  AssociationResult result = AssociationResult::accepted;
  Diagnostic diagnostic = Diagnostic::none;
  Bytes responding_title;
  std::optional<Authentication> mechanism;
  Bytes authentication_value;  // the server's challenge
  Bytes user_information;      // InitiateResponse or ConfirmedServiceError, plain or glo-
  bool of_provider = false;    // the diagnostic is one of the ACSE service provider
};
Result<Aare> decode_aare(Bytes apdu);
void encode(const Aare& value, Writer& out);

// RLRQ and RLRE.
struct Release {
  std::optional<std::uint8_t> reason;
  Bytes user_information;
};
Result<Release> decode_rlrq(Bytes apdu);
Result<Release> decode_rlre(Bytes apdu);
void encode_rlrq(const Release& value, Writer& out);
void encode_rlre(const Release& value, Writer& out);

}  // namespace protocol::dlms

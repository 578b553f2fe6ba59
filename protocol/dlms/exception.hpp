// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/bytes.hpp"

namespace protocol::dlms {

// ExceptionResponse, Green Book 9.5.
struct ExceptionResponse {
  enum class State : std::uint8_t { none = 0, service_not_allowed = 1, service_unknown = 2 };
  enum class Service : std::uint8_t {
    none = 0,
    operation_not_possible = 1,
    service_not_supported = 2,
    other_reason = 3,
    pdu_too_long = 4,
    deciphering_error = 5,
    invocation_counter_error = 6,
  };
  State state = State::none;
  Service service = Service::none;
  std::uint32_t invocation_counter = 0;  // the lowest one that would do; invocation_counter_error
};
Result<ExceptionResponse> decode_exception_response(Bytes apdu);
void encode(const ExceptionResponse& value, Writer& out);

// ConfirmedServiceError: why an initiate failed.
struct ConfirmedServiceError {
  std::uint8_t service = 1;  // 1 initiateError
  std::uint8_t choice = 6;   // kind of error; 6 initiate
  std::uint8_t value = 0;
};
namespace initiate_error {
inline constexpr std::uint8_t kDlmsVersionTooLow = 1;
inline constexpr std::uint8_t kIncompatibleConformance = 2;
inline constexpr std::uint8_t kPduSizeTooShort = 3;
inline constexpr std::uint8_t kRefusedByVdeHandler = 4;  // here: a dedicated key
}  // namespace initiate_error
Result<ConfirmedServiceError> decode_confirmed_service_error(Bytes apdu);
void encode(const ConfirmedServiceError& value, Writer& out);

}  // namespace protocol::dlms

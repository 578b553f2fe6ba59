// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/exception.hpp"

#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {

Result<ExceptionResponse> decode_exception_response(Bytes apdu) {
  Reader in(apdu);
  const std::uint8_t first = in.u8();
  const std::uint8_t state = in.u8();
  const std::uint8_t service = in.u8();
  if (!in.ok()) return Error::truncated;
  if (first != tag::kException || state < 1 || state > 2) return Error::malformed;
  if (service < 1 || service > 6) return Error::malformed;
  ExceptionResponse value{static_cast<ExceptionResponse::State>(state),
                          static_cast<ExceptionResponse::Service>(service)};
  if (value.service == ExceptionResponse::Service::invocation_counter_error) {
    value.invocation_counter = in.u32();
    if (!in.ok()) return Error::truncated;
  }
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const ExceptionResponse& value, Writer& out) {
  out.u8(tag::kException);
  out.u8(static_cast<std::uint8_t>(value.state));
  out.u8(static_cast<std::uint8_t>(value.service));
  if (value.service == ExceptionResponse::Service::invocation_counter_error) {
    out.u32(value.invocation_counter);
  }
}

Result<ConfirmedServiceError> decode_confirmed_service_error(Bytes apdu) {
  Reader in(apdu);
  const std::uint8_t first = in.u8();
  ConfirmedServiceError value;
  value.service = in.u8();
  value.choice = in.u8();
  value.value = in.u8();
  if (!in.ok()) return Error::truncated;
  if (first != tag::kConfirmedServiceError || !in.at_end()) return Error::malformed;
  return value;
}

void encode(const ConfirmedServiceError& value, Writer& out) {
  out.u8(tag::kConfirmedServiceError);
  out.u8(value.service);
  out.u8(value.choice);
  out.u8(value.value);
}

}  // namespace protocol::dlms

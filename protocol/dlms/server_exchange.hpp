// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/initiate.hpp"
#include "protocol/dlms/server.hpp"

namespace protocol::dlms {

struct ServerSession::Exchange {
  const ServerIdentity& identity;
  Application& application;
  crypto::Engine& crypto;
  MutableBytes scratch;
  Writer& reply;
  Wrapping wrapping = Wrapping::none;  // as the request came, so the answer goes
  std::optional<Application::Service> service{};
};

struct ServerSession::Admission {
  Diagnostic diagnostic = Diagnostic::none;
  std::uint8_t initiate_error = 0;  // a value of namespace initiate_error
  Context context = Context::ln;
  std::optional<Authentication> mechanism{};
  bool accepted() const { return diagnostic == Diagnostic::none && initiate_error == 0; }
};

// Faults that several services answer with.
inline constexpr ExceptionResponse kNoFault{};
inline constexpr ExceptionResponse kNotAllowed{ExceptionResponse::State::service_not_allowed,
                                               ExceptionResponse::Service::operation_not_possible};
inline constexpr ExceptionResponse kNotSupported{ExceptionResponse::State::service_unknown,
                                                 ExceptionResponse::Service::service_not_supported};
inline constexpr ExceptionResponse kPduTooLong{ExceptionResponse::State::service_not_allowed,
                                               ExceptionResponse::Service::pdu_too_long};

}  // namespace protocol::dlms

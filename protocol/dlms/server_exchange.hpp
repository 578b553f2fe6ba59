// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/cosem/classes/association_ln.hpp"
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
  bool common_version = true;       // of ACSE
  Context context = Context::ln;
  std::optional<Authentication> mechanism{};
  bool accepted() const {
    return common_version && diagnostic == Diagnostic::none && initiate_error == 0;
  }
};

// reply_to_HLS_authentication of the current association, Blue Book 4.4.2.
inline constexpr cosem::Method kReplyToHls{
    cosem::classes::AssociationLn::kId, cosem::obis(0, 0, 40, 0, 0),
    cosem::classes::AssociationLn::kReplyToHlsAuthentication};

// Faults that several services answer with.
inline constexpr ExceptionResponse kNoFault{};
inline constexpr ExceptionResponse kNotAllowed{ExceptionResponse::State::service_not_allowed,
                                               ExceptionResponse::Service::operation_not_possible};
inline constexpr ExceptionResponse kNotSupported{ExceptionResponse::State::service_unknown,
                                                 ExceptionResponse::Service::service_not_supported};
inline constexpr ExceptionResponse kPduTooLong{ExceptionResponse::State::service_not_allowed,
                                               ExceptionResponse::Service::pdu_too_long};

}  // namespace protocol::dlms

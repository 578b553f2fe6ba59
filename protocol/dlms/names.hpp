// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/client.hpp"

// Names of what the other end says, for messages and logs; numbers that the books do not name are
// "unknown". Green Book 9.4.2 and 9.5, Blue Book data-access-result.
namespace protocol::dlms {

const char* access_result_name(cosem::AccessResult result);
const char* diagnostic_name(Diagnostic diagnostic, bool of_provider);
const char* state_name(ExceptionResponse::State state);
const char* service_name(ExceptionResponse::Service service);
// ServiceError by choice (6: initiate) and value.
const char* service_error_name(const ConfirmedServiceError& error);

// The one that says most about the whole of it: "authentication-failure", "pdu-size-too-short".
const char* reason_name(const ClientReason& reason);

}  // namespace protocol::dlms

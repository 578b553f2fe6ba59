// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/reader/reason_text.hpp"

#include <fmt/format.h>

#include "protocol/dlms/names.hpp"

namespace sim::reader {
namespace {

using namespace protocol;
using dlms::ClientReason;
using dlms::Diagnostic;
using dlms::ExceptionResponse;

const char* advice(Diagnostic diagnostic) {
  switch (diagnostic) {
    case Diagnostic::none:
    case Diagnostic::no_reason_given:
      return "is there such a --client in this meter, with this --auth?";
    case Diagnostic::application_context_name_not_supported:
      return "this client is spoken to otherwise: --auth hls5 is ciphered, none and lls are not";
    case Diagnostic::calling_title_not_recognised:
      return "the meter does not know our system title AMTREAD";
    case Diagnostic::mechanism_name_not_recognised:
      return "this client has another authentication: --auth none, lls or hls5";
    case Diagnostic::mechanism_name_required:
    case Diagnostic::authentication_required:
      return "this client must prove who it is: --auth lls or hls5";
    case Diagnostic::authentication_failure:
      return "the password (--password-file) or the keys (--keys) are not those of this client";
  }
  return "see Green Book 9.4.2";
}

const char* advice(const dlms::ConfirmedServiceError& error) {
  constexpr std::uint8_t kInitiate = 6;
  if (error.choice != kInitiate) return "see Green Book 9.5, ServiceError";
  switch (error.value) {
    case dlms::initiate_error::kDlmsVersionTooLow:
      return "DLMS version 6 was proposed";
    case dlms::initiate_error::kIncompatibleConformance:
      return "GET with block transfer and selective access was proposed";
    case dlms::initiate_error::kPduSizeTooShort:
      return "the meter needs an APDU size other than the 1024 octets proposed";
    default:
      return "see Green Book 9.5, ServiceError";
  }
}

std::string exception_text(const ExceptionResponse& exception) {
  const std::string told = fmt::format("exception-response: {}, {}", state_name(exception.state),
                                       service_name(exception.service));
  switch (exception.service) {
    case ExceptionResponse::Service::invocation_counter_error:
      return fmt::format(
          "{}: the meter expects an invocation counter of {} ({:08X}h) or above; does somebody "
          "else "
          "use the keys of this client?",
          told, exception.invocation_counter, exception.invocation_counter);
    case ExceptionResponse::Service::deciphering_error:
      return told + ": the keys (--keys) are not those of this meter and client";
    case ExceptionResponse::Service::pdu_too_long:
      return told + ": the request is longer than the meter takes";
    case ExceptionResponse::Service::none:
    case ExceptionResponse::Service::operation_not_possible:
    case ExceptionResponse::Service::service_not_supported:
    case ExceptionResponse::Service::other_reason:
      break;
  }
  // Also what a module says whose meter is silent, and a gateway of whom it does not know.
  return told +
         ": not allowed, or no such meter answers; behind a concentrator --server is the "
         "server_sap of `amitwin inventory`";
}

}  // namespace

std::string reason_text(const ClientReason& reason) {
  const std::string name = reason_name(reason);
  switch (reason.kind) {
    case ClientReason::Kind::diagnostic:
      return fmt::format("the meter refuses: {} (diagnostic {}): {}", name,
                         static_cast<int>(reason.diagnostic),
                         reason.of_provider ? "see Green Book 9.4.2" : advice(reason.diagnostic));
    case ClientReason::Kind::service_error:
      return fmt::format("the meter refuses: {} (confirmed-service-error {} {} {}): {}", name,
                         reason.service_error.service, reason.service_error.choice,
                         reason.service_error.value, advice(reason.service_error));
    case ClientReason::Kind::exception:
      return exception_text(reason.exception);
    case ClientReason::Kind::other_context:
      return "the meter accepts another application context than the one proposed";
    case ClientReason::Kind::bad_initiate:
      return "the meter accepts, but its InitiateResponse cannot be read: DLMS version 6 and "
             "logical names are spoken here";
    case ClientReason::Kind::stranger:
      return "the answer carries another system title than the meter's";
    case ClientReason::Kind::control:
      return "the answer is protected in another way than SC 30h, authenticated and encrypted";
    case ClientReason::Kind::not_authentic:
      return "the authentication tag of the answer does not fit: the keys (--keys) are not those "
             "of this meter, or somebody changed the answer";
    case ClientReason::Kind::replayed:
      return "the invocation counter of the answer is not above that of the one before: somebody "
             "repeats answers, or the meter counts wrongly";
    case ClientReason::Kind::block_number:
      return "block transfer: the meter repeats a block number or leaves one out";
    case ClientReason::Kind::too_long:
      return "the value is longer than 1 MiB: ask for less with --from and --to";
    case ClientReason::Kind::endless:
      return "block transfer: the meter sends blocks without end";
    case ClientReason::Kind::no_value:
      return "the answer cannot be read: it is no A-XDR value";
    case ClientReason::Kind::none:
      break;
  }
  return "no reason given";
}

std::string access_result_text(cosem::AccessResult result) {
  const std::string told = fmt::format("the meter answers data-access-result {} ({})",
                                       static_cast<int>(result), dlms::access_result_name(result));
  switch (result) {
    case cosem::AccessResult::read_write_denied:
    case cosem::AccessResult::scope_of_access_violated:
      return told + ": this client may not read it: another --client and --auth";
    case cosem::AccessResult::object_undefined:
      return told + ": no such object, or none that this client sees: --list shows them";
    case cosem::AccessResult::object_class_inconsistent:
      return told + ": the object is of another class: --object CLASS/OBIS:ATTRIBUTE";
    case cosem::AccessResult::object_unavailable:
      return told + ": the object is there, but not now or not for this client";
    case cosem::AccessResult::temporary_failure:
      return told + ": ask again later";
    default:
      return told;
  }
}

}  // namespace sim::reader

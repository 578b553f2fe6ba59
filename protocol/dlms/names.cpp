// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/names.hpp"

#include <span>

namespace protocol::dlms {
namespace {

constexpr const char* kUnknown = "unknown";

struct Name {
  std::uint8_t number;
  const char* text;
};
const char* name_of(std::span<const Name> names, std::uint8_t number) {
  for (const Name& name : names) {
    if (name.number == number) return name.text;
  }
  return kUnknown;
}

constexpr Name kAccessResults[] = {
    {0, "success"},
    {1, "hardware-fault"},
    {2, "temporary-failure"},
    {3, "read-write-denied"},
    {4, "object-undefined"},
    {9, "object-class-inconsistent"},
    {11, "object-unavailable"},
    {12, "type-unmatched"},
    {13, "scope-of-access-violated"},
    {14, "data-block-unavailable"},
    {15, "long-get-aborted"},
    {16, "no-long-get-in-progress"},
    {17, "long-set-aborted"},
    {18, "no-long-set-in-progress"},
    {19, "data-block-number-invalid"},
    {250, "other-reason"},
};

constexpr Name kUserDiagnostics[] = {
    {0, "no diagnostic"},
    {1, "no-reason-given"},
    {2, "application-context-name-not-supported"},
    {3, "calling-AP-title-not-recognized"},
    {4, "calling-AP-invocation-identifier-not-recognized"},
    {5, "calling-AE-qualifier-not-recognized"},
    {6, "calling-AE-invocation-identifier-not-recognized"},
    {7, "called-AP-title-not-recognized"},
    {8, "called-AP-invocation-identifier-not-recognized"},
    {9, "called-AE-qualifier-not-recognized"},
    {10, "called-AE-invocation-identifier-not-recognized"},
    {11, "authentication-mechanism-name-not-recognised"},
    {12, "authentication-mechanism-name-required"},
    {13, "authentication-failure"},
    {14, "authentication-required"},
};
constexpr Name kProviderDiagnostics[] = {
    {0, "no diagnostic"},
    {1, "no-reason-given (ACSE provider)"},
    {2, "no-common-acse-version"},
};

constexpr Name kStates[] = {{1, "service-not-allowed"}, {2, "service-unknown"}};
constexpr Name kServices[] = {
    {1, "operation-not-possible"}, {2, "service-not-supported"}, {3, "other-reason"},
    {4, "pdu-too-long"},           {5, "deciphering-error"},     {6, "invocation-counter-error"},
};

// ServiceError, by choice and value.
constexpr Name kApplicationReference[] = {
    {0, "application-reference: other"},
    {1, "time-elapsed"},
    {2, "application-unreachable"},
    {3, "application-reference-invalid"},
    {4, "application-context-unsupported"},
    {5, "provider-communication-error"},
    {6, "deciphering-error"},
};
constexpr Name kHardwareResource[] = {
    {0, "hardware-resource: other"},       {1, "memory-unavailable"},
    {2, "processor-resource-unavailable"}, {3, "mass-storage-unavailable"},
    {4, "other-resource-unavailable"},
};
constexpr Name kVdeState[] = {
    {0, "vde-state-error: other"}, {1, "no-dlms-context"},   {2, "loading-data-set"},
    {3, "status-nochange"},        {4, "status-inoperable"},
};
constexpr Name kServiceFault[] = {
    {0, "service: other"},
    {1, "pdu-size"},
    {2, "service-unsupported"},
};
constexpr Name kAccess[] = {
    {0, "access: other"},  {1, "scope-of-access-violated"}, {2, "object-access-invalid"},
    {3, "hardware-fault"}, {4, "object-unavailable"},
};
constexpr Name kInitiate[] = {
    {0, "initiate: other"},
    {initiate_error::kDlmsVersionTooLow, "dlms-version-too-low"},
    {initiate_error::kIncompatibleConformance, "incompatible-conformance"},
    {initiate_error::kPduSizeTooShort, "pdu-size-too-short"},
    {4, "refused-by-the-VDE-handler"},
};
struct Choice {
  std::uint8_t number;
  std::span<const Name> values;
};
constexpr Choice kChoices[] = {
    {0, kApplicationReference}, {1, kHardwareResource}, {2, kVdeState},
    {3, kServiceFault},         {5, kAccess},           {6, kInitiate},
};

}  // namespace

const char* access_result_name(cosem::AccessResult result) {
  return name_of(kAccessResults, static_cast<std::uint8_t>(result));
}

const char* diagnostic_name(Diagnostic diagnostic, bool of_provider) {
  const std::span<const Name> names =
      of_provider ? std::span<const Name>(kProviderDiagnostics) : kUserDiagnostics;
  return name_of(names, static_cast<std::uint8_t>(diagnostic));
}

const char* state_name(ExceptionResponse::State state) {
  return name_of(kStates, static_cast<std::uint8_t>(state));
}
const char* service_name(ExceptionResponse::Service service) {
  return name_of(kServices, static_cast<std::uint8_t>(service));
}

const char* service_error_name(const ConfirmedServiceError& error) {
  for (const Choice& choice : kChoices) {
    if (choice.number == error.choice) return name_of(choice.values, error.value);
  }
  return kUnknown;
}

const char* reason_name(const ClientReason& reason) {
  switch (reason.kind) {
    case ClientReason::Kind::none:
      return "no reason";
    case ClientReason::Kind::diagnostic:
      return diagnostic_name(reason.diagnostic, reason.of_provider);
    case ClientReason::Kind::service_error:
      return service_error_name(reason.service_error);
    case ClientReason::Kind::exception:
      return service_name(reason.exception.service);
    case ClientReason::Kind::other_context:
      return "another application context";
    case ClientReason::Kind::bad_initiate:
      return "no usable InitiateResponse";
    case ClientReason::Kind::stranger:
      return "another system title";
    case ClientReason::Kind::control:
      return "another protection than authenticated and encrypted";
    case ClientReason::Kind::not_authentic:
      return "not authentic";
    case ClientReason::Kind::replayed:
      return "invocation counter repeated";
    case ClientReason::Kind::block_number:
      return "block number repeated or left out";
    case ClientReason::Kind::too_long:
      return "value too long";
    case ClientReason::Kind::endless:
      return "block transfer without end";
    case ClientReason::Kind::no_value:
      return "no A-XDR value";
  }
  return kUnknown;
}

}  // namespace protocol::dlms

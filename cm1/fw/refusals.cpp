// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "cm1/fw/refusals.hpp"

#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/exception.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace cm1::fw {

using protocol::Writer;
using protocol::dlms::Sap;
using protocol::wrapper::kHeaderOctets;

void put_header(MutableBytes message, Sap source, Sap destination, std::size_t apdu_octets) {
  Writer out(message);
  protocol::wrapper::encode_header({source, destination, static_cast<std::uint16_t>(apdu_octets)},
                                   out);
}

Bytes write_exception(Sap client, Sap server, MutableBytes out) {
  using protocol::dlms::ExceptionResponse;
  Writer apdu(out.subspan(kHeaderOctets));
  ExceptionResponse exception;
  exception.state = ExceptionResponse::State::service_not_allowed;
  exception.service = ExceptionResponse::Service::operation_not_possible;
  encode(exception, apdu);
  put_header(out, server, client, apdu.size());
  return out.first(kHeaderOctets + apdu.size());
}

Bytes write_busy(Sap client, Sap server, Bytes aarq, MutableBytes out) {
  Writer apdu(out.subspan(kHeaderOctets));
  protocol::dlms::Aare aare;
  if (const auto asked = protocol::dlms::decode_aarq(aarq)) aare.context = asked->context;
  aare.result = protocol::dlms::AssociationResult::rejected_transient;
  aare.diagnostic = protocol::dlms::Diagnostic::no_reason_given;
  encode(aare, apdu);
  put_header(out, server, client, apdu.size());
  return out.first(kHeaderOctets + apdu.size());
}

}  // namespace cm1::fw

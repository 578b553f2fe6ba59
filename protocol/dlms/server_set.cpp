// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using cosem::AccessResult;

void put_last_block(std::uint8_t invoke_id, AccessResult result, std::uint32_t number,
                    Writer& out) {
  SetResponse response;
  response.kind = SetResponse::Kind::last_block;
  response.invoke_id = invoke_id;
  response.result = result;
  response.block_number = number;
  encode(response, out);
}

}  // namespace

ServerSession::Fault ServerSession::on_set(Exchange& x, Bytes apdu, Writer& out) {
  const Result<SetRequest> request = decode_set_request(apdu);
  if (!request) return unreadable(request.error());
  const std::uint8_t invoke_id = request->invoke_id;
  if (request->kind == SetRequest::Kind::block) return set_block(x, invoke_id, request->block, out);
  end_long_transfer();
  switch (request->kind) {
    case SetRequest::Kind::normal: {
      SetResponse response;
      response.invoke_id = invoke_id;
      // No attribute of ours takes part of a value.
      response.result = request->selection.present
                            ? AccessResult::scope_of_access_violated
                            : x.application.set(role_->sap, request->attribute, request->value);
      encode(response, out);
      return kNoFault;
    }
    case SetRequest::Kind::first_block:
      if ((negotiated_.conformance & conformance::kBlockSet) == 0) return kNotAllowed;
      if (request->selection.present) {
        put_last_block(invoke_id, AccessResult::scope_of_access_violated, request->block.number,
                       out);
        return kNoFault;
      }
      if (!transfer_.claim(*join_, *role_)) {
        put_last_block(invoke_id, AccessResult::temporary_failure, request->block.number, out);
        return kNoFault;
      }
      transfer_.begin(Long::set, invoke_id);
      transfer_.attribute = request->attribute;
      return set_block(x, invoke_id, request->block, out);
    case SetRequest::Kind::with_list: {
      if ((negotiated_.conformance & conformance::kMultipleReferences) == 0) return kNotAllowed;
      // Answered one octet each: refused as a whole before anything is set if that cannot fit.
      if (out.space() < 8 + request->attributes.count) return kPduTooLong;
      out.u8(tag::kSetResponse);
      out.u8(static_cast<std::uint8_t>(SetResponse::Kind::with_list));
      out.u8(invoke_id);
      axdr::put_length(request->attributes.count, out);
      Reader attributes(request->attributes.items);
      Reader values(request->values.items);
      for (std::size_t i = 0; i < request->attributes.count; ++i) {
        const cosem::Attribute attribute = take_attribute(attributes);
        const bool selected = take_access_selection(attributes).present;
        const Bytes value = take_value(values);
        const AccessResult result = selected ? AccessResult::scope_of_access_violated
                                             : x.application.set(role_->sap, attribute, value);
        out.u8(static_cast<std::uint8_t>(result));
      }
      return kNoFault;
    }
    case SetRequest::Kind::block:
      break;
  }
  return kNoFault;
}

ServerSession::Fault ServerSession::set_block(Exchange& x, std::uint8_t invoke_id,
                                              const DataBlock& block, Writer& out) {
  AccessResult failure = AccessResult::success;
  if (transfer_.kind != Long::set || !transfer_.goes_on(invoke_id)) {
    put_last_block(invoke_id, AccessResult::no_long_set_in_progress, block.number, out);
    return kNoFault;
  }
  if (!transfer_.holds(join_)) {
    failure = AccessResult::long_set_aborted;
  } else if (block.number != transfer_.block_number + 1) {
    failure = AccessResult::data_block_number_invalid;
  } else if (!join_->append(block.raw)) {
    failure = AccessResult::long_set_aborted;
  }
  if (failure == AccessResult::success && !block.last) {
    transfer_.block_number = block.number;
    SetResponse response;
    response.kind = SetResponse::Kind::block;
    response.invoke_id = invoke_id;
    response.block_number = block.number;
    encode(response, out);
    return kNoFault;
  }
  if (failure == AccessResult::success) {
    // Also what is cut off or goes on behind its end: a meter notes what it refuses.
    failure = x.application.set(role_->sap, transfer_.attribute, join_->joined());
  }
  end_long_transfer();
  put_last_block(invoke_id, failure, block.number, out);
  return kNoFault;
}

}  // namespace protocol::dlms

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using cosem::AccessResult;

void put_result(std::uint8_t invoke_id, std::uint8_t result, Writer& out) {
  ActionResponse response;
  response.invoke_id = invoke_id;
  response.result = result;
  encode(response, out);
}

constexpr std::size_t kPBlockHead = 3 + 5;

void announce_all(Application& application, Sap sap, const ActionRequest& request) {
  Reader methods(request.methods.items);
  Reader parameters(request.parameters.items);
  for (std::size_t left = request.methods.count; left > 0; --left) {
    const cosem::Method method = take_method(methods);
    application.announce(sap, method, take_value(parameters));
  }
}

}  // namespace

ServerSession::Fault ServerSession::on_action(Exchange& x, Bytes apdu, Writer& out) {
  const Result<ActionRequest> request = decode_action_request(apdu);
  if (!request) return unreadable(request.error());
  const std::uint8_t invoke_id = request->invoke_id;
  if (request->kind == ActionRequest::Kind::next) {
    return_next(invoke_id, request->block_number, out);
    return kNoFault;
  }
  if (request->kind == ActionRequest::Kind::block) {
    return action_block(x, invoke_id, request->block, out);
  }
  end_long_transfer();
  switch (request->kind) {
    case ActionRequest::Kind::normal:
      run_action(x, invoke_id, request->method, request->parameter, out);
      return kNoFault;
    case ActionRequest::Kind::first_block:
      if ((negotiated_.conformance & conformance::kBlockAction) == 0) return kNotAllowed;
      if (!transfer_.claim(*join_, *role_)) {
        put_result(invoke_id, static_cast<std::uint8_t>(AccessResult::temporary_failure), out);
        return kNoFault;
      }
      transfer_.begin(Long::action, invoke_id);
      transfer_.attribute = {request->method.class_id, request->method.instance,
                             request->method.index};
      return action_block(x, invoke_id, request->block, out);
    case ActionRequest::Kind::with_list: {
      if ((negotiated_.conformance & conformance::kMultipleReferences) == 0) return kNotAllowed;
      // Result and "no return value" each, and nothing done if that cannot fit.
      if (out.space() < 8 + 2 * request->methods.count) return kPduTooLong;
      out.u8(tag::kActionResponse);
      out.u8(static_cast<std::uint8_t>(ActionResponse::Kind::with_list));
      out.u8(invoke_id);
      axdr::put_length(request->methods.count, out);
      Reader methods(request->methods.items);
      Reader parameters(request->parameters.items);
      announce_all(x.application, role_->sap, *request);
      for (std::size_t left = request->methods.count; left-- > 0;) {
        const cosem::Method method = take_method(methods);
        const Bytes parameter = take_value(parameters);
        constexpr std::size_t kHead = 3;  // result, present, choice
        const std::size_t reserved = 2 * left + kHead;
        const std::size_t room = out.space() > reserved ? out.space() - reserved : 0;
        Writer value(room == 0 ? MutableBytes{} : out.free().subspan(kHead, room));
        const AccessResult result = x.application.action(role_->sap, method, parameter, value);
        const bool returns = result == AccessResult::success && value.ok() && value.size() > 0;
        out.u8(static_cast<std::uint8_t>(result));
        out.u8(returns ? 1 : 0);
        if (returns) {
          out.u8(0);
          out.commit(value.size());
        }
      }
      return kNoFault;
    }
    case ActionRequest::Kind::next:
    case ActionRequest::Kind::block:
      break;
  }
  return kNoFault;
}

void ServerSession::run_action(Exchange& x, std::uint8_t invoke_id, const cosem::Method& method,
                               Bytes parameter, Writer& out) {
  // The return value goes straight into the response, or, as it may be long, into the join buffer
  // (behind a joined parameter) unless another session has it.
  const bool join_is_ours = join_ != nullptr && (transfer_.holds(join_) || !join_->busy()) &&
                            (negotiated_.conformance & conformance::kBlockAction) != 0;
  if (!join_is_ours) {
    Writer value(out.free().subspan(kActionNormalHead));
    const AccessResult result = x.application.action(role_->sap, method, parameter, value);
    ActionResponse response;
    response.invoke_id = invoke_id;
    response.result = static_cast<std::uint8_t>(result);
    const bool returns = result == AccessResult::success && value.size() > 0;
    if (returns && value.ok()) {
      // The head of a normal response with data, in front of the value already there.
      out.u8(tag::kActionResponse);
      out.u8(static_cast<std::uint8_t>(ActionResponse::Kind::normal));
      out.u8(invoke_id);
      out.u8(response.result);
      out.u8(1);
      out.u8(0);
      out.commit(value.size());
      return;
    }
    // Done, but what it returns does not fit: said in the place of the return value.
    if (returns || !value.ok()) response.data_result = AccessResult::other_reason;
    encode(response, out);
    return;
  }
  if (!transfer_.holds(join_)) transfer_.claim(*join_, *role_);
  Writer value(join_->free());
  const AccessResult result = x.application.action(role_->sap, method, parameter, value);
  if (result == AccessResult::success && value.ok() && value.size() > 0) {
    return put_return(invoke_id, value.written(), out);
  }
  ActionResponse response;
  response.invoke_id = invoke_id;
  response.result = static_cast<std::uint8_t>(result);
  if (!value.ok()) response.data_result = AccessResult::other_reason;
  encode(response, out);
  end_long_transfer();
}

// `value` lies at the front of the free part of the join buffer, which this session holds.
void ServerSession::put_return(std::uint8_t invoke_id, Bytes value, Writer& out) {
  if (kActionNormalHead + value.size() <= out.space()) {
    ActionResponse response;
    response.invoke_id = invoke_id;
    response.data = value;
    encode(response, out);
    end_long_transfer();
    return;
  }
  join_->keep_only_new(value.size());
  transfer_.begin(Long::action_return, invoke_id);
  transfer_.offset = 0;
  put_return_block(invoke_id, out);
}

void ServerSession::put_return_block(std::uint8_t invoke_id, Writer& out) {
  const Bytes left = join_->joined().subspan(transfer_.offset);
  const std::size_t octets = std::min(left.size(), max_raw_octets(out.space(), kPBlockHead));
  ActionResponse response;
  response.kind = ActionResponse::Kind::with_block;
  response.invoke_id = invoke_id;
  response.block = {octets == left.size(), ++transfer_.block_number, left.first(octets)};
  transfer_.offset += static_cast<std::uint32_t>(octets);
  encode(response, out);
  if (response.block.last) end_long_transfer();
}

void ServerSession::return_next(std::uint8_t invoke_id, std::uint32_t number, Writer& out) {
  if (transfer_.kind != Long::action_return || !transfer_.goes_on(invoke_id)) {
    return put_result(invoke_id, action_result::kNoLongActionInProgress, out);
  }
  if (number != transfer_.block_number || !transfer_.holds(join_)) {
    const bool lost = number == transfer_.block_number;
    end_long_transfer();
    return put_result(
        invoke_id, lost ? action_result::kLongActionAborted : action_result::kDataBlockUnavailable,
        out);
  }
  put_return_block(invoke_id, out);
}

ServerSession::Fault ServerSession::action_block(Exchange& x, std::uint8_t invoke_id,
                                                 const DataBlock& block, Writer& out) {
  if (transfer_.kind != Long::action || !transfer_.goes_on(invoke_id)) {
    put_result(invoke_id, action_result::kNoLongActionInProgress, out);
    return kNoFault;
  }
  std::uint8_t failure = 0;
  if (!transfer_.holds(join_) || block.number != transfer_.block_number + 1 ||
      !join_->append(block.raw)) {
    failure = action_result::kLongActionAborted;
  } else if (block.last && !axdr::is_one_value(join_->joined())) {
    failure = static_cast<std::uint8_t>(AccessResult::type_unmatched);
  }
  if (failure != 0) {
    end_long_transfer();
    put_result(invoke_id, failure, out);
    return kNoFault;
  }
  transfer_.block_number = block.number;
  if (block.last) {
    run_action(
        x, invoke_id,
        {transfer_.attribute.class_id, transfer_.attribute.instance, transfer_.attribute.index},
        join_->joined(), out);
    return kNoFault;
  }
  ActionResponse response;
  response.kind = ActionResponse::Kind::next_block;
  response.invoke_id = invoke_id;
  response.block_number = block.number;
  encode(response, out);
  return kNoFault;
}

}  // namespace protocol::dlms

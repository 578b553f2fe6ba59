// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/client.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using Kind = ClientEvent::Kind;
using cosem::AccessResult;

ClientReason::Kind reason_of(BlockTransfer::Fault fault) {
  switch (fault) {
    case BlockTransfer::Fault::none:
      return ClientReason::Kind::none;
    case BlockTransfer::Fault::block_number:
      return ClientReason::Kind::block_number;
    case BlockTransfer::Fault::too_long:
      return ClientReason::Kind::too_long;
    case BlockTransfer::Fault::endless:
      return ClientReason::Kind::endless;
  }
  return ClientReason::Kind::none;
}

}  // namespace

std::uint8_t ClientSession::new_invoke_id() {
  const auto number = static_cast<std::uint8_t>((invoke_id_ + 1) & kInvokeIdMask);
  invoke_id_ = static_cast<std::uint8_t>(number | kConfirmed | kHighPriority);
  return invoke_id_;
}

Result<Bytes> ClientSession::started(Pending pending, const Writer& plain) {
  const Result<Bytes> apdu = finish_apdu(plain);
  if (apdu) pending_ = pending;
  return apdu;
}

std::optional<ClientEvent> ClientSession::joined(const DataBlock& block, Kind kind) {
  const BlockTransfer::Fault fault = transfer_.take(block, config_.max_blocks);
  if (fault != BlockTransfer::Fault::none) return failed(reason_of(fault));
  if (!block.last) return std::nullopt;
  const Bytes value = transfer_.joined();
  return axdr::is_one_value(value) ? ended(kind, value) : failed(ClientReason::Kind::no_value);
}

Result<Bytes> ClientSession::get(const cosem::Attribute& attribute,
                                 const cosem::Selection& selection) {
  if (!ready()) return Error::wrong_state;
  SelectionBuffer buffer{};
  GetRequest request;
  request.invoke_id = new_invoke_id();
  request.attribute = attribute;
  request.selection = encode_selection(selection, buffer);
  transfer_.clear();
  Writer out = begin_apdu();
  encode(request, out);
  return started(Pending::get, out);
}

Result<Bytes> ClientSession::set(const cosem::Attribute& attribute, Bytes value) {
  if (!ready()) return Error::wrong_state;
  if (!axdr::is_one_value(value)) return Error::malformed;
  SetRequest request;
  request.invoke_id = new_invoke_id();
  request.attribute = attribute;
  request.value = value;
  Writer out = begin_apdu();
  encode(request, out);
  if (out.ok()) return started(Pending::set, out);
  if ((conformance_ & conformance::kBlockSet) == 0 || !transfer_.keep(value)) {
    return Error::too_long;
  }
  attribute_ = attribute;
  out = begin_apdu();
  put_set_block(out);
  return started(Pending::set, out);
}

Result<Bytes> ClientSession::action(const cosem::Method& method, Bytes parameter) {
  if (!ready()) return Error::wrong_state;
  if (!parameter.empty() && !axdr::is_one_value(parameter)) return Error::malformed;
  ActionRequest request;
  request.invoke_id = new_invoke_id();
  request.method = method;
  request.parameter = parameter;
  transfer_.clear();
  Writer out = begin_apdu();
  encode(request, out);
  if (out.ok()) return started(Pending::action, out);
  if ((conformance_ & conformance::kBlockAction) == 0 || !transfer_.keep(parameter)) {
    return Error::too_long;
  }
  attribute_ = {method.class_id, method.instance, method.index};
  out = begin_apdu();
  put_action_block(out);
  return started(Pending::action, out);
}

void ClientSession::put_set_block(Writer& out) {
  SetRequest request;
  const bool first = !transfer_.begun();
  request.kind = first ? SetRequest::Kind::first_block : SetRequest::Kind::block;
  request.invoke_id = invoke_id_;
  request.attribute = attribute_;
  const std::size_t head = first ? kSetFirstBlockHead : kSetBlockHead;
  request.block = transfer_.next(out.space(), head);
  encode(request, out);
}

void ClientSession::put_action_block(Writer& out) {
  ActionRequest request;
  const bool first = !transfer_.begun();
  request.kind = first ? ActionRequest::Kind::first_block : ActionRequest::Kind::block;
  request.invoke_id = invoke_id_;
  request.method = {attribute_.class_id, attribute_.instance, attribute_.index};
  const std::size_t head = first ? kActionFirstBlockHead : kActionBlockHead;
  request.block = transfer_.next(out.space(), head);
  encode(request, out);
}

ClientEvent ClientSession::on_get(Bytes plain) {
  const Result<GetResponse> response = decode_get_response(plain);
  if (!response || response->invoke_id != invoke_id_) return ignored();
  if (response->kind == GetResponse::Kind::with_list) return ignored();
  if (response->result != AccessResult::success) {
    return ended(Kind::refused, {}, response->result);
  }
  if (response->kind == GetResponse::Kind::normal) {
    if (transfer_.joining()) return failed(ClientReason::Kind::block_number);
    if (!transfer_.append(response->data)) return failed(ClientReason::Kind::too_long);
    return ended(Kind::data, transfer_.joined());
  }
  const auto end = joined({response->last, response->block_number, response->data}, Kind::data);
  if (end) return *end;
  GetRequest next;
  next.kind = GetRequest::Kind::next;
  next.invoke_id = invoke_id_;
  next.block_number = transfer_.number();
  Writer out = begin_apdu();
  encode(next, out);
  return go_on(out);
}

ClientEvent ClientSession::on_set(Bytes plain) {
  const Result<SetResponse> response = decode_set_response(plain);
  if (!response || response->invoke_id != invoke_id_) return ignored();
  switch (response->kind) {
    case SetResponse::Kind::with_list:
      return ignored();
    case SetResponse::Kind::block: {
      if (!transfer_.may_go_on(response->block_number)) {
        return failed(ClientReason::Kind::block_number);
      }
      Writer out = begin_apdu();
      put_set_block(out);
      return go_on(out);
    }
    case SetResponse::Kind::normal:
    case SetResponse::Kind::last_block:
      break;
  }
  const bool done = response->result == AccessResult::success;
  return ended(done ? Kind::done : Kind::refused, {}, response->result);
}

ClientEvent ClientSession::on_action(Bytes plain) {
  const Result<ActionResponse> response = decode_action_response(plain);
  if (!response || response->invoke_id != invoke_id_) return ignored();
  Writer out = begin_apdu();
  switch (response->kind) {
    case ActionResponse::Kind::with_list:
      return ignored();
    case ActionResponse::Kind::normal: {
      const auto result = static_cast<AccessResult>(response->result);
      if (result != AccessResult::success) return ended(Kind::refused, {}, result);
      transfer_.clear();
      if (!transfer_.append(response->data)) return failed(ClientReason::Kind::too_long);
      return ended(Kind::done, transfer_.joined());
    }
    case ActionResponse::Kind::next_block:
      if (!transfer_.may_go_on(response->block_number)) {
        return failed(ClientReason::Kind::block_number);
      }
      put_action_block(out);
      return go_on(out);
    case ActionResponse::Kind::with_block:
      break;
  }
  if (const auto end = joined(response->block, Kind::done)) return *end;
  ActionRequest next;
  next.kind = ActionRequest::Kind::next;
  next.invoke_id = invoke_id_;
  next.block_number = transfer_.number();
  encode(next, out);
  return go_on(out);
}

}  // namespace protocol::dlms

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

// Room kept behind a long value being sent, for the acknowledgements.
constexpr std::size_t kAnswerOctets = 64;

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

// Takes over a value that goes out in blocks.
bool ClientSession::keep(Bytes value) {
  if (value.size() + kAnswerOctets > store().size()) return false;
  std::copy(value.begin(), value.end(), store().begin());
  stored_ = value.size();
  sent_ = 0;
  block_number_ = 0;
  return true;
}

// `raw` may lie behind the joined value in the store, where it was deciphered.
bool ClientSession::append(Bytes raw) {
  const MutableBytes room = store().subspan(stored_);
  if (raw.size() > room.size()) return false;
  if (!raw.empty()) std::memmove(room.data(), raw.data(), raw.size());
  stored_ += raw.size();
  return true;
}

Result<Bytes> ClientSession::get(const cosem::Attribute& attribute,
                                 const cosem::Selection& selection) {
  if (!ready()) return Error::wrong_state;
  SelectionBuffer buffer{};
  GetRequest request;
  request.invoke_id = new_invoke_id();
  request.attribute = attribute;
  request.selection = encode_selection(selection, buffer);
  stored_ = 0;
  block_number_ = 0;
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
  if ((conformance_ & conformance::kBlockSet) == 0 || !keep(value)) return Error::too_long;
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
  stored_ = 0;
  Writer out = begin_apdu();
  encode(request, out);
  if (out.ok()) {
    block_number_ = 0;
    return started(Pending::action, out);
  }
  if ((conformance_ & conformance::kBlockAction) == 0 || !keep(parameter)) return Error::too_long;
  attribute_ = {method.class_id, method.instance, method.index};
  out = begin_apdu();
  put_action_block(out);
  return started(Pending::action, out);
}

void ClientSession::put_set_block(Writer& out) {
  SetRequest request;
  const bool first = block_number_ == 0;
  request.kind = first ? SetRequest::Kind::first_block : SetRequest::Kind::block;
  request.invoke_id = invoke_id_;
  request.attribute = attribute_;
  const std::size_t head = first ? kSetFirstBlockHead : kSetBlockHead;
  const Bytes left = joined().subspan(sent_);
  const std::size_t octets = std::min(left.size(), max_raw_octets(out.space(), head));
  request.block = {octets == left.size(), ++block_number_, left.first(octets)};
  sent_ += octets;
  encode(request, out);
}

void ClientSession::put_action_block(Writer& out) {
  ActionRequest request;
  const bool first = block_number_ == 0;
  request.kind = first ? ActionRequest::Kind::first_block : ActionRequest::Kind::block;
  request.invoke_id = invoke_id_;
  request.method = {attribute_.class_id, attribute_.instance, attribute_.index};
  const std::size_t head = first ? kActionFirstBlockHead : kActionBlockHead;
  const Bytes left = joined().subspan(sent_);
  const std::size_t octets = std::min(left.size(), max_raw_octets(out.space(), head));
  request.block = {octets == left.size(), ++block_number_, left.first(octets)};
  sent_ += octets;
  encode(request, out);
}

ClientEvent ClientSession::on_get(Bytes plain) {
  const Result<GetResponse> response = decode_get_response(plain);
  if (!response || response->invoke_id != invoke_id_) return ignored();
  if (response->kind == GetResponse::Kind::with_list) return ignored();
  if (response->result != AccessResult::success) {
    return ended(Kind::refused, {}, response->result);
  }
  const bool block = response->kind == GetResponse::Kind::with_block;
  if (block && response->block_number != block_number_ + 1) return ended(Kind::exception);
  if (!block && block_number_ != 0) return ended(Kind::exception);
  if (!append(response->data)) return ended(Kind::exception);
  if (!block) return ended(Kind::data, joined());
  block_number_ = response->block_number;
  if (response->last) {
    const Bytes value = joined();
    return axdr::is_one_value(value) ? ended(Kind::data, value) : ended(Kind::exception);
  }
  GetRequest next;
  next.kind = GetRequest::Kind::next;
  next.invoke_id = invoke_id_;
  next.block_number = block_number_;
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
      if (response->block_number != block_number_ || sent_ == stored_) {
        return ended(Kind::exception);
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
      stored_ = 0;
      return append(response->data) ? ended(Kind::done, joined()) : ended(Kind::exception);
    }
    case ActionResponse::Kind::next_block:
      if (response->block_number != block_number_ || sent_ == stored_) {
        return ended(Kind::exception);
      }
      put_action_block(out);
      return go_on(out);
    case ActionResponse::Kind::with_block:
      break;
  }
  if (response->block.number == 1) {  // the parameter, if it was long, has gone out
    stored_ = 0;
    block_number_ = 0;
  }
  if (response->block.number != block_number_ + 1 || !append(response->block.raw)) {
    return ended(Kind::exception);
  }
  block_number_ = response->block.number;
  if (response->block.last) {
    const Bytes value = joined();
    return axdr::is_one_value(value) ? ended(Kind::done, value) : ended(Kind::exception);
  }
  ActionRequest next;
  next.kind = ActionRequest::Kind::next;
  next.invoke_id = invoke_id_;
  next.block_number = block_number_;
  encode(next, out);
  return go_on(out);
}

}  // namespace protocol::dlms

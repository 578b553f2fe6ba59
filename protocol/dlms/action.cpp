// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/action.hpp"

#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {
namespace {

// Action-Response-With-Optional-Data.
struct OptionalData {
  std::uint8_t result = 0;
  Bytes data;
  std::optional<cosem::AccessResult> data_result;
};

OptionalData take_optional_data(Reader& in) {
  OptionalData value;
  value.result = in.u8();
  const std::uint8_t present = in.u8();
  if (present == 0) return value;
  const std::uint8_t choice = in.u8();
  if (present != 1 || choice > 1) {
    in.skip(in.remaining() + 1);
  } else if (choice == 0) {
    value.data = take_value(in);
  } else {
    value.data_result = static_cast<cosem::AccessResult>(in.u8());
  }
  return value;
}

}  // namespace

Result<ActionRequest> decode_action_request(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kActionRequest) return in.ok() ? Error::malformed : Error::truncated;
  ActionRequest value;
  value.kind = static_cast<ActionRequest::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case ActionRequest::Kind::normal: {
      value.method = take_method(in);
      const std::uint8_t present = in.u8();
      if (present > 1) return Error::malformed;
      if (present == 1) value.parameter = take_value(in);
      break;
    }
    case ActionRequest::Kind::next:
      value.block_number = in.u32();
      break;
    case ActionRequest::Kind::with_list:
      value.methods = take_list(in, take_method);
      value.parameters = take_list(in, take_value);
      if (in.ok() && value.methods.count != value.parameters.count) return Error::malformed;
      break;
    case ActionRequest::Kind::first_block:
      value.method = take_method(in);
      value.block = take_block(in);
      break;
    case ActionRequest::Kind::block:
      value.block = take_block(in);
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const ActionRequest& value, Writer& out) {
  out.u8(tag::kActionRequest);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  switch (value.kind) {
    case ActionRequest::Kind::normal:
      put_method(value.method, out);
      out.u8(value.parameter.empty() ? 0 : 1);
      out.bytes(value.parameter);
      return;
    case ActionRequest::Kind::next:
      out.u32(value.block_number);
      return;
    case ActionRequest::Kind::with_list:
      put_list(value.methods, out);
      put_list(value.parameters, out);
      return;
    case ActionRequest::Kind::first_block:
      put_method(value.method, out);
      put_block(value.block, out);
      return;
    case ActionRequest::Kind::block:
      put_block(value.block, out);
      return;
  }
}

Result<ActionResponse> decode_action_response(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kActionResponse) return in.ok() ? Error::malformed : Error::truncated;
  ActionResponse value;
  value.kind = static_cast<ActionResponse::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case ActionResponse::Kind::normal: {
      const OptionalData answer = take_optional_data(in);
      value.result = answer.result;
      value.data = answer.data;
      value.data_result = answer.data_result;
      break;
    }
    case ActionResponse::Kind::with_block:
      value.block = take_block(in);
      break;
    case ActionResponse::Kind::with_list:
      value.results = take_list(in, take_optional_data);
      break;
    case ActionResponse::Kind::next_block:
      value.block_number = in.u32();
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const ActionResponse& value, Writer& out) {
  out.u8(tag::kActionResponse);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  switch (value.kind) {
    case ActionResponse::Kind::normal:
      out.u8(value.result);
      out.u8(value.data.empty() && !value.data_result ? 0 : 1);
      if (!value.data.empty()) {
        out.u8(0);
        out.bytes(value.data);
      } else if (value.data_result) {
        out.u8(1);
        out.u8(static_cast<std::uint8_t>(*value.data_result));
      }
      return;
    case ActionResponse::Kind::with_block:
      put_block(value.block, out);
      return;
    case ActionResponse::Kind::with_list:
      put_list(value.results, out);
      return;
    case ActionResponse::Kind::next_block:
      out.u32(value.block_number);
      return;
  }
}

}  // namespace protocol::dlms

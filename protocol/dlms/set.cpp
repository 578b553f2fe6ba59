// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/set.hpp"

#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {

Result<SetRequest> decode_set_request(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kSetRequest) return in.ok() ? Error::malformed : Error::truncated;
  SetRequest value;
  value.kind = static_cast<SetRequest::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case SetRequest::Kind::normal:
      value.attribute = take_attribute(in);
      value.selection = take_access_selection(in);
      value.value = take_value(in);
      break;
    case SetRequest::Kind::first_block:
      value.attribute = take_attribute(in);
      value.selection = take_access_selection(in);
      value.block = take_block(in);
      break;
    case SetRequest::Kind::block:
      value.block = take_block(in);
      break;
    case SetRequest::Kind::with_list:
      value.attributes = take_list(in, [](Reader& item) {
        take_attribute(item);
        take_access_selection(item);
      });
      value.values = take_list(in, take_value);
      if (in.ok() && value.attributes.count != value.values.count) return Error::malformed;
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const SetRequest& value, Writer& out) {
  out.u8(tag::kSetRequest);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  switch (value.kind) {
    case SetRequest::Kind::normal:
      put_attribute(value.attribute, out);
      put_access_selection(value.selection, out);
      out.bytes(value.value);
      return;
    case SetRequest::Kind::first_block:
      put_attribute(value.attribute, out);
      put_access_selection(value.selection, out);
      put_block(value.block, out);
      return;
    case SetRequest::Kind::block:
      put_block(value.block, out);
      return;
    case SetRequest::Kind::with_list:
      put_list(value.attributes, out);
      put_list(value.values, out);
      return;
  }
}

Result<SetResponse> decode_set_response(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kSetResponse) return in.ok() ? Error::malformed : Error::truncated;
  SetResponse value;
  value.kind = static_cast<SetResponse::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case SetResponse::Kind::normal:
      value.result = static_cast<cosem::AccessResult>(in.u8());
      break;
    case SetResponse::Kind::block:
      value.block_number = in.u32();
      break;
    case SetResponse::Kind::last_block:
      value.result = static_cast<cosem::AccessResult>(in.u8());
      value.block_number = in.u32();
      break;
    case SetResponse::Kind::with_list:
      value.results = take_list(in, [](Reader& item) { item.skip(1); });
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const SetResponse& value, Writer& out) {
  out.u8(tag::kSetResponse);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  const auto result = static_cast<std::uint8_t>(value.result);
  switch (value.kind) {
    case SetResponse::Kind::normal:
      out.u8(result);
      return;
    case SetResponse::Kind::block:
      out.u32(value.block_number);
      return;
    case SetResponse::Kind::last_block:
      out.u8(result);
      out.u32(value.block_number);
      return;
    case SetResponse::Kind::with_list:
      put_list(value.results, out);
      return;
  }
}

}  // namespace protocol::dlms

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/get.hpp"

#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {
namespace {

void take_result_or_data(Reader& in) {
  if (in.u8() == 0) {
    take_value(in);
  } else {
    in.skip(1);
  }
}

}  // namespace

Result<GetRequest> decode_get_request(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kGetRequest) return in.ok() ? Error::malformed : Error::truncated;
  GetRequest value;
  value.kind = static_cast<GetRequest::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case GetRequest::Kind::normal:
      value.attribute = take_attribute(in);
      value.selection = take_access_selection(in);
      break;
    case GetRequest::Kind::next:
      value.block_number = in.u32();
      break;
    case GetRequest::Kind::with_list:
      value.attributes = take_list(in, [](Reader& item) {
        take_attribute(item);
        take_access_selection(item);
      });
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const GetRequest& value, Writer& out) {
  out.u8(tag::kGetRequest);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  switch (value.kind) {
    case GetRequest::Kind::normal:
      put_attribute(value.attribute, out);
      put_access_selection(value.selection, out);
      return;
    case GetRequest::Kind::next:
      out.u32(value.block_number);
      return;
    case GetRequest::Kind::with_list:
      put_list(value.attributes, out);
      return;
  }
}

Result<GetResponse> decode_get_response(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kGetResponse) return in.ok() ? Error::malformed : Error::truncated;
  GetResponse value;
  value.kind = static_cast<GetResponse::Kind>(in.u8());
  value.invoke_id = in.u8();
  switch (value.kind) {
    case GetResponse::Kind::with_block:
      value.last = in.u8() != 0;
      value.block_number = in.u32();
      [[fallthrough]];
    case GetResponse::Kind::normal: {
      const std::uint8_t choice = in.u8();
      if (choice > 1) return Error::malformed;
      if (choice == 1) {
        value.result = static_cast<cosem::AccessResult>(in.u8());
        if (value.result == cosem::AccessResult::success) return Error::malformed;
      } else if (value.kind == GetResponse::Kind::normal) {
        value.data = take_value(in);
      } else {
        value.data = axdr::take_octets(in);
      }
      break;
    }
    case GetResponse::Kind::with_list:
      value.results = take_list(in, take_result_or_data);
      break;
    default:
      return in.ok() ? Error::unsupported : Error::truncated;
  }
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const GetResponse& value, Writer& out) {
  out.u8(tag::kGetResponse);
  out.u8(static_cast<std::uint8_t>(value.kind));
  out.u8(value.invoke_id);
  if (value.kind == GetResponse::Kind::with_list) {
    put_list(value.results, out);
    return;
  }
  const bool block = value.kind == GetResponse::Kind::with_block;
  if (block) {
    out.u8(value.last ? 1 : 0);
    out.u32(value.block_number);
  }
  if (value.result != cosem::AccessResult::success) {
    out.u8(1);
    out.u8(static_cast<std::uint8_t>(value.result));
    return;
  }
  out.u8(0);
  if (block) axdr::put_length(value.data.size(), out);
  out.bytes(value.data);
}

}  // namespace protocol::dlms

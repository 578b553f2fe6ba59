// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using cosem::AccessResult;

void take_reference(Reader& in) {
  take_attribute(in);
  take_access_selection(in);
}
void take_result(Reader& in) { in.skip(1); }
void take_result_or_data(Reader& in) {
  if (in.u8() == 0) {
    take_value(in);
  } else {
    in.skip(1);
  }
}

// Action-Response-With-Optional-Data.
struct OptionalData {
  std::uint8_t result = 0;
  Bytes data;
  std::optional<AccessResult> data_result;
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
    value.data_result = static_cast<AccessResult>(in.u8());
  }
  return value;
}

// One description of an APDU, walk(), serves both ways: Taking fills its fields from the octets,
// Putting writes them. What returns bool says whether the octets made sense.
struct Taking {
  template <typename Apdu>
  using Of = Apdu;
  Reader& in;

  void number(std::uint32_t& value) const { value = in.u32(); }
  void flag(bool& value) const { value = in.u8() != 0; }
  void result(AccessResult& value) const { value = static_cast<AccessResult>(in.u8()); }
  void attribute(cosem::Attribute& value) const { value = take_attribute(in); }
  void method(cosem::Method& value) const { value = take_method(in); }
  void selection(AccessSelection& value) const { value = take_access_selection(in); }
  void block(DataBlock& value) const { value = take_block(in); }
  void value(Bytes& value) const { value = take_value(in); }
  void list(List& list, auto item) const { list = take_list(in, item); }
  bool pairs(List& a, auto item, List& b) const {
    a = take_list(in, item);
    b = take_list(in, take_value);
    return !in.ok() || a.count == b.count;
  }
  bool optional_value(Bytes& value) const {
    const std::uint8_t present = in.u8();
    if (present == 1) value = take_value(in);
    return present <= 1;
  }
  bool result_or_data(AccessResult& reason, Bytes& data, bool raw) const {
    const std::uint8_t choice = in.u8();
    if (choice == 0) data = raw ? axdr::take_octets(in) : take_value(in);
    if (choice == 1) result(reason);
    return choice == 0 || (choice == 1 && reason != AccessResult::success);
  }
  void optional_data(ActionResponse& value) const {
    const OptionalData answer = take_optional_data(in);
    value.result = answer.result;
    value.data = answer.data;
    value.data_result = answer.data_result;
  }
};

struct Putting {
  template <typename Apdu>
  using Of = const Apdu;
  Writer& out;

  void number(std::uint32_t value) const { out.u32(value); }
  void flag(bool value) const { out.u8(value ? 1 : 0); }
  void result(AccessResult value) const { out.u8(static_cast<std::uint8_t>(value)); }
  void attribute(const cosem::Attribute& value) const { put_attribute(value, out); }
  void method(const cosem::Method& value) const { put_method(value, out); }
  void selection(const AccessSelection& value) const { put_access_selection(value, out); }
  void block(const DataBlock& value) const { put_block(value, out); }
  void value(Bytes value) const { out.bytes(value); }
  void list(const List& list, auto) const { put_list(list, out); }
  bool pairs(const List& a, auto, const List& b) const {
    put_list(a, out);
    put_list(b, out);
    return true;
  }
  bool optional_value(Bytes value) const {
    flag(!value.empty());
    out.bytes(value);
    return true;
  }
  bool result_or_data(AccessResult reason, Bytes data, bool raw) const {
    flag(reason != AccessResult::success);
    if (reason != AccessResult::success) {
      result(reason);
      return true;
    }
    if (raw) axdr::put_length(data.size(), out);
    out.bytes(data);
    return true;
  }
  void optional_data(const ActionResponse& value) const {
    out.u8(value.result);
    flag(!value.data.empty() || value.data_result);
    if (!value.data.empty()) {
      flag(false);
      out.bytes(value.data);
    } else if (value.data_result) {
      flag(true);
      result(*value.data_result);
    }
  }
};

enum class Walk : std::uint8_t { done, malformed, unknown_kind };
constexpr Walk done(bool sense = true) { return sense ? Walk::done : Walk::malformed; }

template <typename Io>
Walk walk(Io io, typename Io::template Of<GetRequest>& apdu) {
  switch (apdu.kind) {
    case GetRequest::Kind::normal:
      io.attribute(apdu.attribute);
      io.selection(apdu.selection);
      return done();
    case GetRequest::Kind::next:
      io.number(apdu.block_number);
      return done();
    case GetRequest::Kind::with_list:
      io.list(apdu.attributes, take_reference);
      return done();
  }
  return Walk::unknown_kind;
}

template <typename Io>
Walk walk(Io io, typename Io::template Of<GetResponse>& apdu) {
  switch (apdu.kind) {
    case GetResponse::Kind::normal:
      return done(io.result_or_data(apdu.result, apdu.data, false));
    case GetResponse::Kind::with_block:
      io.flag(apdu.last);
      io.number(apdu.block_number);
      return done(io.result_or_data(apdu.result, apdu.data, true));
    case GetResponse::Kind::with_list:
      io.list(apdu.results, take_result_or_data);
      return done();
  }
  return Walk::unknown_kind;
}

template <typename Io>
Walk walk(Io io, typename Io::template Of<SetRequest>& apdu) {
  switch (apdu.kind) {
    case SetRequest::Kind::normal:
      io.attribute(apdu.attribute);
      io.selection(apdu.selection);
      io.value(apdu.value);
      return done();
    case SetRequest::Kind::first_block:
      io.attribute(apdu.attribute);
      io.selection(apdu.selection);
      io.block(apdu.block);
      return done();
    case SetRequest::Kind::block:
      io.block(apdu.block);
      return done();
    case SetRequest::Kind::with_list:
      return done(io.pairs(apdu.attributes, take_reference, apdu.values));
  }
  return Walk::unknown_kind;
}

template <typename Io>
Walk walk(Io io, typename Io::template Of<SetResponse>& apdu) {
  switch (apdu.kind) {
    case SetResponse::Kind::normal:
      io.result(apdu.result);
      return done();
    case SetResponse::Kind::block:
      io.number(apdu.block_number);
      return done();
    case SetResponse::Kind::last_block:
      io.result(apdu.result);
      io.number(apdu.block_number);
      return done();
    case SetResponse::Kind::with_list:
      io.list(apdu.results, take_result);
      return done();
  }
  return Walk::unknown_kind;
}

template <typename Io>
Walk walk(Io io, typename Io::template Of<ActionRequest>& apdu) {
  switch (apdu.kind) {
    case ActionRequest::Kind::normal:
      io.method(apdu.method);
      return done(io.optional_value(apdu.parameter));
    case ActionRequest::Kind::next:
      io.number(apdu.block_number);
      return done();
    case ActionRequest::Kind::with_list:
      return done(io.pairs(apdu.methods, take_method, apdu.parameters));
    case ActionRequest::Kind::first_block:
      io.method(apdu.method);
      io.block(apdu.block);
      return done();
    case ActionRequest::Kind::block:
      io.block(apdu.block);
      return done();
  }
  return Walk::unknown_kind;
}

template <typename Io>
Walk walk(Io io, typename Io::template Of<ActionResponse>& apdu) {
  switch (apdu.kind) {
    case ActionResponse::Kind::normal:
      io.optional_data(apdu);
      return done();
    case ActionResponse::Kind::with_block:
      io.block(apdu.block);
      return done();
    case ActionResponse::Kind::with_list:
      io.list(apdu.results, take_optional_data);
      return done();
    case ActionResponse::Kind::next_block:
      io.number(apdu.block_number);
      return done();
  }
  return Walk::unknown_kind;
}

template <typename Apdu>
Result<Apdu> decode(Bytes octets) {
  Reader in(octets);
  if (in.u8() != Apdu::kTag) return in.ok() ? Error::malformed : Error::truncated;
  Apdu apdu;
  apdu.kind = static_cast<typename Apdu::Kind>(in.u8());
  apdu.invoke_id = in.u8();
  const Walk walked = walk(Taking{in}, apdu);
  if (walked == Walk::malformed) return Error::malformed;
  if (!in.ok()) return Error::truncated;
  if (walked == Walk::unknown_kind) return Error::unsupported;
  if (!in.at_end()) return Error::malformed;
  return apdu;
}

template <typename Apdu>
void put(const Apdu& apdu, Writer& out) {
  out.u8(Apdu::kTag);
  out.u8(static_cast<std::uint8_t>(apdu.kind));
  out.u8(apdu.invoke_id);
  walk(Putting{out}, apdu);
}

}  // namespace

Result<GetRequest> decode_get_request(Bytes apdu) { return decode<GetRequest>(apdu); }
Result<GetResponse> decode_get_response(Bytes apdu) { return decode<GetResponse>(apdu); }
Result<SetRequest> decode_set_request(Bytes apdu) { return decode<SetRequest>(apdu); }
Result<SetResponse> decode_set_response(Bytes apdu) { return decode<SetResponse>(apdu); }
Result<ActionRequest> decode_action_request(Bytes apdu) { return decode<ActionRequest>(apdu); }
Result<ActionResponse> decode_action_response(Bytes apdu) { return decode<ActionResponse>(apdu); }
void encode(const GetRequest& apdu, Writer& out) { put(apdu, out); }
void encode(const GetResponse& apdu, Writer& out) { put(apdu, out); }
void encode(const SetRequest& apdu, Writer& out) { put(apdu, out); }
void encode(const SetResponse& apdu, Writer& out) { put(apdu, out); }
void encode(const ActionRequest& apdu, Writer& out) { put(apdu, out); }
void encode(const ActionResponse& apdu, Writer& out) { put(apdu, out); }

}  // namespace protocol::dlms

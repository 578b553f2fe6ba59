// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using cosem::AccessResult;

// The selection the application gets, or why there is none.
struct Wanted {
  AccessResult result = AccessResult::success;
  cosem::Selection selection{};
};
Wanted wanted_rows(const cosem::Attribute& attribute, const AccessSelection& access) {
  if (!access.present) return {};
  using cosem::classes::ProfileGeneric;
  if (attribute.class_id != ProfileGeneric::kId || attribute.index != ProfileGeneric::kBuffer) {
    return {AccessResult::scope_of_access_violated};
  }
  const Result<cosem::Selection> selection = decode_selection(access);
  if (selection) return {AccessResult::success, *selection};
  return {selection.error() == Error::unsupported ? AccessResult::other_reason
                                                  : AccessResult::type_unmatched};
}

void put_failure(std::uint8_t invoke_id, AccessResult result, Writer& out) {
  GetResponse response;
  response.invoke_id = invoke_id;
  response.result = result;
  encode(response, out);
}

// A long GET ends with a last block that says why, Green Book 9.4.6.3.
void put_block_failure(std::uint8_t invoke_id, std::uint32_t number, AccessResult result,
                       Writer& out) {
  GetResponse response;
  response.kind = GetResponse::Kind::with_block;
  response.invoke_id = invoke_id;
  response.last = true;
  response.block_number = number;
  response.result = result;
  encode(response, out);
}

// Puts the head of a block in front of raw data already written at `raw` inside out.free().
void put_block(std::uint8_t invoke_id, bool last, std::uint32_t number, MutableBytes raw,
               Writer& out) {
  std::uint8_t* const place = out.free().data() + get_block_head(raw.size());
  if (!raw.empty() && place != raw.data()) std::memmove(place, raw.data(), raw.size());
  out.u8(tag::kGetResponse);
  out.u8(static_cast<std::uint8_t>(GetResponse::Kind::with_block));
  out.u8(invoke_id);
  out.u8(last ? 1 : 0);
  out.u32(number);
  out.u8(0);
  axdr::put_length(raw.size(), out);
  out.commit(raw.size());
}

}  // namespace

ServerSession::Fault ServerSession::on_get(Exchange& x, Bytes apdu, Writer& out) {
  const Result<GetRequest> request = decode_get_request(apdu);
  if (!request) return unreadable(request.error());
  if (request->kind == GetRequest::Kind::next) {
    get_next(x, request->invoke_id, request->block_number, out);
    return kNoFault;
  }
  end_long_transfer();
  if (request->kind == GetRequest::Kind::with_list) {
    if ((conformance_ & conformance::kMultipleReferences) == 0) return kNotAllowed;
    get_list(x, request->invoke_id, Reader(request->attributes.items), request->attributes.count,
             out);
    return kNoFault;
  }
  const Wanted wanted = wanted_rows(request->attribute, request->selection);
  if (wanted.result != AccessResult::success) {
    put_failure(request->invoke_id, wanted.result, out);
    return kNoFault;
  }
  attribute_ = request->attribute;
  selection_ = wanted.selection;
  get_first(x, request->invoke_id, out);
  return kNoFault;
}

// The value is written behind the head of a normal response; if it goes on, what fits into a block
// is moved behind the larger head of one.
void ServerSession::get_first(Exchange& x, std::uint8_t invoke_id, Writer& out) {
  const MutableBytes room = out.free().subspan(kGetNormalHead);
  Writer body(room);
  bool more = false;
  const AccessResult result = x.application.get(role_->sap, attribute_, selection_, 0, body, more);
  if (result != AccessResult::success) return put_failure(invoke_id, result, out);
  if (!more) {
    if (!body.ok() || body.size() == 0) {
      return put_failure(invoke_id, AccessResult::other_reason, out);
    }
    out.u8(tag::kGetResponse);
    out.u8(static_cast<std::uint8_t>(GetResponse::Kind::normal));
    out.u8(invoke_id);
    out.u8(0);
    out.commit(body.size());
    return;
  }
  if ((conformance_ & conformance::kBlockGet) == 0) {
    return put_failure(invoke_id, AccessResult::other_reason, out);
  }
  std::size_t octets = max_raw_octets(out.space(), get_block_head(0) - 1);
  if (octets > body.size()) octets = body.size();
  long_ = Long::get;
  block_number_ = 1;
  offset_ = static_cast<std::uint32_t>(octets);
  put_block(invoke_id, false, block_number_, room.first(octets), out);
}

void ServerSession::get_next(Exchange& x, std::uint8_t invoke_id, std::uint32_t number,
                             Writer& out) {
  if (long_ != Long::get) {
    return put_block_failure(invoke_id, number, AccessResult::no_long_get_in_progress, out);
  }
  if (number != block_number_) {
    end_long_transfer();
    return put_block_failure(invoke_id, number, AccessResult::data_block_number_invalid, out);
  }
  ++block_number_;
  const std::size_t most = max_raw_octets(out.space(), get_block_head(0) - 1);
  const MutableBytes room = out.free().subspan(get_block_head(most), most);
  Writer body(room);
  bool more = false;
  const AccessResult result =
      x.application.get(role_->sap, attribute_, selection_, offset_, body, more);
  if (result != AccessResult::success || !body.ok()) {
    end_long_transfer();
    const AccessResult reason =
        result == AccessResult::success ? AccessResult::long_get_aborted : result;
    return put_block_failure(invoke_id, block_number_, reason, out);
  }
  offset_ += static_cast<std::uint32_t>(body.size());
  if (!more) end_long_transfer();
  put_block(invoke_id, !more, block_number_, room.first(body.size()), out);
}

// All values in one response. One that does not fit any more is refused by itself; the client reads
// it alone, in blocks.
void ServerSession::get_list(Exchange& x, std::uint8_t invoke_id, Reader items, std::size_t count,
                             Writer& out) {
  constexpr std::size_t kRefusalOctets = 2;
  out.u8(tag::kGetResponse);
  out.u8(static_cast<std::uint8_t>(GetResponse::Kind::with_list));
  out.u8(invoke_id);
  axdr::put_length(count, out);
  for (std::size_t left = count; left-- > 0;) {
    const cosem::Attribute attribute = take_attribute(items);
    const Wanted wanted = wanted_rows(attribute, take_access_selection(items));
    AccessResult result = wanted.result;
    const std::size_t reserved = kRefusalOctets * left + 1;
    bool more = false;
    MutableBytes room = out.space() > reserved ? out.free().subspan(1) : MutableBytes{};
    Writer body(room.first(room.empty() ? 0 : out.space() - reserved));
    if (result == AccessResult::success) {
      result = x.application.get(role_->sap, attribute, wanted.selection, 0, body, more);
    }
    if (result == AccessResult::success && (more || !body.ok() || body.size() == 0)) {
      result = AccessResult::other_reason;
    }
    if (result == AccessResult::success) {
      out.u8(0);
      out.commit(body.size());
    } else {
      out.u8(1);
      out.u8(static_cast<std::uint8_t>(result));
    }
  }
}

}  // namespace protocol::dlms

// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/server_exchange.hpp"
#include "protocol/dlms/services.hpp"

namespace protocol::dlms {
namespace {

using cosem::AccessResult;

constexpr std::size_t kRefusalOctets = 2;  // of an item of a list

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
  return {selection.error() == Error::unsupported ? AccessResult::scope_of_access_violated
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
    if ((negotiated_.conformance & conformance::kMultipleReferences) == 0) return kNotAllowed;
    return get_list(x, request->invoke_id, request->attributes, out);
  }
  const Wanted wanted = wanted_rows(request->attribute, request->selection);
  if (wanted.result != AccessResult::success) {
    put_failure(request->invoke_id, wanted.result, out);
    return kNoFault;
  }
  transfer_.attribute = request->attribute;
  transfer_.selection = wanted.selection;
  get_first(x, request->invoke_id, out);
  transfer_.selection.columns = {};  // they stood in the request
  return kNoFault;
}

// The value is written behind the head of a normal response; if it goes on, what fits into a block
// is moved behind the larger head of one.
void ServerSession::get_first(Exchange& x, std::uint8_t invoke_id, Writer& out) {
  const MutableBytes room = out.free().subspan(kGetNormalHead);
  Writer body(room);
  bool more = false;
  const AccessResult result =
      x.application.get(role_->sap, transfer_.attribute, transfer_.selection, 0, body, more);
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
  if ((negotiated_.conformance & conformance::kBlockGet) == 0) {
    return put_failure(invoke_id, AccessResult::other_reason, out);
  }
  std::size_t octets = max_raw_octets(out.space(), get_block_head(0) - 1);
  if (octets > body.size()) octets = body.size();
  transfer_.begin(Long::get, invoke_id);
  transfer_.block_number = 1;
  transfer_.offset = static_cast<std::uint32_t>(octets);
  put_block(invoke_id, false, transfer_.block_number, room.first(octets), out);
}

void ServerSession::get_next(Exchange& x, std::uint8_t invoke_id, std::uint32_t number,
                             Writer& out) {
  if ((transfer_.kind != Long::get && transfer_.kind != Long::get_list) ||
      !transfer_.goes_on(invoke_id)) {
    return put_block_failure(invoke_id, number, AccessResult::no_long_get_in_progress, out);
  }
  if (number != transfer_.block_number) {
    end_long_transfer();
    return put_block_failure(invoke_id, number, AccessResult::data_block_number_invalid, out);
  }
  ++transfer_.block_number;
  const std::size_t most = max_raw_octets(out.space(), get_block_head(0) - 1);
  const MutableBytes room = out.free().subspan(get_block_head(most), most);
  Writer body(room);
  bool more = false;
  AccessResult result = AccessResult::long_get_aborted;
  if (transfer_.kind == Long::get) {
    result = x.application.get(role_->sap, transfer_.attribute, transfer_.selection,
                               transfer_.offset, body, more);
    transfer_.offset += static_cast<std::uint32_t>(body.size());
  } else if (transfer_.holds(join_) &&
             transfer_.put_items(x.application, role_->sap, join_->joined(), true, body)) {
    result = AccessResult::success;
    more = transfer_.list_left > 0;
  }
  if (result != AccessResult::success || !body.ok()) {
    end_long_transfer();
    const AccessResult reason =
        result == AccessResult::success ? AccessResult::long_get_aborted : result;
    return put_block_failure(invoke_id, transfer_.block_number, reason, out);
  }
  if (!more) end_long_transfer();
  put_block(invoke_id, !more, transfer_.block_number, room.first(body.size()), out);
}

// All values in one response. If they do not fit, the response goes in blocks as one value goes,
// unless the buffer that keeps the list meanwhile has another owner or the client takes no blocks:
// then those that do not fit are refused, each by itself.
ServerSession::Fault ServerSession::get_list(Exchange& x, std::uint8_t invoke_id, const List& items,
                                             Writer& out) {
  const bool in_blocks = join_ != nullptr && !join_->busy() &&
                         items.items.size() <= join_->capacity() &&
                         (negotiated_.conformance & conformance::kBlockGet) != 0;
  if (!in_blocks && out.space() < kGetListHead + 3 + kRefusalOctets * items.count) {
    return kPduTooLong;
  }
  const std::size_t most =
      in_blocks ? max_raw_octets(out.space(), get_block_head(0) - 1) : out.space() - kGetListHead;
  const MutableBytes room = out.free().subspan(kGetListHead, most);
  Writer body(room);
  axdr::put_length(items.count, body);
  transfer_.list_at = 0;
  transfer_.list_left = static_cast<std::uint16_t>(items.count);
  transfer_.offset = 0;
  const bool begun = transfer_.put_items(x.application, role_->sap, items.items, in_blocks, body);
  if (begun && transfer_.list_left == 0) {
    out.u8(tag::kGetResponse);
    out.u8(static_cast<std::uint8_t>(GetResponse::Kind::with_list));
    out.u8(invoke_id);
    out.commit(body.size());
    return kNoFault;
  }
  if (!begun || !transfer_.claim(*join_, *role_) || !join_->append(items.items)) {
    end_long_transfer();
    put_block_failure(invoke_id, 1, AccessResult::long_get_aborted, out);
    return kNoFault;
  }
  transfer_.begin(Long::get_list, invoke_id);
  transfer_.block_number = 1;
  put_block(invoke_id, false, transfer_.block_number, room.first(body.size()), out);
  return kNoFault;
}

// The items from where the list stands, as far as `body` reaches: each 00 and its value, or 01 and
// why there is none. False: a value broke off in its middle.
bool ServerSession::Transfer::put_items(Application& application, Sap sap, Bytes items,
                                        bool in_blocks, Writer& body) {
  while (list_left > 0) {
    if (body.space() < kRefusalOctets) return in_blocks;
    Reader item(items.subspan(list_at));
    const cosem::Attribute named = take_attribute(item);
    const Wanted wanted = wanted_rows(named, take_access_selection(item));
    const std::size_t reserved = in_blocks ? 0 : kRefusalOctets * (list_left - 1u);
    const std::size_t head = offset == 0 ? 1 : 0;
    const std::size_t room = body.space() > reserved + head ? body.space() - reserved - head : 0;
    Writer value(body.free().subspan(head, room));
    bool more = false;
    AccessResult result = wanted.result;
    if (result == AccessResult::success) {
      result = application.get(sap, named, wanted.selection, offset, value, more);
    }
    const bool whole = value.ok() && value.size() > 0 && (in_blocks || !more);
    if (result == AccessResult::success && !whole) {
      result = AccessResult::other_reason;
    }
    if (result == AccessResult::success) {
      if (offset == 0) body.u8(0);
      body.commit(value.size());
      offset += static_cast<std::uint32_t>(value.size());
      if (more) return true;
    } else {
      if (offset != 0) return false;
      body.u8(1);
      body.u8(static_cast<std::uint8_t>(result));
    }
    list_at = static_cast<std::uint16_t>(list_at + item.position());
    --list_left;
    offset = 0;
  }
  return true;
}

}  // namespace protocol::dlms

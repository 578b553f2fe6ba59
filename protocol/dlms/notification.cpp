// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/server.hpp"

namespace protocol::dlms {
namespace {

// Long-Invoke-Id-And-Priority: bits 0-23 are the number, Green Book 9.4.6.
constexpr std::uint32_t kLongInvokeIdMask = 0x00FFFFFF;

}  // namespace

bool encode_notification(std::uint32_t long_invoke_id, Bytes date_time, Bytes body, Writer& out) {
  if (!date_time.empty() && date_time.size() != cosem::kDateTimeOctets) return false;
  out.u8(tag::kDataNotification);
  out.u32(long_invoke_id & kLongInvokeIdMask);
  axdr::put_octets(date_time, out);
  out.bytes(body);
  return out.ok() && !body.empty();
}

bool encode_ciphered_notification(const ServerIdentity& identity, std::uint32_t invocation_counter,
                                  std::uint32_t long_invoke_id, Bytes date_time, Bytes body,
                                  crypto::Engine& crypto, MutableBytes /*scratch*/, Writer& out) {
  constexpr Wrapping kWrapping = Wrapping::general_glo;
  const MutableBytes frame = out.free();
  const std::size_t around = head_octets(kWrapping) + tail_octets(kWrapping);
  if (frame.size() < around) return false;
  Writer plain(frame.subspan(head_octets(kWrapping), frame.size() - around));
  if (!encode_notification(long_invoke_id, date_time, body, plain)) return false;
  const Sealing sealing{identity.keys, identity.system_title, invocation_counter};
  const Result<std::size_t> sealed = seal_in_place(kWrapping, sealing, crypto, frame, plain.size());
  if (!sealed) return false;
  out.commit(*sealed);
  return true;
}

Result<Notification> decode_notification(Bytes apdu) {
  Reader in(apdu);
  if (in.u8() != tag::kDataNotification) return in.ok() ? Error::malformed : Error::truncated;
  Notification value;
  value.long_invoke_id = in.u32() & kLongInvokeIdMask;
  value.date_time = axdr::take_octets(in);
  if (!in.ok()) return Error::truncated;
  if (!value.date_time.empty() && value.date_time.size() != cosem::kDateTimeOctets) {
    return Error::malformed;
  }
  value.body = in.rest();
  const Result<Bytes> first = axdr::first_value(value.body);
  if (!first) return first.error();
  if (first->size() != value.body.size()) return Error::malformed;
  return value;
}

Result<SystemTitle> sender_of_general_glo(Bytes apdu) {
  const Result<Ciphered> ciphered = decode_ciphered(apdu);
  if (!ciphered) return ciphered.error();
  if (ciphered->wrapping() != Wrapping::general_glo) return Error::malformed;
  SystemTitle title{};
  std::memcpy(title.data(), ciphered->title.data(), title.size());
  return title;
}

Result<Opened> open_general_glo(Bytes apdu, const Keys& keys, crypto::Engine& crypto,
                                MutableBytes out) {
  const Result<SystemTitle> title = sender_of_general_glo(apdu);
  if (!title) return title.error();
  const Result<Ciphered> ciphered = decode_ciphered(apdu);
  if (ciphered->control != kSecurityBoth) return Error::refused;
  const Result<Bytes> plain = open_ciphered(*ciphered, keys, *title, crypto, out);
  if (!plain) return plain.error();
  return Opened{*plain, ciphered->invocation_counter};
}

}  // namespace protocol::dlms

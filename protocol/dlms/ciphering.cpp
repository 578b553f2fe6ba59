// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/ciphering.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {
namespace {

constexpr std::size_t kControlAndKey = 1 + 16;
constexpr std::size_t kControlAndCounter = 1 + 4;

using Iv = std::array<std::uint8_t, crypto::kIvOctets>;
Iv iv_of(const SystemTitle& title, std::uint32_t counter) {
  Iv iv{};
  Writer out(iv);
  out.bytes(title);
  out.u32(counter);
  return iv;
}

// The front of every AAD. `aad` may be larger.
void put_control_and_key(std::uint8_t control, const Keys& keys, MutableBytes aad) {
  Writer out(aad);
  out.u8(control);
  out.bytes(keys.authentication);
  PROTOCOL_ASSERT(out.ok());
}

void put_head(Wrapping wrapping, std::uint8_t tag, const Sealing& sealing, std::size_t content,
              Writer& out) {
  out.u8(tag);
  if (wrapping == Wrapping::general_glo) axdr::put_octets(sealing.title, out);
  axdr::put_length(kControlAndCounter + content, out);
  out.u8(sealing.control);
  out.u32(sealing.invocation_counter);
}

std::uint8_t outer_tag(Wrapping wrapping, std::uint8_t plain) {
  return wrapping == Wrapping::general_glo ? tag::kGeneralGloCiphering : glo_tag_of(plain);
}

constexpr bool is_known_control(std::uint8_t control) {
  return control == kSecurityAuthenticated || control == kSecurityEncrypted ||
         control == kSecurityBoth;
}

}  // namespace

Result<std::size_t> seal_in_place(Wrapping wrapping, const Sealing& sealing, crypto::Engine& crypto,
                                  MutableBytes frame, std::size_t plain_octets) {
  const std::size_t head = head_octets(wrapping);
  PROTOCOL_ASSERT(wrapping != Wrapping::none && sealing.control == kSecurityBoth);
  if (plain_octets == 0) return Error::malformed;
  if (frame.size() < head + plain_octets + crypto::kTagOctets) return Error::no_space;
  const std::uint8_t tag = outer_tag(wrapping, frame[head]);
  if (tag == 0) return Error::unsupported;
  std::array<std::uint8_t, kControlAndKey> aad;
  put_control_and_key(sealing.control, sealing.keys, aad);
  const MutableBytes text = frame.subspan(head, plain_octets);
  const MutableBytes mac = frame.subspan(head + plain_octets, crypto::kTagOctets);
  if (!crypto.gcm_seal(sealing.keys.unicast, iv_of(sealing.title, sealing.invocation_counter), aad,
                       text, text, mac)) {
    return Error::refused;
  }
  // The room in front fits the longest length; a short one moves the text up.
  const std::size_t content = plain_octets + crypto::kTagOctets;
  const std::size_t surplus = 3 - axdr::length_octets(kControlAndCounter + content);
  if (surplus > 0) std::memmove(frame.data() + head - surplus, frame.data() + head, content);
  Writer out(frame.first(head - surplus));
  put_head(wrapping, tag, sealing, content, out);
  PROTOCOL_ASSERT(out.ok() && out.space() == 0);
  return head - surplus + content;
}

bool encode_ciphered(Wrapping wrapping, const Sealing& sealing, Bytes plain, crypto::Engine& crypto,
                     MutableBytes scratch, Writer& out) {
  if (plain.empty() || wrapping == Wrapping::none || !is_known_control(sealing.control)) {
    return false;
  }
  const bool encrypted = (sealing.control & kSecurityEncrypted) != 0;
  const bool authenticated = (sealing.control & kSecurityAuthenticated) != 0;
  const std::uint8_t tag = outer_tag(wrapping, plain[0]);
  if (tag == 0) return false;
  const std::size_t content = plain.size() + (authenticated ? crypto::kTagOctets : 0);
  put_head(wrapping, tag, sealing, content, out);
  const MutableBytes room = out.free();
  if (!out.ok() || room.size() < content) return false;

  const Iv iv = iv_of(sealing.title, sealing.invocation_counter);
  const MutableBytes text = room.first(plain.size());
  std::array<std::uint8_t, crypto::kTagOctets> mac;
  bool sealed = false;
  if (encrypted) {
    std::array<std::uint8_t, kControlAndKey> control_and_key;
    put_control_and_key(sealing.control, sealing.keys, control_and_key);
    const Bytes aad = authenticated ? Bytes(control_and_key) : Bytes{};
    sealed = crypto.gcm_seal(sealing.keys.unicast, iv, aad, plain, text, mac);
  } else {
    const std::size_t aad_octets = kControlAndKey + plain.size();
    if (scratch.size() < aad_octets) return false;
    put_control_and_key(sealing.control, sealing.keys, scratch);
    std::memcpy(scratch.data() + kControlAndKey, plain.data(), plain.size());
    std::memcpy(text.data(), plain.data(), plain.size());
    sealed = crypto.gcm_seal(sealing.keys.unicast, iv, scratch.first(aad_octets), {}, {}, mac);
  }
  if (!sealed) return false;
  out.commit(plain.size());
  if (authenticated) out.bytes(mac);
  return out.ok();
}

Result<Ciphered> decode_ciphered(Bytes apdu) {
  Reader in(apdu);
  Ciphered value;
  value.tag = in.u8();
  if (!in.ok()) return Error::truncated;
  if (value.tag == tag::kGeneralGloCiphering) {
    value.title = axdr::take_octets(in);
    if (!in.ok()) return Error::truncated;
    if (value.title.size() != kSystemTitleOctets) return Error::malformed;
  } else if (!is_glo_tag(value.tag)) {
    return Error::malformed;
  }
  Reader content(axdr::take_octets(in));
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  value.control = content.u8();
  value.invocation_counter = content.u32();
  const bool authenticated = (value.control & kSecurityAuthenticated) != 0;
  const std::size_t tail = authenticated ? crypto::kTagOctets : 0;
  if (!content.ok() || content.remaining() <= tail) return Error::truncated;
  if (!is_known_control(value.control)) return Error::unsupported;
  value.content = content.take(content.remaining() - tail);
  value.mac = content.rest();
  return value;
}

Result<Bytes> open_ciphered(const Ciphered& ciphered, const Keys& keys, const SystemTitle& title,
                            crypto::Engine& crypto, MutableBytes out) {
  const Bytes text = ciphered.content;
  const Iv iv = iv_of(title, ciphered.invocation_counter);
  Bytes plain;
  if ((ciphered.control & kSecurityEncrypted) == 0) {
    const std::size_t aad_octets = kControlAndKey + text.size();
    if (out.size() < aad_octets) return Error::no_space;
    put_control_and_key(ciphered.control, keys, out);
    std::memcpy(out.data() + kControlAndKey, text.data(), text.size());
    const Bytes aad = out.first(aad_octets);
    if (!crypto.gcm_open(keys.unicast, iv, aad, {}, ciphered.mac, {})) return Error::bad_tag;
    plain = aad.subspan(kControlAndKey);
  } else {
    if (out.size() < text.size()) return Error::no_space;
    const MutableBytes opened = out.first(text.size());
    if (ciphered.mac.empty()) {
      // Encryption only: GCM deciphers as it enciphers; there is no tag to verify.
      std::array<std::uint8_t, crypto::kTagOctets> unused;
      if (!crypto.gcm_seal(keys.unicast, iv, {}, text, opened, unused)) return Error::refused;
    } else {
      std::array<std::uint8_t, kControlAndKey> aad;
      put_control_and_key(ciphered.control, keys, aad);
      if (!crypto.gcm_open(keys.unicast, iv, aad, text, ciphered.mac, opened)) {
        return Error::bad_tag;
      }
    }
    plain = opened;
  }
  const bool general = ciphered.tag == tag::kGeneralGloCiphering;
  if (!general && glo_tag_of(plain[0]) != ciphered.tag) return Error::malformed;
  return plain;
}

}  // namespace protocol::dlms

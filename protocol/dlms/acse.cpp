// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/acse.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/apdu.hpp"

// ACSE is BER (ISO 15953 in the profile of Green Book 9.4.2, 9.5). The lengths of BER and A-XDR
// have the same form.
namespace protocol::dlms {
namespace {

// Object identifier 2.16.756.5.8.arc.x, in 7 octets: prefix, arc 1 = context or 2 = mechanism, x.
constexpr std::array<std::uint8_t, 5> kDlmsUa{0x60, 0x85, 0x74, 0x05, 0x08};
constexpr std::uint8_t kContextArc = 1;
constexpr std::uint8_t kMechanismArc = 2;
constexpr std::size_t kOidOctets = 7;

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kObjectIdentifier = 0x06;
constexpr std::uint8_t kProtocolVersion = 0x80;
constexpr std::uint8_t kContextName = 0xA1;
constexpr std::uint8_t kUserInformation = 0xBE;
constexpr std::uint8_t kReason = 0x80;

constexpr std::uint8_t kResult = 0xA2;
constexpr std::uint8_t kSourceDiagnostic = 0xA3;
constexpr std::uint8_t kServiceUser = 0xA1;
constexpr std::uint8_t kServiceProvider = 0xA2;
constexpr std::uint8_t kGraphicString = 0x80;  // charstring of an authentication value

constexpr std::size_t tlv_octets(std::size_t content) {
  return 1 + axdr::length_octets(content) + content;
}

struct Tlv {
  std::uint8_t tag = 0;
  Bytes content;
};

Tlv take_tlv(Reader& in) {
  Tlv tlv;
  tlv.tag = in.u8();
  tlv.content = axdr::take_octets(in);
  return tlv;
}

// The content of the one TLV with this tag that fills `outer`; nullopt when it is something else.
std::optional<Bytes> only(std::uint8_t tag, Bytes outer) {
  Reader in(outer);
  const Tlv tlv = take_tlv(in);
  if (!in.at_end() || tlv.tag != tag) return std::nullopt;
  return tlv.content;
}

std::optional<std::uint8_t> last_arc(std::uint8_t arc, Bytes oid) {
  if (oid.size() != kOidOctets) return std::nullopt;
  for (std::size_t i = 0; i < kDlmsUa.size(); ++i) {
    if (oid[i] != kDlmsUa[i]) return std::nullopt;
  }
  if (oid[5] != arc) return std::nullopt;
  return oid[6];
}

// Of a bit-string: the octet in front counts unused bits.
bool first_bit(Bytes bits) { return bits.size() > 1 && (bits[1] & 0x80) != 0; }

std::optional<std::uint8_t> small_integer(Bytes outer) {
  const std::optional<Bytes> content = only(kInteger, outer);
  if (!content || content->size() != 1) return std::nullopt;
  return (*content)[0];
}

void put_oid(std::uint8_t arc, std::uint8_t last, Writer& out) {
  out.bytes(kDlmsUa);
  out.u8(arc);
  out.u8(last);
}

void put_context(Context context, Writer& out) {
  out.u8(kContextName);
  out.u8(2 + kOidOctets);
  out.u8(kObjectIdentifier);
  out.u8(kOidOctets);
  put_oid(kContextArc, static_cast<std::uint8_t>(context), out);
}

// An explicit tag around one inner TLV; nothing when there is no content.
void put_wrapped(std::uint8_t tag, std::uint8_t inner, Bytes content, Writer& out) {
  if (content.empty()) return;
  out.u8(tag);
  axdr::put_length(tlv_octets(content.size()), out);
  out.u8(inner);
  axdr::put_octets(content, out);
}
std::size_t wrapped_octets(Bytes content) {
  return content.empty() ? 0 : tlv_octets(tlv_octets(content.size()));
}

// Elements that AARQ and AARE have in common, under tags of their own but for context and user
// information.
struct Common {
  std::optional<Context> context;
  Bytes title;
  std::optional<Authentication> mechanism;
  Bytes value;
  Bytes user_information;
};
struct Tags {
  std::uint8_t title;
  std::uint8_t requirements;
  std::uint8_t mechanism;
  std::uint8_t value;
};
constexpr Tags kCalling{0xA6, 0x8A, 0x8B, 0xAC};
constexpr Tags kResponding{0xA4, 0x88, 0x89, 0xAA};

bool take_inner(std::uint8_t inner, Bytes content, Bytes& target) {
  const std::optional<Bytes> bytes = only(inner, content);
  if (bytes) target = *bytes;
  return bytes.has_value();
}
// False when the content is not what it must be. What is not named here (AE qualifiers,
// certificates) nothing here needs.
bool take_common(const Tlv& tlv, const Tags& tags, Common& common) {
  if (tlv.tag == kContextName) {
    const std::optional<Bytes> oid = only(kObjectIdentifier, tlv.content);
    const std::optional<std::uint8_t> last = oid ? last_arc(kContextArc, *oid) : std::nullopt;
    if (last) common.context = static_cast<Context>(*last);
    return last.has_value();
  }
  if (tlv.tag == tags.mechanism) {
    const std::optional<std::uint8_t> last = last_arc(kMechanismArc, tlv.content);
    if (last) common.mechanism = static_cast<Authentication>(*last);
    return last.has_value();
  }
  if (tlv.tag == tags.title) return take_inner(kOctetString, tlv.content, common.title);
  if (tlv.tag == tags.value) return take_inner(kGraphicString, tlv.content, common.value);
  if (tlv.tag != kUserInformation) return true;
  return take_inner(kOctetString, tlv.content, common.user_information);
}

constexpr std::size_t kContextOctets = 2 + 2 + kOidOctets;
constexpr std::size_t kMechanismOctets = 4 + 2 + kOidOctets;
std::size_t octets_of(const Common& common) {
  return kContextOctets + wrapped_octets(common.title) + (common.mechanism ? kMechanismOctets : 0) +
         wrapped_octets(common.value) + wrapped_octets(common.user_information);
}
// All but the context. Requirements (bit 0: authentication) and mechanism name come together.
void put_common(const Common& common, const Tags& tags, Writer& out) {
  put_wrapped(tags.title, kOctetString, common.title, out);
  if (common.mechanism) {
    out.u8(tags.requirements);
    out.u8(2);
    out.u16(0x0780);  // bit-string of one bit, set
    out.u8(tags.mechanism);
    out.u8(kOidOctets);
    put_oid(kMechanismArc, static_cast<std::uint8_t>(*common.mechanism), out);
  }
  put_wrapped(tags.value, kGraphicString, common.value, out);
  put_wrapped(kUserInformation, kOctetString, common.user_information, out);
}

// The content of the outermost TLV, which must fill the APDU.
Result<Bytes> envelope(std::uint8_t tag, Bytes apdu) {
  Reader in(apdu);
  const Tlv outer = take_tlv(in);
  if (!in.ok()) return Error::truncated;
  if (outer.tag != tag || !in.at_end()) return Error::malformed;
  return outer.content;
}

// The elements of an AARQ or AARE; `other(tlv)` takes those of one of them alone.
template <typename Other>
Result<Common> take_elements(std::uint8_t tag, Bytes apdu, const Tags& tags, Other other) {
  const Result<Bytes> content = envelope(tag, apdu);
  if (!content) return content.error();
  Common common;
  Reader in(*content);
  while (in.ok() && !in.at_end()) {
    const Tlv tlv = take_tlv(in);
    if (!in.ok()) return Error::truncated;
    if (!take_common(tlv, tags, common) || !other(tlv)) return Error::malformed;
  }
  if (!common.context) return Error::malformed;
  return common;
}

Result<Release> decode_release(std::uint8_t tag, Bytes apdu) {
  const Result<Bytes> content = envelope(tag, apdu);
  if (!content) return content.error();
  Release value;
  Reader in(*content);
  while (in.ok() && !in.at_end()) {
    const Tlv tlv = take_tlv(in);
    if (tlv.tag == kReason && tlv.content.size() == 1) {
      value.reason = tlv.content[0];
    } else if (tlv.tag == kUserInformation) {
      if (!take_inner(kOctetString, tlv.content, value.user_information)) return Error::malformed;
    }
  }
  if (!in.ok()) return Error::truncated;
  return value;
}

void encode_release(std::uint8_t tag, const Release& value, Writer& out) {
  out.u8(tag);
  axdr::put_length((value.reason ? 3u : 0u) + wrapped_octets(value.user_information), out);
  if (value.reason) {
    out.u8(kReason);
    out.u8(1);
    out.u8(*value.reason);
  }
  put_wrapped(kUserInformation, kOctetString, value.user_information, out);
}

}  // namespace

Result<Aarq> decode_aarq(Bytes apdu) {
  bool version1 = true;
  bool authenticates = false;
  const auto other = [&](const Tlv& tlv) {
    if (tlv.tag == kProtocolVersion) version1 = first_bit(tlv.content);
    if (tlv.tag == kCalling.requirements) authenticates = first_bit(tlv.content);
    return true;
  };
  const Result<Common> common = take_elements(tag::kAarq, apdu, kCalling, other);
  if (!common) return common.error();
  return Aarq{*common->context,         common->title, common->mechanism, common->value,
              common->user_information, version1,      authenticates};
}

void encode(const Aarq& value, Writer& out) {
  const Common common{value.context, value.calling_title, value.mechanism,
                      value.authentication_value, value.user_information};
  out.u8(tag::kAarq);
  axdr::put_length(octets_of(common), out);
  put_context(value.context, out);
  put_common(common, kCalling, out);
}

Result<Aare> decode_aare(Bytes apdu) {
  std::optional<std::uint8_t> result;
  std::uint8_t diagnostic = 0;
  bool of_provider = false;
  const auto other = [&](const Tlv& tlv) {
    if (tlv.tag == kResult) {
      result = small_integer(tlv.content);
      return result.has_value() && *result <= 2;
    }
    if (tlv.tag != kSourceDiagnostic) return true;
    // A1 service user or A2 service provider around an integer.
    Reader inner(tlv.content);
    const Tlv source = take_tlv(inner);
    const std::optional<std::uint8_t> number = small_integer(source.content);
    of_provider = source.tag == kServiceProvider;
    diagnostic = number.value_or(0);
    return inner.at_end() && number.has_value();
  };
  const Result<Common> common = take_elements(tag::kAare, apdu, kResponding, other);
  if (!common) return common.error();
  if (!result) return Error::malformed;
  return Aare{*common->context,
              static_cast<AssociationResult>(*result),
              static_cast<Diagnostic>(diagnostic),
              common->title,
              common->mechanism,
              common->value,
              common->user_information,
              of_provider};
}

void encode(const Aare& value, Writer& out) {
  const Common common{value.context, value.responding_title, value.mechanism,
                      value.authentication_value, value.user_information};
  const auto result = static_cast<std::uint8_t>(value.result);
  const auto diagnostic = static_cast<std::uint8_t>(value.diagnostic);
  const std::array<std::uint8_t, 5> outcome{kResult, 3, kInteger, 1, result};
  const std::uint8_t choice = value.of_provider ? kServiceProvider : kServiceUser;
  const std::array<std::uint8_t, 7> source{kSourceDiagnostic, 5, choice,    3,
                                           kInteger,          1, diagnostic};
  out.u8(tag::kAare);
  axdr::put_length(octets_of(common) + outcome.size() + source.size(), out);
  put_context(value.context, out);
  out.bytes(outcome);
  out.bytes(source);
  put_common(common, kResponding, out);
}

Result<Release> decode_rlrq(Bytes apdu) { return decode_release(tag::kRlrq, apdu); }
Result<Release> decode_rlre(Bytes apdu) { return decode_release(tag::kRlre, apdu); }
void encode_rlrq(const Release& value, Writer& out) { encode_release(tag::kRlrq, value, out); }
void encode_rlre(const Release& value, Writer& out) { encode_release(tag::kRlre, value, out); }

}  // namespace protocol::dlms
